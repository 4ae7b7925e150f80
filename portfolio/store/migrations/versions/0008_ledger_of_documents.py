"""ledger entries refer to documents and contracts, and carry money forward.

SQLite cannot change a rule of a table: there the table is made again under its own name, so that no row refers to the
old one when that is dropped.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TABLE, _BEFORE = "ledger_entry", "ledger_entry_before"
_KEPT = tuple(
    "project_id source state year month amount_fen document_no document_on note reverses_id entered_by entered_at "  # noqa: SIM905
    "id version".split()
)
_SOURCES = tuple(
    "central_budget central_transfer city_grant city_special district_budget district_fund special_bond general_bond "  # noqa: SIM905
    "counterpart_aid east_west_aid school social donation estate_handover loan other".split()
)
_STATES = ("applied", "planned", "appropriated", "received", "paid", "work_done")
_OLD_INDEXES = {
    "ix_ledger_entry_summary": ["source", "year", "state", "amount_fen"],
    "ix_ledger_entry_project": ["project_id", "state", "amount_fen"],
}
_NEW_INDEXES = {
    "ix_ledger_entry_document": ["document_id", "amount_fen"],
    "ix_ledger_entry_contract": ["contract_id", "amount_fen"],
}
_OLD_SIGN = {"only_reversals_negative": "(amount_fen < 0) = (reverses_id IS NOT NULL)"}
_NEW_SIGN = {
    "sign_has_cause": "(amount_fen < 0) = ((reverses_id IS NOT NULL) <> (COALESCE(carried_year, 0) > year))",
    "carried_forward": "carried_from_id IS NULL OR COALESCE(carried_year, year) < year",
}
_CHECKS = {
    "amount_not_zero": "amount_fen <> 0",
    "month_in_year": "month BETWEEN 1 AND 12",
    "year_plausible": "year BETWEEN 2000 AND 2100",
}
_OLD_LINKS = {"project_id": "project", "reverses_id": "ledger_entry"}
_NEW_LINKS = {"document_id": "funding_document", "contract_id": "contract", "carried_from_id": "ledger_entry"}
_OLD_COMMENT = "Amount in fen; below zero only in a reversal"
_NEW_COMMENT = "Amount in fen; below zero in a reversal and where carried out"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_again(added=_added(), sign=_NEW_SIGN, links=_OLD_LINKS | _NEW_LINKS)
        _index(_OLD_INDEXES)
    else:
        for column in _added():
            op.add_column(_TABLE, column)
        op.alter_column(_TABLE, "amount_fen", comment=_NEW_COMMENT, existing_comment=_OLD_COMMENT)
        _change_sign_rule(_OLD_SIGN, _NEW_SIGN)
        op.create_unique_constraint(op.f("uq_ledger_entry_carried_from_id"), _TABLE, ["carried_from_id"])
        for column, target in _NEW_LINKS.items():
            op.create_foreign_key(_link_name(column, target), _TABLE, target, [column], ["id"])
    _index(_NEW_INDEXES)


def downgrade() -> None:
    for name in _NEW_INDEXES:
        op.drop_index(name, _TABLE)
    if op.get_bind().dialect.name == "sqlite":
        _make_again(added=[], sign=_OLD_SIGN, links=_OLD_LINKS)
        _index(_OLD_INDEXES)
    else:
        _change_sign_rule(_NEW_SIGN, _OLD_SIGN)
        op.alter_column(_TABLE, "amount_fen", comment=_OLD_COMMENT, existing_comment=_NEW_COMMENT)
        for column in reversed(_added()):
            op.drop_column(_TABLE, column.name)


def _added() -> list[Any]:
    given = "Document that gives it; number and date below are its own"
    carried = "Year to or from which it is carried forward (结转)"
    return [
        sa.Column("document_id", sa.Integer(), nullable=True, comment=given),
        sa.Column("contract_id", sa.Integer(), nullable=True, comment="Contract that it is paid under"),
        sa.Column("carried_year", sa.Integer(), nullable=True, comment=carried),
        sa.Column("carried_from_id", sa.Integer(), nullable=True, comment="Entry that took it out of its year"),
        sa.Column("warning", sa.Text(), nullable=True, comment="What was asked when it was entered, and confirmed"),
    ]


def _change_sign_rule(before: dict[str, str], after: dict[str, str]) -> None:
    for name in before:
        op.drop_constraint(op.f(f"ck_ledger_entry_{name}"), _TABLE, type_="check")
    for name, rule in after.items():
        op.create_check_constraint(op.f(f"ck_ledger_entry_{name}"), _TABLE, rule)


def _index(indexes: dict[str, list[str]]) -> None:
    for name, columns in indexes.items():
        op.create_index(name, _TABLE, columns)


def _link_name(column: str, target: str) -> str:
    return str(op.f(f"fk_ledger_entry_{column}_{target}"))


def _make_again(*, added: list[Any], sign: dict[str, str], links: dict[str, str]) -> None:
    for name in _OLD_INDEXES:
        op.drop_index(name, _TABLE)
    op.rename_table(_TABLE, _BEFORE)
    unique = [column for column in ("reverses_id", "carried_from_id") if column in links]
    op.create_table(
        _TABLE,
        *_kept_columns(),
        *added,
        *(sa.CheckConstraint(rule, name=op.f(f"ck_ledger_entry_{name}")) for name, rule in (_CHECKS | sign).items()),
        *(sa.ForeignKeyConstraint([one], [f"{to}.id"], name=_link_name(one, to)) for one, to in links.items()),
        *(sa.UniqueConstraint(one, name=op.f(f"uq_ledger_entry_{one}")) for one in unique),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sqlite_autoincrement=True,
    )
    _move_rows()
    op.drop_table(_BEFORE)


def _move_rows() -> None:
    """Copy every row, and the highest number ever given: numbers of removed rows are never given again."""
    names = ", ".join(_KEPT)
    op.execute(f"INSERT INTO {_TABLE} ({names}) SELECT {names} FROM {_BEFORE} ORDER BY id")  # noqa: S608 (own names)
    op.execute(f"DELETE FROM sqlite_sequence WHERE name = '{_TABLE}'")  # noqa: S608
    op.execute(
        f"INSERT INTO sqlite_sequence (name, seq) SELECT '{_TABLE}', seq FROM sqlite_sequence"  # noqa: S608
        f" WHERE name = '{_BEFORE}'"
    )


def _kept_columns() -> list[Any]:
    return [
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("source", _terms("source", _SOURCES), nullable=False),
        sa.Column("state", _terms("moneystate", _STATES), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("document_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reverses_id", sa.Integer(), nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def _terms(name: str, codes: tuple[str, ...]) -> Any:
    return sa.Enum(*codes, name=name, native_enum=False, create_constraint=True, length=32)
