"""Monthly reports on the page: the grid saves row by row, a faulty row hinders no other, nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portfolio.domain.reporting import ReportState
from portfolio.domain.roles import Role
from portfolio.domain.terms import MoneyState, Source
from portfolio.services import reporting, rounds
from portfolio.store.models import LedgerEntry, ProgressReport
from portfolio.store.queries.projects import get_project
from portfolio.store.queries.rounds import get_round
from tests.builders import SHAPINGBA, WANZHOU, client_of, make_entry, read, write
from tests.report_builders import hand_in, make_round, report_of
from tests.web.pages import change, form_with, submit, tables, wrong_fields

QIFANG, JIANGNAN, QINGLIN = "500101-0008", "500101-0009", "500101-0011"
GRID = f"/reports/{WANZHOU}/2026-10/fill"
ONE = f"/projects/{QIFANG}/reports/2026-10"
JSON = {"Accept": "application/json"}


@pytest.fixture
def opened(app: Flask) -> Flask:
    """Application with a round of October in Wanzhou, and September's report of one project at 40 %."""
    with write(app) as session:
        make_round(session, "2026-09")
        hand_in(session, report_of(session, QIFANG, "2026-09"), percent="40", progress="主体施工至四层")
        make_round(session)
        session.commit()
    return app


@pytest.fixture
def planner(opened: Flask) -> FlaskClient:
    """Client of a planner in Wanzhou."""
    return client_of(opened, Role.PLANNER, WANZHOU)


@pytest.fixture
def leader(opened: Flask) -> FlaskClient:
    """Client of a leader."""
    return client_of(opened, Role.LEADER)


def stored(app: Flask, code: str, period: str = "2026-10") -> ProgressReport:
    with read(app) as session:
        return report_of(session, code, period)


def fill(client: FlaskClient, act: str = "save", *, as_json: bool = False, **cells: str) -> TestResponse:
    """Open the grid, change cells named 0008_physical_percent, and send all of it."""
    answers = form_with(client.get(GRID).text, f"{QIFANG}-version").answers
    given = {f"{WANZHOU}-{name[:4]}-{name[5:]}": value for name, value in cells.items()}
    return client.post(GRID, data=answers | given | {"act": act}, headers=JSON if as_json else {})


def test_the_grid_carries_progress_over_and_leaves_the_months_amount_empty(planner: FlaskClient) -> None:
    answers = form_with(planner.get(GRID).text, f"{QIFANG}-version").answers

    assert answers[f"{QIFANG}-progress"].strip() == "主体施工至四层"
    assert answers[f"{QIFANG}-physical_percent"] == "40"
    assert answers[f"{QIFANG}-work_done"] == ""
    assert answers[f"{JIANGNAN}-physical_percent"] == ""


def test_what_is_only_carried_over_is_not_reported_by_itself(opened: Flask, planner: FlaskClient) -> None:
    assert fill(planner, "submit").status_code == 302
    assert stored(opened, QIFANG).state is ReportState.PENDING


def test_a_row_that_did_not_change_is_reported_by_its_own_button(opened: Flask, planner: FlaskClient) -> None:
    assert fill(planner, f"submit {QIFANG}").status_code == 302
    report = stored(opened, QIFANG)

    assert (report.state, report.physical_percent, report.progress) == (ReportState.SUBMITTED, 40, "主体施工至四层")


def test_several_rows_are_reported_at_once(opened: Flask, planner: FlaskClient) -> None:
    cells = {"0009_progress": "基础施工", "0009_physical_percent": "12.5", "0009_work_done": "35.5"}
    response = fill(planner, "submit", **{"0008_physical_percent": "45"}, **cells)

    assert response.status_code == 302
    assert [stored(opened, code).state for code in (QIFANG, JIANGNAN, QINGLIN)] == [
        ReportState.SUBMITTED,
        ReportState.SUBMITTED,
        ReportState.PENDING,
    ]
    assert stored(opened, JIANGNAN).work_done_fen == 35_500_000
    assert "已报送 2 行" in planner.get(GRID).text


def test_a_faulty_row_stays_on_the_page_and_the_others_are_saved(opened: Flask, planner: FlaskClient) -> None:
    response = fill(planner, "save", **{"0008_physical_percent": "140", "0009_progress": "基础施工"})

    assert response.status_code == 422
    assert wrong(response.text) == {f"{QIFANG}-physical_percent": "形象进度百分比应在 0 至 100 之间"}
    assert 'value="140"' in response.text
    assert stored(opened, QIFANG).state is ReportState.PENDING
    assert stored(opened, JIANGNAN).progress == "基础施工"


def wrong(page: str) -> dict[str, str]:
    return {name: sentence for name, sentence in wrong_fields(page).items() if sentence}


@pytest.mark.parametrize("bad", ["-1", "100.01", "1e3", "NaN", "３５", "35.255", "abc", "9" * 5000])
def test_no_percentage_and_no_amount_that_is_none_is_saved(opened: Flask, planner: FlaskClient, bad: str) -> None:
    for field in ("physical_percent", "work_done"):
        if (field, bad) not in (("work_done", "100.01"), ("work_done", "35.255")):
            assert fill(planner, **{f"0008_{field}": bad}).status_code == 422
    assert stored(opened, QIFANG).state is ReportState.PENDING


def test_falling_progress_without_a_reason_is_refused_beside_the_reason(opened: Flask, planner: FlaskClient) -> None:
    response = fill(planner, "submit", **{"0008_physical_percent": "39.99"})

    assert response.status_code == 422
    assert wrong(response.text) == {f"{QIFANG}-fall_reason": "比上期的 40% 低，请写明回落原因"}
    assert 'value="39.99"' in response.text
    assert stored(opened, QIFANG).state is ReportState.PENDING
    again = fill(planner, "submit", **{"0008_physical_percent": "39.99", "0008_fall_reason": "返工"})
    assert again.status_code == 302


def test_a_report_for_a_closed_round_is_refused_and_what_was_typed_stays(opened: Flask, planner: FlaskClient) -> None:
    answers = form_with(planner.get(GRID).text, f"{QIFANG}-version").answers
    with write(opened) as session:
        rounds.close_round(session, get_round(session, WANZHOU, "2026-10"))
        session.commit()
    response = planner.post(GRID, data=answers | {f"{QIFANG}-progress": "封顶", "act": "save"})

    assert response.status_code == 422
    assert "已关闭，没有保存；确需补报或更正，请联系管理员或分管领导重新开放" in response.text
    assert "封顶" in response.text
    assert stored(opened, QIFANG).state is ReportState.PENDING


def test_of_two_planners_on_one_row_the_second_sees_both_values(opened: Flask, planner: FlaskClient) -> None:
    answers = form_with(planner.get(GRID).text, f"{QIFANG}-version").answers
    other = client_of(opened, Role.PLANNER, WANZHOU)
    fill(other, "save", **{"0008_progress": "砌体完成", "0008_physical_percent": "60"})
    response = planner.post(GRID, data=answers | {f"{QIFANG}-physical_percent": "55", "act": "save"})

    assert response.status_code == 409
    assert 'value="55"' in response.text
    assert "库中现为：60" in response.text
    assert "库中现为：砌体完成" in response.text
    assert stored(opened, QIFANG).physical_percent == 60
    again = form_with(response.text, f"{QIFANG}-version").answers
    assert planner.post(GRID, data=again | {"act": "save"}).status_code == 302
    assert stored(opened, QIFANG).physical_percent == 55


def test_the_script_is_told_of_each_row_what_came_of_it(opened: Flask, planner: FlaskClient) -> None:
    cells = {"0008_physical_percent": "abc", "0009_progress": "基础施工"}
    answer = fill(planner, "save", as_json=True, **cells)
    rows: dict[str, Any] = (answer.json or {})["rows"]

    assert answer.status_code == 200
    assert set(rows) == {QIFANG, JIANGNAN}
    assert rows[JIANGNAN] | {"version": "2", "outcome": "saved", "state": "draft", "open": True} == rows[JIANGNAN]
    assert rows[QIFANG]["outcome"] == "refused"
    assert "请填写数字" in rows[QIFANG]["errors"]["physical_percent"]


def test_lines_of_a_text_survive_the_grid(opened: Flask, planner: FlaskClient) -> None:
    fill(planner, "save", **{"0009_problems": "征地\r\n资金"})
    assert stored(opened, JIANGNAN).problems == "征地\n资金"
    version = stored(opened, JIANGNAN).version
    fill(planner, "save", **{"0008_progress": "别的行"})
    assert stored(opened, JIANGNAN).version == version


def test_more_rows_than_a_page_holds_are_refused(planner: FlaskClient) -> None:
    answers = form_with(planner.get(GRID).text, f"{QIFANG}-version").answers
    response = planner.post(GRID, data=answers | {f"x{number}-version": "1" for number in range(201)})

    assert response.status_code == 422
    assert "一次最多保存 200 行" in response.text


# --- one report -------------------------------------------------------------------------------------------------------


def test_a_report_goes_from_draft_to_accepted_and_its_work_into_the_ledger(
    opened: Flask, planner: FlaskClient, leader: FlaskClient
) -> None:
    page = change(planner, ONE, ask="progress", progress="封顶", work_done="120.5", act="save")
    assert page.status_code == 302
    assert stored(opened, QIFANG).state is ReportState.DRAFT
    change(planner, ONE, ask="progress", act="submit")
    response = submit(leader, ONE, to=f"{ONE}/review", version=str(stored(opened, QIFANG).version), act="accept")

    assert response.status_code == 302
    report = stored(opened, QIFANG)
    assert report.state is ReportState.ACCEPTED
    with read(opened) as session:
        entry = session.scalars(select(LedgerEntry)).one()
    assert (entry.state, entry.amount_fen, report.entry_id) == (MoneyState.WORK_DONE, 120_500_000, entry.id)
    assert "120.50" in planner.get(f"/projects/{QIFANG}").text


def test_a_returned_report_comes_back_with_the_note_and_is_handed_in_again(
    opened: Flask, planner: FlaskClient, leader: FlaskClient
) -> None:
    change(planner, ONE, ask="progress", act="submit")
    review = {"version": str(stored(opened, QIFANG).version), "act": "return"}
    refused = submit(leader, ONE, to=f"{ONE}/review", **review, note=" ")
    assert refused.status_code == 422
    assert wrong(refused.text) == {"note": "请写明退回原因，填报人会看到"}
    submit(leader, ONE, to=f"{ONE}/review", **review, note="请补充完成投资")

    assert "退回：请补充完成投资" in planner.get(GRID).text
    assert change(planner, ONE, ask="progress", work_done="3", act="submit").status_code == 302
    assert stored(opened, QIFANG).state is ReportState.SUBMITTED


def test_a_stale_report_page_shows_both_and_saves_nothing(opened: Flask, planner: FlaskClient) -> None:
    answers = form_with(planner.get(ONE).text, "progress").answers
    change(client_of(opened, Role.PLANNER, WANZHOU), ONE, ask="progress", progress="对方的话", act="save")
    response = planner.post(ONE, data=answers | {"progress": "我的话", "act": "save"})

    assert response.status_code == 409
    assert "我的话" in response.text
    assert "库中现为：对方的话" in response.text
    assert stored(opened, QIFANG).progress == "对方的话"


def test_a_stale_review_decides_nothing(opened: Flask, planner: FlaskClient, leader: FlaskClient) -> None:
    change(planner, ONE, ask="progress", act="submit")
    version = str(stored(opened, QIFANG).version)
    submit(planner, ONE, to=f"{ONE}/withdraw", version=version)
    change(planner, ONE, ask="progress", progress="改过", act="submit")
    response = submit(leader, ONE, to=f"{ONE}/review", version=version, act="accept")

    assert response.status_code == 409
    assert stored(opened, QIFANG).state is ReportState.SUBMITTED


def test_a_planner_cannot_accept_and_a_leader_cannot_write(
    opened: Flask, planner: FlaskClient, leader: FlaskClient
) -> None:
    change(planner, ONE, ask="progress", act="submit")
    version = str(stored(opened, QIFANG).version)

    assert submit(planner, "/account/password", to=f"{ONE}/review", version=version, act="accept").status_code == 403
    assert submit(leader, "/account/password", to=ONE, version=version, act="save").status_code == 403
    assert leader.get(GRID).status_code == 403


def plan_money(app: Flask, code: str, *sources: Source) -> None:
    """Plan money of some sources for a project."""
    with write(app) as session:
        for source in sources:
            make_entry(session, get_project(session, code), wan=9, source=source, state=MoneyState.PLANNED)
        session.commit()


def entered_under(app: Flask) -> list[tuple[Source, str]]:
    """List source and note of every work value in the ledger."""
    with read(app) as session:
        found = session.scalars(select(LedgerEntry).where(LedgerEntry.state == MoneyState.WORK_DONE))
        return [(one.source, str(one.note)) for one in found]


@pytest.mark.parametrize(
    ("planned", "offered"),
    [
        ((), Source.OTHER),
        ((Source.CITY_GRANT,), Source.CITY_GRANT),
        ((Source.CITY_GRANT, Source.CITY_GRANT), Source.CITY_GRANT),
        ((Source.CITY_GRANT, Source.SPECIAL_BOND), Source.OTHER),
    ],
)
def test_a_work_value_is_offered_under_the_only_planned_source_and_entered_as_the_form_shows(
    opened: Flask, planner: FlaskClient, leader: FlaskClient, planned: tuple[Source, ...], offered: Source
) -> None:
    plan_money(opened, QIFANG, *planned)
    change(planner, ONE, ask="progress", work_done="120.5", act="submit")
    assert form_with(leader.get(ONE).text, "note").answers["source"] == offered.value
    assert change(leader, ONE, ask="note", act="accept").status_code == 302

    ((source, note),) = entered_under(opened)
    assert source is offered
    assert ("不分资金来源" in note) == (offered is Source.OTHER)
    label = "其他（未分来源）" if offered is Source.OTHER else offered.label
    assert f"来源：{label}；" in leader.get(ONE).text


def test_the_reviewer_chooses_another_source_and_one_that_does_not_exist_is_refused(
    opened: Flask, planner: FlaskClient, leader: FlaskClient
) -> None:
    plan_money(opened, QIFANG, Source.CITY_GRANT, Source.SPECIAL_BOND)
    change(planner, ONE, ask="progress", work_done="120.5", act="submit")
    refused = change(leader, ONE, ask="note", act="accept", source="moon")
    assert (refused.status_code, entered_under(opened)) == (422, [])
    assert "请从列表中选择" in wrong_fields(refused.text)["source"]
    change(leader, ONE, ask="note", act="accept", source="special_bond")
    assert [source for source, _note in entered_under(opened)] == [Source.SPECIAL_BOND]


def test_a_report_without_work_asks_for_no_source(opened: Flask, planner: FlaskClient, leader: FlaskClient) -> None:
    change(planner, ONE, ask="progress", act="submit")
    assert "source" not in form_with(leader.get(ONE).text, "note").answers
    assert change(leader, ONE, ask="note", act="accept").status_code == 302


def test_ticked_reports_are_entered_under_the_source_that_the_list_showed(
    opened: Flask, planner: FlaskClient, leader: FlaskClient
) -> None:
    plan_money(opened, QIFANG, Source.CITY_GRANT)
    fill(planner, "submit", **{"0008_work_done": "1", "0009_progress": "基础", "0009_physical_percent": "5"})
    page, to = f"/reports/{WANZHOU}/2026-10?show=submitted", f"/reports/{WANZHOU}/2026-10/accept"
    shown = leader.get(page).text
    assert "记入市级补助" in shown
    (tick,) = re.findall(rf'value="({QIFANG}@[^"]+)" checked', shown)
    plan_money(opened, QIFANG, Source.SPECIAL_BOND)
    submit(leader, page, to=to, report=[f"{tick}moon"])
    assert "一份也没有核定" in leader.get(page).text
    assert entered_under(opened) == []
    submit(leader, page, to=to, report=[tick])
    assert [source for source, _note in entered_under(opened)] == [Source.CITY_GRANT]


def test_ticked_reports_are_accepted_together_or_not_at_all(
    opened: Flask, planner: FlaskClient, leader: FlaskClient
) -> None:
    fill(planner, "submit", **{"0008_work_done": "1", "0009_progress": "基础", "0009_physical_percent": "5"})
    page, to = f"/reports/{WANZHOU}/2026-10?show=submitted", f"/reports/{WANZHOU}/2026-10/accept"
    versions = {code: stored(opened, code).version for code in (QIFANG, JIANGNAN)}
    submit(leader, page, to=to, report=[f"{QIFANG}@{versions[QIFANG]}", f"{JIANGNAN}@99"])
    assert stored(opened, QIFANG).state is ReportState.SUBMITTED
    submit(leader, page, to=to, report=[f"{code}@{version}" for code, version in versions.items()])

    assert {stored(opened, code).state for code in versions} == {ReportState.ACCEPTED}


# --- rounds -----------------------------------------------------------------------------------------------------------


def test_a_leader_opens_closes_and_reopens_a_round(opened: Flask, leader: FlaskClient) -> None:
    round_ = {"district": SHAPINGBA, "period": "2026-Q3", "opens_on": "2026-09-20", "due_on": "2026-10-10"}
    assert change(leader, "/reports/new", ask="period", **round_).location == f"/reports/{SHAPINGBA}/2026-Q3"
    page = leader.get(f"/reports/{SHAPINGBA}/2026-Q3").text
    assert "2026年第3季度月报" in page
    for verb, said in (("close", "已关闭"), ("reopen", "已重新开放")):
        submit(leader, f"/reports/{SHAPINGBA}/2026-Q3", to=f"/reports/{SHAPINGBA}/2026-Q3/{verb}")
        assert said in leader.get("/reports").text


@pytest.mark.parametrize(
    ("field", "bad", "sentence"),
    [
        ("period", "", "请填写报告期"),
        ("period", "2026年11月", "2026-11（月）"),
        ("period", "2026-Q4", "重叠"),
        ("opens_on", "", "请填写开始填报日期"),
        ("opens_on", "2026-02-30", "2025-09-01 的格式"),
        ("due_on", "2026-10-31", "早于开始填报日期"),
        ("district", "000000", "没有这个区县"),
    ],
)
def test_a_bad_answer_opens_no_round(opened: Flask, leader: FlaskClient, field: str, bad: str, sentence: str) -> None:
    usual = {"district": WANZHOU, "period": "2026-11", "opens_on": "2026-11-25", "due_on": "2026-12-05"}
    response = change(leader, "/reports/new", ask="period", **(usual | {field: bad}))

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)[field]


def test_the_rounds_are_listed_with_what_is_missing(opened: Flask, leader: FlaskClient) -> None:
    with write(opened) as session:
        report = report_of(session, JIANGNAN, "2026-09")
        reporting.save_report(session, report, report.draft, version=report.version)
        rounds.close_round(session, get_round(session, WANZHOU, "2026-09"))
        session.commit()
    september = next(row for row in tables(leader.get("/reports").text)[0] if row[0] == "2026年9月")

    assert september[2] == "○ 已关闭"
    assert september[4:11] == ["42", "41", "0", "1", "0", "0", "41"]


def test_before_the_first_round_the_page_says_what_belongs_here(client: FlaskClient) -> None:
    assert "还没有月报" in client.get("/reports").text
