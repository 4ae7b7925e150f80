"""A pack: one frozen value whose sums agree, or no pack at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.errors import ConfirmationNeededError, RuleError
from portfolio.domain.terms import EstimateKind, Level, MoneyState, Overdraw, Source, Stage
from portfolio.reports import funding
from portfolio.reports.pack_briefing import briefing, gaps_line, spoken_money, stamp_lines
from portfolio.reports.pack_table import PackTable, check_sums, from_json, to_json, values
from portfolio.reports.pack_words import scope_key, scope_words
from portfolio.reports.tables import Table
from portfolio.services import ledger
from portfolio.services.payments import OVERDRAW_KEY
from portfolio.services.settings import change_setting
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import WANZHOU, make_entry, make_estimate, make_project
from tests.packs import DAY, make_pack

ONE_LEVEL = ProjectFilter(district=WANZHOU, level=Level.LIFELONG, q="测试")


def school(session: Session, **values: Any) -> Any:
    return make_project(session, level=Level.LIFELONG, **values)


def enter(session: Session, project: Any, *, wan: int | Decimal, **values: Any) -> Any:
    """Enter an amount, confirming whatever is asked, in an office that lets payments run ahead."""
    change_setting(session, OVERDRAW_KEY, Overdraw.WARN.value)
    usual = {"source": Source.DISTRICT_BUDGET, "state": MoneyState.RECEIVED, "year": 2025}
    draft = LedgerDraft(amount_fen=int(wan * 1_000_000), **(usual | values))
    try:
        return ledger.add_entry(session, project, draft)
    except ConfirmationNeededError as question:
        return ledger.add_entry(session, project, draft, confirmed=str(question))


def state_of(pack: PackTable, state: MoneyState) -> int | None:
    return pack.amounts[state.value]


@pytest.fixture
def two(session: Session) -> Session:
    """Two projects: 300 of the city and 100 of bonds received in 2024 and 2025, 250 paid."""
    first, second = school(session), school(session, total_investment_fen=900_000_000)
    make_entry(session, first, wan=300, source=Source.CITY_GRANT, year=2024)
    make_entry(session, second, wan=100, source=Source.SPECIAL_BOND)
    enter(session, second, wan=250, source=Source.SPECIAL_BOND, state=MoneyState.PAID)
    return session


def test_by_source_by_year_and_by_project_are_the_headline(two: Session) -> None:
    pack = make_pack(two, chosen=ONE_LEVEL)

    assert state_of(pack, MoneyState.RECEIVED) == 400_000_000
    assert pack.by_source.rows[0][:2] == ("市级", "市级补助")
    assert values(pack.by_source, "received") == [300_000_000, 100_000_000]
    assert list(zip(values(pack.by_year, "year"), values(pack.by_year, "received"), strict=True)) == [
        (2024, 300_000_000),
        (2025, 100_000_000),
    ]
    assert values(pack.by_project, "paid") == [None, 250_000_000]
    assert pack.control_fen == 650_000_000


def test_what_nobody_entered_is_unknown_and_counted(two: Session) -> None:
    school(two)
    pack = make_pack(two, chosen=ONE_LEVEL)

    assert state_of(pack, MoneyState.APPLIED) is None
    assert (pack.stamp.projects, pack.stamp.without_money, pack.stamp.without_investment) == (3, 1, 2)
    assert gaps_line(pack.stamp) == "3 个项目中，1 个没有资金记录，2 个没有总投资，3 个没有阶段"


def test_a_pack_is_the_funding_summary_of_the_page(shared: Session) -> None:
    chosen = ProjectFilter(district=WANZHOU)
    pack, page = make_pack(shared, chosen=chosen, as_of=dt.date(2026, 12, 31)), funding.summary_table(shared, chosen)

    labels = [tuple(getattr(value, "label", value) for value in row) for row in page.rows]
    assert [tuple(row) for row in pack.matrix.rows] == labels
    assert list(pack.matrix.totals or ())[3:] == list(page.totals or ())[3:]


def test_money_counts_from_the_day_of_its_document(session: Session) -> None:
    project = school(session)
    for day in (DAY, DAY + dt.timedelta(days=1)):
        make_entry(session, project, wan=day.day, year=2026, document_on=day, document_no="渝财〔2026〕1号")

    assert state_of(make_pack(session, chosen=ONE_LEVEL), MoneyState.RECEIVED) == 31_000_000


def test_a_filter_without_projects_gives_no_pack(session: Session) -> None:
    with pytest.raises(RuleError, match="没有项目"):
        make_pack(session, chosen=ProjectFilter(q="没有这样的学校"))


# --- the check --------------------------------------------------------------------------------------------------------


def tampered(table: Table, row: int, key: str, more: int) -> Table:
    """Return a table with one amount changed; ``row`` -1 is the totals row."""
    place = [column.key for column in table.columns].index(key)
    if row < 0:
        totals = list(table.totals or ())
        totals[place] += more
        return replace(table, totals=tuple(totals))
    rows = [list(one) for one in table.rows]
    rows[row][place] = (rows[row][place] or 0) + more
    return replace(table, rows=tuple(map(tuple, rows)))


@pytest.mark.parametrize(
    ("name", "row", "key", "named"),
    [
        ("by_source", 1, "received", "“按资金来源”中“专项债券”一行的到位"),
        ("by_year", 0, "received", "“按年度”中“2024”一行的到位"),
        ("by_project", 1, "paid", "“按项目”各行的支付"),
        ("by_project", -1, "received", "“按项目”合计行的到位"),
        ("matrix", 0, "received", "“按资金来源”中“市级补助”一行的到位"),
        ("headline", 3, "amount", "“按资金来源”各行的到位"),
    ],
)
def test_a_pack_whose_sums_do_not_agree_is_refused_and_the_row_named(
    two: Session, name: str, row: int, key: str, named: str
) -> None:
    pack = make_pack(two, chosen=ONE_LEVEL)
    check_sums(pack)

    with pytest.raises(RuleError) as refused:
        check_sums(replace(pack, **{name: tampered(getattr(pack, name), row, key, 1)}))

    assert named in str(refused.value)
    assert "0.01" in str(refused.value) or "0.00" in str(refused.value)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(list(Source)),
            st.sampled_from(list(MoneyState)),
            st.integers(2020, 2026),
            st.integers(1, 10**13),
            st.booleans(),
        ),
        max_size=12,
    )
)
def test_any_entries_and_reversals_make_a_pack_that_adds_up(session: Session, entries: list[Any]) -> None:
    with session.begin_nested() as trial:
        projects = [school(session) for _ in range(3)]
        expected: dict[str, int] = {}
        for place, source, state, year, fen, is_reversed in entries:
            entry = enter(session, projects[place], wan=Decimal(fen) / 1_000_000, source=source, state=state, year=year)
            expected[state.value] = expected.get(state.value, 0) + (0 if is_reversed else fen)
            if is_reversed:
                ledger.reverse_entry(session, entry, "记错")
        pack = make_pack(session, chosen=ONE_LEVEL, as_of=dt.date(2026, 12, 31))
        assert {key: fen for key, fen in pack.amounts.items() if fen is not None} == expected
        assert from_json(to_json(pack)) == pack
        trial.rollback()


# --- frozen values ----------------------------------------------------------------------------------------------------


def test_a_pack_out_of_its_json_is_the_same_pack_and_the_same_text(shared: Session) -> None:
    pack = make_pack(shared)

    again = from_json(to_json(pack))

    assert again == pack
    assert to_json(again) == to_json(pack)


def test_the_hash_speaks_of_figures_not_of_who_made_them(two: Session) -> None:
    pack, other = make_pack(two, chosen=ONE_LEVEL), make_pack(two, chosen=ONE_LEVEL, made_by="李四")
    changed = replace(pack, headline=tampered(pack.headline, 3, "amount", 1))

    assert pack.hash == other.hash
    assert changed.hash != pack.hash


def test_the_next_pack_shows_what_changed_since_the_last(two: Session) -> None:
    before = make_pack(two, chosen=ONE_LEVEL)
    make_entry(two, school(two, stage=Stage.DESIGN), wan=70, year=2026, document_on=DAY)
    pack = make_pack(two, chosen=ONE_LEVEL, earlier=before)

    received = pack.headline.rows[3]
    assert received[0] == "到位"
    assert received[4:] == (400_000_000, 70_000_000)
    assert pack.counts.rows[0] == ("项目", 3, 2, 1)
    words = "".join(sentence.text for section in briefing(pack) for sentence in section.sentences)
    assert "与2026年3月31日定版相比，到位增加70.00万元；项目 +1 个、前期 +1 个、登记了资金 +1 个。" in words
    assert before.short_hash in dict(stamp_lines(pack))["上期"]


# --- words ------------------------------------------------------------------------------------------------------------


def test_every_sentence_names_the_records_it_stands_on(shared: Session) -> None:
    sentences = [sentence for section in briefing(make_pack(shared)) for sentence in section.sentences]

    print(f"n = {len(sentences)} sentences")
    assert len(sentences) >= 8
    for sentence in sentences:
        assert sentence.text.endswith("。")
        assert "表" in sentence.note or "/" in sentence.note, sentence


def test_amounts_are_spoken_in_the_unit_that_fits() -> None:
    assert spoken_money(9_999_999_999) == "10,000.00万元"
    assert spoken_money(10_000_000_000) == "1.00亿元"
    assert spoken_money(None) == "—"


def test_money_that_ran_ahead_is_an_exception_with_its_figures(two: Session) -> None:
    found = [row for row in make_pack(two, chosen=ONE_LEVEL).exceptions.rows if row[0] == "支付大于到位"]

    assert [row[4] for row in found] == ["支付 250.00 万元，到位 100.00 万元，多出 150.00 万元"]


def test_a_late_project_is_an_exception_that_names_the_rule(session: Session) -> None:
    school(session, name="测试迟到学校", stage=Stage.STRUCTURE, completion_year=2025)

    pack = make_pack(session, chosen=ONE_LEVEL)

    assert [(row[0], row[2]) for row in pack.exceptions.rows] == [("黄灯", "测试迟到学校")]
    assert "建成滞后" in pack.exceptions.rows[0][4]


def test_the_scope_is_said_in_words_and_told_apart_exactly() -> None:
    chosen = ProjectFilter(district=WANZHOU, level=Level.PRIMARY, located=False, q="其芳")

    assert scope_words(chosen, "万州区") == "万州区·小学·未定位·“其芳”"
    assert scope_key(chosen) != scope_key(replace(chosen, located=True))
    assert scope_key(chosen) != scope_key(replace(chosen, located=None))
    assert scope_key(chosen) == scope_key(replace(chosen))


def test_an_overrun_is_named_with_its_rule(session: Session) -> None:
    project = school(session)
    make_estimate(session, project, EstimateKind.FEASIBILITY, wan=1000)
    make_estimate(session, project, EstimateKind.DESIGN, wan=1100)

    pack = make_pack(session, chosen=ONE_LEVEL)

    assert pack.estimates.rows[0][3:] == (
        1_000_000_000,
        1_100_000_000,
        None,
        None,
        "概算超估算",
        100_000_000,
        Decimal("0.1"),
    )
    assert [row[0] for row in pack.exceptions.rows] == ["四算超出"]
    assert "概算比估算多 100.00 万元，超出 10.0%；概算超过批准估算 10% 及以上" in pack.exceptions.rows[0][4]
