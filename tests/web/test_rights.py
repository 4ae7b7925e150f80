"""Who may do what: every route, method and role; another district's records do not exist; GET never writes."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from portfolio.domain.clock import today
from portfolio.domain.lights import Light
from portfolio.domain.milestones import ApprovalDraft, ApprovalKind, MilestoneDraft
from portfolio.domain.roles import Permission, Role
from portfolio.domain.terms import Datum, EstimateKind, Stage
from portfolio.services import map_settings, milestones, users
from portfolio.services.commitments import link_project
from portfolio.services.feeds import make_feed
from portfolio.services.files import keep_file
from portfolio.services.lights import override_light
from portfolio.services.map_settings import BaseDraft
from portfolio.services.packs import freeze_pack
from portfolio.services.photos import add_photo
from portfolio.services.problems import close_problem
from portfolio.services.settings import change_setting
from portfolio.store.models import Fact
from portfolio.store.queries.commitments import get_commitment
from portfolio.store.queries.map_settings import PUBLIC
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web.permissions import is_public, permission_of
from tests.builders import (
    SHAPINGBA,
    WANZHOU,
    client_of,
    fingerprint,
    make_budget,
    make_contract,
    make_document,
    make_entry,
    make_estimate,
    make_plan,
    make_project,
    split,
    write,
)
from tests.packs import make_job
from tests.report_builders import a_picture, hand_in, make_problem, make_round, report_of
from tests.tiles import picture, write_mbtiles
from tests.web.pages import csrf_token

CANARY = "金丝雀"
CANARY_CODE = "500101-0043"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PLACES = {
    "code": "500106-0014",
    "key": "500106-c06",
    "adcode": SHAPINGBA,
    "period": "2026-10",
    "token": "",
    "number": 1,
    "ending": "csv",
    "kind": "geojson",
    "suffix": "pdf",
    "layer": "belts",
    "bundle": "map",
    "filename": "app.css",
    "token_id": 1,
    "year": 2025,
    "name": "target",
    "pack_id": 1,
    "frozen_id": 1,
    "zoom": 0,
    "column": 0,
    "row": 0,
    "document": 1,
    "contract": 1,
    "estimate": 1,
    "source": "city_grant",
    "step": "feasibility",
}
FOREIGN = {
    "code": CANARY_CODE,
    "key": "500101-c28",
    "adcode": WANZHOU,
    "pack_id": 2,
    "frozen_id": 2,
    "document": 2,
}


@pytest.fixture
def furnished(app: Flask) -> Flask:
    """Application with a project and money in each district, and a person to be administered."""
    with write(app) as session:
        own = make_project(session, name="本区小学", district=SHAPINGBA)
        make_entry(session, own)
        session.get_one(Fact, 1).project = own
        other = make_project(session, name=f"{CANARY}小学", lead_unit=f"{CANARY}单位", owner=f"{CANARY}中心")
        make_entry(session, other, wan=77777)
        make_plan(session, other, wan=77777)
        make_budget(session, SHAPINGBA, year=2023)
        make_budget(session, WANZHOU, year=2023, yuan=777_770_000, basis=CANARY)
        approval = keep_file(session, "批复.txt", "text/plain", b"approved").id
        for project, words in ((own, "本区"), (other, CANARY)):
            wan = 500 if project is own else 77777
            make_estimate(session, project, EstimateKind.FEASIBILITY, wan=wan, file_id=approval, approval_no=words)
            make_contract(session, project, wan=wan, file_id=approval, party=words)
            document = make_document(
                session, wan=wan, district=project.district.adcode, issuer=words, number=words, file_id=approval
            )
            split(session, document, (project, wan))
        commitment = get_commitment(session, "500101-c28")
        commitment.levels = commitment.natures = None
        link_project(session, commitment, other, quantity=None, basis=CANARY)
        for adcode in (SHAPINGBA, WANZHOU):
            make_round(session, district=adcode)
        report = report_of(session, own.code)
        add_photo(session, report, a_picture())
        hand_in(session, report)
        evidence = keep_file(session, "a.pdf", "application/octet-stream", b"evidence")
        close_problem(session, make_problem(session, own), "solved", version=1, file=evidence)
        make_problem(session, other, what=CANARY, owner=CANARY)
        for project, words in ((own, "1号"), (other, CANARY)):
            day = dt.date(2025, 3, 1)
            draft = ApprovalDraft(kind=ApprovalKind.FEASIBILITY, number=words, issuer=words, approved_on=day)
            milestones.add_approval(session, project, draft)
            milestones.save_milestones(session, project, [MilestoneDraft(stage=Stage.STARTED, planned_on=day)], seen="")
            override_light(session, project, Light.RED, reason=words, expires_on=today())
        hand_in(session, report_of(session, CANARY_CODE), progress=CANARY, problems=CANARY)
        user, _ = users.add_user(session, users.UserDraft(name="target", role=Role.VIEWER))
        users.make_token(session, user, "test")
        theirs = users.UserDraft(name="calendar", role=Role.VIEWER, district_adcode=SHAPINGBA)
        PLACES["token"] = make_feed(session, users.add_user(session, theirs)[0])
        for adcode in (SHAPINGBA, WANZHOU):
            freeze_pack(session, make_job(session, ProjectFilter(district=adcode)))
        draft = BaseDraft(name="航拍", attribution="区规资局", datum=Datum.WGS84, file="photo.mbtiles")
        map_settings.add_base(session, draft)
        change_setting(session, PUBLIC, [SHAPINGBA])
        session.commit()
    write_mbtiles(Path(app.instance_path) / "basemaps" / "photo.mbtiles", {(0, 0, 0): picture()})
    return app


SOMEBODY_ELSES = ("tokens.revoke",)  # the token in the addresses belongs to none of the people below


def people(app: Flask) -> dict[str, tuple[FlaskClient, Role | None]]:
    """Return a client for each kind of person."""
    return {
        "anonymous": (app.test_client(), None),
        "viewer": (client_of(app, Role.VIEWER, SHAPINGBA), Role.VIEWER),
        "leader": (client_of(app, Role.LEADER), Role.LEADER),
        "planner": (client_of(app, Role.PLANNER, SHAPINGBA), Role.PLANNER),
        "other planner": (client_of(app, Role.PLANNER, WANZHOU), Role.PLANNER),
        "administrator": (client_of(app, Role.ADMINISTRATOR), Role.ADMINISTRATOR),
    }


def address(app: Flask, rule: Rule, **places: object) -> str:
    """Return an address of a rule, its places filled in."""
    given = {name: (PLACES | places)[name] for name in rule.arguments}
    if rule.endpoint == "vendor":
        given["name"] = "leaflet.js"
    with app.test_request_context():
        return app.url_for(rule.endpoint, **given)


def rules(app: Flask) -> Iterator[Rule]:
    """Return every rule, the one that ends the session last."""
    return iter(sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint == "account.sign_out", rule.rule)))


def send(client: FlaskClient, method: str, path: str, token: str) -> TestResponse:
    data = {"csrf_token": token} if method not in ("GET", "HEAD") else None
    with client.open(path, method=method, data=data) as response:
        response.get_data()
        return response


def declared(app: Flask, rule: Rule, who: str, role: Role | None) -> str:
    """Return what the route declares for a person: open, ask (to sign in), refused or missing."""
    view = app.view_functions[rule.endpoint]
    if is_public(view):
        return "open"
    if role is None:
        return "ask"
    permission = permission_of(view)
    if permission not in role.permissions:
        return "refused"
    if rule.endpoint in SOMEBODY_ELSES:
        return "missing"
    of_a_district = rule.arguments & set(FOREIGN)
    return "missing" if who == "other planner" and of_a_district else "open"


def observed(response: TestResponse) -> str:
    """Return what an answer means."""
    if response.status_code == 401 or (response.location or "").startswith("/sign-in"):
        return "ask"
    if response.status_code in (403, 404):
        return {403: "refused", 404: "missing"}[response.status_code]
    return "open" if response.status_code in (200, 302, 304, 409, 422) else f"status {response.status_code}"


def test_each_route_decides_for_each_role_as_it_declares(furnished: Flask) -> None:
    mismatches, count = [], 0
    for who, (client, role) in people(furnished).items():
        token = csrf_token(client, "/account/password" if role else "/sign-in")
        for rule in rules(furnished):
            allowed = (rule.methods or set()) - {"OPTIONS", "HEAD"}
            for method in sorted(allowed):
                response = send(client, method, address(furnished, rule), token)
                wanted = declared(furnished, rule, who, role)
                count += 1
                leads_to_sign_in = is_public(furnished.view_functions[rule.endpoint]) and observed(response) == "ask"
                if observed(response) != wanted and not leads_to_sign_in:
                    mismatches.append((who, method, rule.rule, wanted, response.status_code, response.location))
    print(f"{count} combinations of route, method and role")
    assert mismatches == [], "\n".join(map(str, mismatches))
    assert count > 300


def test_head_is_answered_as_get_is(furnished: Flask, planner: FlaskClient) -> None:
    for rule in rules(furnished):
        if "HEAD" in (rule.methods or set()):
            path = address(furnished, rule)
            got, head = (send(planner, method, path, "") for method in ("GET", "HEAD"))
            assert (head.status_code, head.location, head.text) == (got.status_code, got.location, ""), path


@pytest.mark.one_engine
def test_a_method_that_a_route_does_not_declare_is_405_for_everybody(furnished: Flask) -> None:
    for client, role in people(furnished).values():
        token = csrf_token(client, "/account/password" if role else "/sign-in")
        for rule in rules(furnished):
            shared = [one.methods or set() for one in furnished.url_map.iter_rules() if one.rule == rule.rule]
            for method in set(METHODS) - set().union(*shared):
                path = address(furnished, rule)
                if not answers(furnished, path, method):  # under another rule, such as /users/new as somebody's name
                    assert send(client, method, path, token).status_code == 405, (method, path)


def answers(app: Flask, path: str, method: str) -> bool:
    """Return whether any rule answers a path by a method."""
    try:
        app.url_map.bind("").match(path.partition("?")[0], method=method)
    except HTTPException:
        return False
    return True


def test_roles_hold_what_the_field_expects_of_them() -> None:
    assert Permission.EDIT_MONEY not in Role.VIEWER.permissions | Role.LEADER.permissions
    assert Permission.ADMINISTER not in Role.PLANNER.permissions
    assert Role.ADMINISTRATOR.permissions == frozenset(Permission)


# --- another district does not exist ----------------------------------------------------------------------------------


@pytest.fixture
def planner(furnished: Flask) -> FlaskClient:
    """Client of a planner who works in Shapingba only."""
    return client_of(furnished, Role.PLANNER, SHAPINGBA)


SCOPES = ("", f"?district={WANZHOU}", f"?q={CANARY}", "?district=", "?unmatched=yes", f"?lead_unit={CANARY}单位")


def test_a_planner_reads_nothing_of_another_district_anywhere(furnished: Flask, planner: FlaskClient) -> None:
    count = 0
    for rule in rules(furnished):
        if "GET" not in (rule.methods or set()) or rule.endpoint in ("static", "vendor"):
            continue
        for ending in ("csv", "xlsx") if "ending" in rule.arguments else ("",):
            for scope in SCOPES:
                path = address(furnished, rule, ending=ending)
                body = _text(planner, path + scope)
                asked = scope.replace("?q=", "").replace("?lead_unit=", "")
                count += 1
                assert CANARY not in body.replace(asked, "") if asked else CANARY not in body, path + scope
                assert "77,777" not in body, path + scope
                assert "其芳小学" not in body, path + scope
    assert count > 100


def _text(client: FlaskClient, path: str) -> str:
    with client.get(path) as response:
        content = response.get_data()
        if content.startswith(b"%PDF"):
            return PdfReader(io.BytesIO(content)).pages[0].extract_text()
        if not content.startswith(b"PK"):
            return content.decode(
                errors="strict" if response.mimetype.startswith(("text/", "application/")) else "replace"
            )
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith("xml"))


def test_the_administrator_does_see_the_canary_so_that_the_search_proves_something(
    furnished: Flask, client: FlaskClient
) -> None:
    for path in ("/projects", f"/projects/{CANARY_CODE}", "/money", "/commitments/500101-c28", "/api/v1/projects?q=金"):
        assert CANARY in client.get(path).text or CANARY in str(client.get(path).json), path
    assert CANARY in _text(client, "/downloads/register.xlsx")


def test_each_record_of_another_district_is_404_and_cannot_be_changed(furnished: Flask, planner: FlaskClient) -> None:
    token = csrf_token(planner, "/account/password")
    before = fingerprint(furnished.extensions["portfolio_engine"])
    swapped = 0
    for rule in rules(furnished):
        for name in sorted(rule.arguments & set(FOREIGN)):
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                path = address(furnished, rule, **{name: FOREIGN[name]})
                response = send(planner, method, path, token)
                swapped += 1
                view = furnished.view_functions[rule.endpoint]
                is_theirs = is_public(view) or permission_of(view) in Role.PLANNER.permissions
                wanted = 404 if is_theirs else 403
                assert response.status_code == wanted, (method, path, response.status_code)
                assert CANARY not in response.get_data(as_text=True)
    assert swapped >= 20
    assert fingerprint(furnished.extensions["portfolio_engine"]) == before


def test_a_project_of_another_district_cannot_be_named_in_a_form(furnished: Flask, planner: FlaskClient) -> None:
    token = csrf_token(planner, "/account/password")
    before = fingerprint(furnished.extensions["portfolio_engine"])
    linked = planner.post("/commitments/500106-c06/projects", data={"csrf_token": token, "project": CANARY_CODE})
    answers = {"name": "新校", "district": WANZHOU, "nature": "new", "level": "primary", "basis": "outside"}
    added = planner.post("/projects/new", data={"csrf_token": token, **answers})

    assert (linked.status_code, added.status_code) == (422, 422)
    assert "没有编码为" in linked.text
    assert CANARY not in linked.text
    assert "没有这个区县" in added.text
    assert fingerprint(furnished.extensions["portfolio_engine"]) == before


def test_a_missing_record_and_one_of_another_district_look_the_same(planner: FlaskClient) -> None:
    missing = planner.get("/projects/500101-9999").text.replace("500101-9999", CANARY_CODE)

    assert _without_token(planner.get(f"/projects/{CANARY_CODE}").text) == _without_token(missing)


def _without_token(page: str) -> str:
    return "".join(part.split('"', 1)[-1] for part in page.split('name="csrf_token" value="'))


def test_overview_map_and_choices_of_a_planner_are_of_the_own_district(planner: FlaskClient) -> None:
    assert "万州区" not in planner.get("/").text.split("<main")[1].split("</main>")[0]
    assert planner.get("/maps").location == f"/maps/{SHAPINGBA}"
    assert f'value="{WANZHOU}"' not in planner.get("/projects/new").text
    assert planner.get("/api/v1/projects").json["total"] == 14
    assert planner.get("/api/v1/commitments").json["total"] == 37
    assert planner.get("/api/v1/indicators").json["total"] == 17


# --- what writes ------------------------------------------------------------------------------------------------------


def test_reading_every_page_writes_nothing(furnished: Flask, client: FlaskClient) -> None:
    engine = furnished.extensions["portfolio_engine"]
    before = fingerprint(engine)
    for rule in rules(furnished):
        if "GET" in (rule.methods or set()):
            for method in ("GET", "HEAD"):
                assert send(client, method, address(furnished, rule), "").status_code in (200, 302), rule.rule
    assert fingerprint(engine) == before


def test_a_forged_request_changes_nothing(furnished: Flask, client: FlaskClient) -> None:
    engine = furnished.extensions["portfolio_engine"]
    foreign = csrf_token(client_of(furnished, Role.PLANNER), "/account/password")
    before, count = fingerprint(engine), 0
    for rule in rules(furnished):
        if "POST" in (rule.methods or set()):
            for token in ("", "forged", foreign):
                response = send(client, "POST", address(furnished, rule), token)
                count += 1
                assert response.status_code == 400, (rule.rule, token[:8])
                assert "页面停留过久" in response.get_data(as_text=True)
    assert count >= 3 * 15
    assert fingerprint(engine) == before


def test_a_header_or_the_address_is_no_place_for_another_persons_token(furnished: Flask, client: FlaskClient) -> None:
    foreign = csrf_token(client_of(furnished, Role.PLANNER), "/account/password")
    path = f"/projects/500106-0014/stage?csrf_token={foreign}"
    headers = {"X-CSRFToken": foreign, "Authorization": "Bearer x"}

    assert client.post(path, data={"stage": Stage.DESIGN.value}, headers=headers).status_code == 400
