"""Packs on the pages: asked for, made behind the scenes, taken, frozen; never seen by another district."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from portfolio.domain.clock import today
from portfolio.domain.packs import PackKind, PackState
from portfolio.domain.roles import Role
from portfolio.domain.terms import MoneyState
from portfolio.exchange.pack.files import PackExtras, write_file
from portfolio.reports.pack_table import PackTable, from_json
from portfolio.store.base import utc_now
from portfolio.store.models import FrozenPack, PackJob, StoredFile
from portfolio.store.queries import packs as queries
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import pack_jobs
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_entry, make_project, read, token_of, write
from tests.packs import DAY, ask, make_job, wait_for
from tests.web.pages import download, submit, tables, wrong_fields

ALL_FILES = {kind.value: "y" for kind in PackKind}


def made(client: FlaskClient, **answers: str) -> str:
    """Ask for a pack of Wanzhou, wait for it, and return its address."""
    usual = {"district": WANZHOU, "as_of": today().isoformat(), "csv": "y"}
    response = ask(client, **(usual | answers))
    assert response.status_code == 302, wrong_fields(response.text)
    wait_for(client, response.location)
    return response.location


def pack_of(app: Flask, address: str) -> PackTable:
    with read(app) as session:
        job = queries.get_job(session, int(address.rsplit("/", 1)[1]))
        assert job.content is not None, job.message
        return from_json(job.content)


@pytest.fixture
def funded(app: Flask) -> Flask:
    """Application with money in Wanzhou and in Shapingba."""
    with write(app) as session:
        project = make_project(session, name="甲小学")
        make_entry(session, project, wan=300, document_on=dt.date(2025, 5, 6))
        make_entry(session, project, wan=120, state=MoneyState.PAID)
        make_entry(session, make_project(session, name="乙小学", district=SHAPINGBA), wan=50)
        session.commit()
    return app


def test_a_pack_is_asked_for_made_and_taken(funded: Flask, client: FlaskClient) -> None:
    address = made(client, **ALL_FILES)
    page = client.get(address).text
    archive = zipfile.ZipFile(io.BytesIO(download(client, f"{address}/files/zip")))

    assert "300.00" in page
    assert len(archive.namelist()) == len(ALL_FILES)
    for ending in ALL_FILES:
        assert download(client, f"{address}/files/{ending}") == archive.read(
            f"万州区教育基建项目专报_{today():%Y%m%d}.{ending}"
        )


def test_pack_page_workbook_and_api_say_the_same(funded: Flask, client: FlaskClient) -> None:
    address = made(client, xlsx="y")
    pack = pack_of(funded, address)
    headers = token_of(funded, Role.LEADER)
    api = client.get(f"/api/v1/funding/summary?district={WANZHOU}", headers=headers).json["items"]
    sheet = load_workbook(io.BytesIO(download(client, f"{address}/files/xlsx")))["资金来源与年度"]
    money = next(table for table in tables(client.get(f"/money?district={WANZHOU}").text) if "到位（万元）" in table[0])

    wanted = {"received": 300_000_000, "paid": 120_000_000}
    assert {key: fen for key, fen in pack.amounts.items() if fen is not None} == wanted
    assert {item["state"]: item["amount"] for item in api} == {"到位": "3000000.00", "支付": "1200000.00"}
    assert sheet.cell(5, 7).value == 300
    assert "300.00" in money[-1]


def test_a_person_of_one_district_makes_a_pack_of_that_district_only(funded: Flask) -> None:
    planner = client_of(funded, Role.PLANNER, SHAPINGBA)

    address = made(planner, district=SHAPINGBA)

    assert {row[2] for row in pack_of(funded, address).by_project.rows} == {"沙坪坝区"}
    assert ask(planner, district=WANZHOU, as_of=today().isoformat(), csv="y").status_code == 422


def test_packs_of_other_districts_do_not_exist(funded: Flask, client: FlaskClient) -> None:
    planner = client_of(funded, Role.PLANNER, SHAPINGBA)
    with write(funded) as session:
        whole = make_job(session, ProjectFilter()).id
        other = make_job(session, ProjectFilter(district=WANZHOU)).id
        session.commit()

    for number in (whole, other):
        for path in ("", "/progress", "/files/csv", "/files/zip"):
            assert planner.get(f"/packs/{number}{path}").status_code == 404
        assert client.get(f"/packs/{number}").status_code == 200
    assert "万州区" not in planner.get("/packs").text


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"as_of": "2999-01-01", "csv": "y"}, "as_of", "截至日期晚于今天"),
        ({"as_of": "31.12.2025", "csv": "y"}, "as_of", "2025-09-01"),
        ({"as_of": "", "csv": "y"}, "as_of", "请填写截至日期"),
        ({"as_of": "2026-01-01"}, "xlsx", "请至少选择一种文件"),
        ({"as_of": "2026-01-01", "csv": "y", "district": "999999"}, "district", "请从列表中选择"),
        ({"as_of": "2026-01-01", "csv": "y", "level": "x"}, "level", "请从列表中选择"),
        ({"as_of": "2026-01-01", "csv": "y", "issuer": "教" * 31}, "issuer", "最多 30 个字符"),
    ],
)
def test_a_wrong_answer_is_named_beside_its_field_and_nothing_is_made(
    app: Flask, client: FlaskClient, answers: dict[str, str], field: str, words: str
) -> None:
    response = ask(client, **({"district": WANZHOU} | answers))

    assert response.status_code == 422
    assert words in wrong_fields(response.text)[field]
    with read(app) as session:
        assert session.query(PackJob).count() == 0


def test_a_filter_without_projects_is_said_on_the_page_of_the_pack(client: FlaskClient) -> None:
    page = wait_for(client, ask(client, as_of="2026-01-01", csv="y", level="lifelong", status="merged").location)

    assert "当前条件下没有项目，请放宽筛选条件后再生成报告" in page
    assert "重新选择范围" in page


def test_a_full_disk_is_said_and_other_packs_go_on(
    funded: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(pack_jobs, "write_file", refuse)
        page = wait_for(client, ask(client, as_of="2026-01-01", csv="y").location)

    assert "磁盘空间不足" in page
    assert "No space left" not in page
    made(client)


def test_a_pack_that_gives_no_sign_of_life_is_said_to_be_interrupted(app: Flask, client: FlaskClient) -> None:
    with write(app) as session:
        job = make_job(session, ProjectFilter(district=WANZHOU))
        job.state, job.content, job.beat_at = PackState.RUNNING, None, utc_now() - dt.timedelta(minutes=4)
        session.commit()

    assert "生成中断" in client.get(f"/packs/{job.id}").text
    assert client.get(f"/packs/{job.id}/progress").json["over"] is True
    assert "生成中断" in client.get("/packs").text


def test_packs_that_were_not_frozen_go_after_two_weeks(funded: Flask, client: FlaskClient) -> None:
    with write(funded) as session:
        old = make_job(session, ProjectFilter(district=WANZHOU))
        old.asked_at = utc_now() - dt.timedelta(days=15)
        session.commit()
    made(client)

    assert client.get(f"/packs/{old.id}").status_code == 404


# --- frozen packs -----------------------------------------------------------------------------------------------------


def freeze(client: FlaskClient, address: str) -> str:
    response = submit(client, address, to=f"{address}/freeze")
    assert response.status_code == 302
    return response.location


def test_a_frozen_pack_stays_what_it_was_while_the_ledger_goes_on(funded: Flask, client: FlaskClient) -> None:
    address = made(client, **ALL_FILES)
    before = download(client, f"{address}/files/csv")
    frozen = freeze(client, address)
    with write(funded) as session:
        make_entry(session, make_project(session), wan=999)
        session.commit()

    assert download(client, f"{frozen}/files/csv") == before
    assert "999" not in client.get(frozen).text
    with read(funded) as session:
        kept = session.query(FrozenPack).one()
        pack = from_json(kept.content.content.decode())
        assert pack.hash == kept.hash
        assert write_file(PackKind.CSV, pack, PackExtras()) == before
        again = load_workbook(io.BytesIO(write_file(PackKind.XLSX, pack, PackExtras())))
    first = load_workbook(io.BytesIO(download(client, f"{frozen}/files/xlsx")))
    for sheet in first:
        assert list(again[sheet.title].values) == list(sheet.values)


def test_the_next_pack_of_the_same_scope_shows_the_change_since_then(funded: Flask, client: FlaskClient) -> None:
    freeze(client, made(client))
    with write(funded) as session:
        make_entry(session, make_project(session), wan=7)
        session.commit()

    same, wider = pack_of(funded, made(client)), pack_of(funded, made(client, district=""))

    assert same.headline.rows[3][4:] == (300_000_000, 7_000_000)
    assert same.stamp.earlier_as_of == today()
    assert wider.stamp.earlier_as_of is None


def test_a_pack_is_frozen_once_and_only_when_it_is_made(funded: Flask, client: FlaskClient) -> None:
    address = made(client)
    freeze(client, address)
    assert freeze(client, address) == address
    assert "已经定版" in client.get(address).text
    with read(funded) as session:
        assert session.query(FrozenPack).count() == 1
        assert session.query(StoredFile).count() == 2


def test_freezing_asks_for_a_permission_of_its_own(funded: Flask, client: FlaskClient) -> None:
    viewer = client_of(funded, Role.VIEWER)
    address = made(viewer)

    assert "定版</button>" not in viewer.get(address).text
    assert submit(viewer, "/packs", to=f"{address}/freeze").status_code == 403
    assert submit(client_of(funded, Role.LEADER), "/packs", to=f"{address}/freeze").status_code == 302


def test_the_registers_filter_goes_into_the_pack(funded: Flask, client: FlaskClient) -> None:
    page = client.get(f"/packs?district={WANZHOU}&q=甲小学").text
    assert 'name="q" value="甲小学"' in page

    assert 'name="q" value="甲小学"' in ask(client, q="甲小学", as_of="").text
    assert "/packs?q=" in client.get("/projects?q=甲小学").text

    address = made(client, q="甲小学")

    assert [row[1] for row in pack_of(funded, address).by_project.rows] == ["甲小学"]
    assert "万州区·“甲小学”" in client.get(address).text


def test_a_zone_narrows_the_pack_and_stands_in_its_scope(funded: Flask, client: FlaskClient) -> None:
    address = made(client, district="", belt="outside")

    pack = pack_of(funded, address)

    assert pack.stamp.scope == "全部区县·各区以外"
    assert pack.stamp.projects < 57


def test_without_packs_the_page_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/packs").text

    assert "还没有生成过报告" in page
    assert "还没有定版" in page


def test_a_pack_of_a_past_day_leaves_out_what_came_later(funded: Flask, client: FlaskClient) -> None:
    pack = pack_of(funded, made(client, as_of="2025-05-05"))

    assert pack.amounts["received"] is None
    assert pack.stamp.as_of < DAY
