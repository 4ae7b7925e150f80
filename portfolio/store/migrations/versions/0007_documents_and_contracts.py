"""documents and contracts."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "funding_document",
        sa.Column("district_id", sa.Integer(), nullable=False, comment="District that it gives to"),
        sa.Column("number", sa.Text(), nullable=False, comment="Number of the document (文号)"),
        sa.Column("issued_on", sa.Date(), nullable=False, comment="Date of the document"),
        sa.Column("issuer", sa.Text(), nullable=True, comment="Office that issued it"),
        sa.Column(
            "source",
            sa.Enum(
                "central_budget",
                "central_transfer",
                "city_grant",
                "city_special",
                "district_budget",
                "district_fund",
                "special_bond",
                "general_bond",
                "counterpart_aid",
                "east_west_aid",
                "school",
                "social",
                "donation",
                "estate_handover",
                "loan",
                "other",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Funding source (资金来源)",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "applied",
                "planned",
                "appropriated",
                "received",
                "paid",
                "work_done",
                name="moneystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="How far it brings the money (资金状态)",
        ),
        sa.Column("year", sa.Integer(), nullable=False, comment="Budget year"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False, comment="Amount in fen that it gives in all"),
        sa.Column("file_id", sa.Integer(), nullable=True, comment="The document itself"),
        sa.Column("note", sa.Text(), nullable=True, comment="Anything else"),
        sa.Column("entered_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column(
            "withdrawn_at",
            portfolio.store.base.Instant(timezone=True),
            nullable=True,
            comment="When it was declared void (作废), UTC",
        ),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True, comment="Why it was declared void"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_funding_document_amount_positive")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_funding_document_year_plausible")),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_funding_document_district_id_district")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_funding_document_file_id_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_document")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("funding_document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_funding_document_district_id"), ["district_id"], unique=False)
        batch_op.create_index(
            "uq_funding_document_live",
            ["district_id", "number", "source", "state", "year"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "contract",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose contract"),
        sa.Column("number", sa.Text(), nullable=False, comment="Number of the contract (合同编号)"),
        sa.Column("name", sa.Text(), nullable=False, comment="What it is about"),
        sa.Column("party", sa.Text(), nullable=False, comment="Who it was signed with (签约单位)"),
        sa.Column(
            "amount_fen",
            sa.BigInteger(),
            nullable=False,
            comment="Amount in fen as signed; changes are rows of their own",
        ),
        sa.Column("signed_on", sa.Date(), nullable=False, comment="Date of signing"),
        sa.Column(
            "retention_percent",
            portfolio.store.base.Hundredths(),
            nullable=True,
            comment="Retention (质保金) in percent of the amount",
        ),
        sa.Column(
            "retention_fen",
            sa.BigInteger(),
            nullable=True,
            comment="Retention as an amount in fen, instead of a percentage",
        ),
        sa.Column("retention_due_on", sa.Date(), nullable=True, comment="When the retention falls due"),
        sa.Column("retention_released_on", sa.Date(), nullable=True, comment="When the retention was paid out"),
        sa.Column("file_id", sa.Integer(), nullable=True, comment="The contract itself"),
        sa.Column("note", sa.Text(), nullable=True, comment="Anything else"),
        sa.Column("entered_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column(
            "withdrawn_at",
            portfolio.store.base.Instant(timezone=True),
            nullable=True,
            comment="When it was declared void (作废), UTC",
        ),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True, comment="Why it was declared void"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_contract_amount_positive")),
        sa.CheckConstraint("retention_fen > 0", name=op.f("ck_contract_retention_positive")),
        sa.CheckConstraint("retention_percent BETWEEN 1 AND 10000", name=op.f("ck_contract_percent_plausible")),
        sa.CheckConstraint(
            "retention_percent IS NULL OR retention_fen IS NULL", name=op.f("ck_contract_one_retention")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_contract_file_id_stored_file")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_contract_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_project_id"), ["project_id"], unique=False)
        batch_op.create_index(
            "uq_contract_live",
            ["project_id", "number"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "contract_change",
        sa.Column("contract_id", sa.Integer(), nullable=False, comment="Contract that changes"),
        sa.Column(
            "amount_fen",
            sa.BigInteger(),
            nullable=False,
            comment="By how much the amount grows, below zero shrinks, in fen",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why"),
        sa.Column("document_no", sa.Text(), nullable=True, comment="Number of the document that allows it"),
        sa.Column("changed_on", sa.Date(), nullable=False, comment="Date of the change"),
        sa.Column("entered_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_contract_change_amount_not_zero")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_change_contract_id_contract")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_change")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("contract_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_change_contract_id"), ["contract_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("contract_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_change_contract_id"))

    op.drop_table("contract_change")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_contract_live",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_contract_project_id"))

    op.drop_table("contract")
    with op.batch_alter_table("funding_document", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_funding_document_live",
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_funding_document_district_id"))

    op.drop_table("funding_document")
