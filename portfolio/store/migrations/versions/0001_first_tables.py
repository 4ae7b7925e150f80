"""first tables."""

import sqlalchemy as sa
from alembic import op

import portfolio.store.base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "district",
        sa.Column("adcode", sa.Text(), nullable=False, comment="Six digits of GB/T 2260"),
        sa.Column("name", sa.Text(), nullable=False, comment="Such as 沙坪坝区"),
        sa.Column("city", sa.Text(), nullable=True, comment="City or province above it"),
        sa.Column(
            "seat_lon", sa.Float(precision=53), nullable=False, comment="District seat, WGS-84 longitude, degrees"
        ),
        sa.Column(
            "seat_lat", sa.Float(precision=53), nullable=False, comment="District seat, WGS-84 latitude, degrees"
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("adcode", name=op.f("uq_district_adcode")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False, comment="Place in the chain"),
        sa.Column("record_type", sa.Text(), nullable=False, comment="Table of the record"),
        sa.Column("record_id", sa.Integer(), nullable=False, comment="Number of the record in that table"),
        sa.Column("operation", sa.Text(), nullable=False, comment="insert, update or delete"),
        sa.Column("record_version", sa.Integer(), nullable=False, comment="Version of the record after the operation"),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="Every kept column after the operation, as canonical JSON"
        ),
        sa.Column("actor", sa.Text(), nullable=False, comment="User name, or system"),
        sa.Column("reason", sa.Text(), nullable=True, comment="Why, in the actor's words; null where none was asked"),
        sa.Column("at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("previous_hash", sa.Text(), nullable=False, comment="Hash of the row before, 64 zeros in the first"),
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 over previous_hash and every other column"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index("ix_revision_record", ["record_type", "record_id", "record_version"], unique=False)

    op.create_table(
        "user",
        sa.Column("name", sa.Text(), nullable=False, comment="Sign-in name"),
        sa.Column("full_name", sa.Text(), nullable=True, comment="Name for the screen"),
        sa.Column(
            "role",
            sa.Enum(
                "viewer",
                "planner",
                "leader",
                "administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="What the person may do",
        ),
        sa.Column(
            "district_adcode", sa.Text(), nullable=True, comment="The one district the person works in; null: all"
        ),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="argon2id"),
        sa.Column(
            "must_change_password", sa.Boolean(), nullable=False, comment="True while the password is a one-time one"
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False, comment="False: may not sign in"),
        sa.Column("failed_attempts", sa.Integer(), nullable=False, comment="Wrong passwords since the last right one"),
        sa.Column(
            "locked_until",
            portfolio.store.base.Instant(timezone=True),
            nullable=True,
            comment="Sign-in refused until then, UTC",
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("name", name=op.f("uq_user_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "api_token",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the 256-bit token"),
        sa.Column("user_id", sa.Integer(), nullable=False, comment="Whose rights it carries"),
        sa.Column("label", sa.Text(), nullable=True, comment="What it is for"),
        sa.Column("created_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column(
            "revoked_at",
            portfolio.store.base.Instant(timezone=True),
            nullable=True,
            comment="Refused from then on, UTC",
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_api_token_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "gazetteer_place",
        sa.Column("key", sa.Text(), nullable=False, comment="Own key, such as wz-town-500101001"),
        sa.Column("district_id", sa.Integer(), nullable=False, comment="Where it lies"),
        sa.Column("name", sa.Text(), nullable=False, comment="Chinese name"),
        sa.Column("lon", sa.Float(precision=53), nullable=False, comment="WGS-84 longitude, degrees"),
        sa.Column("lat", sa.Float(precision=53), nullable=False, comment="WGS-84 latitude, degrees"),
        sa.Column(
            "accuracy",
            sa.Enum(
                "site",
                "neighbourhood",
                "town",
                "district",
                "unknown",
                name="accuracy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="How well the point is known",
        ),
        sa.Column("basis", sa.Text(), nullable=True, comment="Where the coordinates come from"),
        sa.Column("note", sa.Text(), nullable=True, comment="What else is to be known of the point"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_gazetteer_place_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gazetteer_place")),
        sa.UniqueConstraint("key", name=op.f("uq_gazetteer_place_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("gazetteer_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gazetteer_place_district_id"), ["district_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("key", sa.Text(), nullable=False, comment="adcode and first year, such as 500101-2021"),
        sa.Column("district_id", sa.Integer(), nullable=False, comment="Whose plan"),
        sa.Column("title", sa.Text(), nullable=False, comment="Full title as published"),
        sa.Column("short", sa.Text(), nullable=False, comment="Short title for citations"),
        sa.Column("start_year", sa.Integer(), nullable=False, comment="First year of the period"),
        sa.Column("end_year", sa.Integer(), nullable=False, comment="Last year of the period"),
        sa.Column("issued", sa.Text(), nullable=True, comment="Day or month of issue as the text gives it"),
        sa.Column("publisher", sa.Text(), nullable=True, comment="Who published it"),
        sa.Column(
            "index_number", sa.Text(), nullable=True, comment="Government index number, where the text gives one"
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_plan_district_id_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("key", name=op.f("uq_plan_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_district_id"), ["district_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number"),
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the 256-bit token in the cookie"),
        sa.Column("user_id", sa.Integer(), nullable=False, comment="Who signed in"),
        sa.Column("created_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column(
            "expires_at",
            portfolio.store.base.Instant(timezone=True),
            nullable=False,
            comment="Refused from then on, UTC",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_session_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "commitment",
        sa.Column("key", sa.Text(), nullable=False, comment="Own key, such as 500106-c01"),
        sa.Column("plan_id", sa.Integer(), nullable=False, comment="Plan that makes it"),
        sa.Column("section", sa.Text(), nullable=False, comment="Section or 专栏"),
        sa.Column("item", sa.Text(), nullable=True, comment="Number of the item in the section"),
        sa.Column("what", sa.Text(), nullable=False, comment="What is promised, without the figure"),
        sa.Column(
            "value",
            portfolio.store.base.Hundredths(),
            nullable=True,
            comment="Figure in the plan's unit; null where it gives none",
        ),
        sa.Column(
            "value_max",
            portfolio.store.base.Hundredths(),
            nullable=True,
            comment="Upper end where the plan gives a range",
        ),
        sa.Column("unit", sa.Text(), nullable=True, comment="Unit as the plan writes it"),
        sa.Column("qualifier", sa.Text(), nullable=True, comment="Such as 约, 以上, 左右"),
        sa.Column("year", sa.Integer(), nullable=True, comment="Year by which it is to be reached"),
        sa.Column(
            "measure",
            sa.Enum(
                "projects",
                "classes",
                "floor_area",
                "stated",
                name="measure",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="What of a linked project counts (计量口径)",
        ),
        sa.Column(
            "levels", sa.Text(), nullable=True, comment="Codes of the levels that may count, comma-separated; null: all"
        ),
        sa.Column("natures", sa.Text(), nullable=True, comment="Codes of the natures that may count, as levels"),
        sa.Column("also_at", sa.Text(), nullable=True, comment="Other places in the plan that say the same"),
        sa.Column("quote", sa.Text(), nullable=False, comment="The plan's own words"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("value_max IS NULL OR value_max >= value", name=op.f("ck_commitment_range_in_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_commitment_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("key", name=op.f("uq_commitment_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("plan_id", sa.Integer(), nullable=False, comment="Plan that sets it"),
        sa.Column("number", sa.Integer(), nullable=False, comment="Row in the plan's table, from 1"),
        sa.Column("category", sa.Text(), nullable=True, comment="Group heading in the plan's table"),
        sa.Column("name", sa.Text(), nullable=False, comment="As the plan writes it"),
        sa.Column("unit", sa.Text(), nullable=True, comment="Unit, such as %"),
        sa.Column(
            "baseline", portfolio.store.base.Hundredths(), nullable=True, comment="Value at the start of the period"
        ),
        sa.Column("baseline_qualifier", sa.Text(), nullable=True, comment="Such as ≥"),
        sa.Column("baseline_year", sa.Integer(), nullable=True, comment="Year of the baseline"),
        sa.Column("target", portfolio.store.base.Hundredths(), nullable=True, comment="Value to be reached"),
        sa.Column("target_qualifier", sa.Text(), nullable=True, comment="Such as ≥"),
        sa.Column("target_year", sa.Integer(), nullable=True, comment="Year of the target"),
        sa.Column("attribute", sa.Text(), nullable=True, comment="预期性 or 约束性, where the plan says it"),
        sa.Column("quote", sa.Text(), nullable=True, comment="The plan's own words"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_indicator_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_indicator_plan_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "project",
        sa.Column("code", sa.Text(), nullable=False, comment="Own code, such as 500101-0042; never reused"),
        sa.Column("district_id", sa.Integer(), nullable=False, comment="Where it is built"),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="Programme, or project of which this is a phase"),
        sa.Column("name", sa.Text(), nullable=False, comment="As the plan or the approval writes it"),
        sa.Column(
            "remark", sa.Text(), nullable=True, comment="Stands in brackets after the name: 暂定名, 一期, 含6个幼儿班"
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="How the plan or source was read when registering"),
        sa.Column("also_called", sa.Text(), nullable=True, comment="Other names in use, for searching"),
        sa.Column("national_code", sa.Text(), nullable=True, comment="全国投资项目代码, null until assigned"),
        sa.Column(
            "nature",
            sa.Enum(
                "new",
                "expansion",
                "renovation",
                "renovation_expansion",
                "relocation",
                "reinstatement",
                "equipment",
                name="nature",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Kind of construction, one per project (建设性质)",
        ),
        sa.Column(
            "level",
            sa.Enum(
                "preschool",
                "primary",
                "junior",
                "nine_year",
                "senior",
                "complete",
                "vocational",
                "higher",
                "special",
                "correctional",
                "lifelong",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Level of education (学段)",
        ),
        sa.Column(
            "delivery_mode",
            sa.Enum(
                "government",
                "enterprise",
                "estate",
                "agent",
                "epc",
                "private",
                name="deliverymode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
            comment="Who builds for whom (建设模式)",
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "reserve",
                "proposal",
                "feasibility",
                "design",
                "tender",
                "started",
                "foundation",
                "structure",
                "topped_out",
                "finishing",
                "accepted",
                "in_use",
                "final_account",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
            comment="Where it stands now (阶段); null until reported",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "suspended",
                "cancelled",
                "merged",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="Going on, suspended, cancelled or merged",
        ),
        sa.Column(
            "basis",
            sa.Enum(
                "named", "intention", "outside", name="basis", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            comment="What it stands on in the plan (规划依据)",
        ),
        sa.Column("plan_id", sa.Integer(), nullable=True, comment="Plan that names it"),
        sa.Column("section", sa.Text(), nullable=True, comment="Section or 专栏 of the plan"),
        sa.Column("item", sa.Text(), nullable=True, comment="Number of the item in the section"),
        sa.Column("quote", sa.Text(), nullable=True, comment="The plan's own words"),
        sa.Column(
            "site_area_m2",
            portfolio.store.base.Hundredths(),
            nullable=True,
            comment="Site area (占地面积), square metres",
        ),
        sa.Column(
            "floor_area_m2",
            portfolio.store.base.Hundredths(),
            nullable=True,
            comment="Gross floor area (建筑面积), square metres",
        ),
        sa.Column("classes", sa.Integer(), nullable=True, comment="Number of classes (班)"),
        sa.Column("seats", sa.Integer(), nullable=True, comment="Number of seats (学位)"),
        sa.Column("total_investment_fen", sa.BigInteger(), nullable=True, comment="Total investment as approved, fen"),
        sa.Column("start_year", sa.Integer(), nullable=True, comment="Year in which construction starts or started"),
        sa.Column("completion_year", sa.Integer(), nullable=True, comment="Year in which it is or was completed"),
        sa.Column("owner", sa.Text(), nullable=True, comment="建设单位"),
        sa.Column("user", sa.Text(), nullable=True, comment="使用单位"),
        sa.Column("lead_unit", sa.Text(), nullable=True, comment="牵头单位"),
        sa.Column("responsible_unit", sa.Text(), nullable=True, comment="责任单位"),
        sa.Column("responsible_person", sa.Text(), nullable=True, comment="责任人"),
        sa.Column(
            "lon", sa.Float(precision=53), nullable=True, comment="WGS-84 longitude, degrees; null while not located"
        ),
        sa.Column(
            "lat", sa.Float(precision=53), nullable=True, comment="WGS-84 latitude, degrees; null while not located"
        ),
        sa.Column(
            "accuracy",
            sa.Enum(
                "site",
                "neighbourhood",
                "town",
                "district",
                "unknown",
                name="accuracy",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="How well the place is known",
        ),
        sa.Column(
            "datum",
            sa.Enum(
                "wgs84", "cgcs2000", "gcj02", "bd09", name="datum", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            comment="Reference system in which the place was given",
        ),
        sa.Column("place_given", sa.Text(), nullable=True, comment="Text or key in which the place was given"),
        sa.Column("place_basis", sa.Text(), nullable=True, comment="Where the place comes from"),
        sa.Column("is_sample", sa.Boolean(), nullable=False, comment="Made by `portfolio sample` (演示)"),
        sa.Column(
            "search_text", sa.Text(), nullable=False, comment="Folded name, code, remark and other names, for searching"
        ),
        sa.Column(
            "updated_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="Last accepted save, UTC"
        ),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_project_lon_and_lat_together")),
        sa.CheckConstraint("classes > 0", name=op.f("ck_project_classes_positive")),
        sa.CheckConstraint("floor_area_m2 > 0", name=op.f("ck_project_floor_area_positive")),
        sa.CheckConstraint("seats > 0", name=op.f("ck_project_seats_positive")),
        sa.CheckConstraint("site_area_m2 > 0", name=op.f("ck_project_site_area_positive")),
        sa.CheckConstraint("total_investment_fen > 0", name=op.f("ck_project_total_investment_positive")),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_project_district_id_district")),
        sa.ForeignKeyConstraint(["parent_id"], ["project.id"], name=op.f("fk_project_parent_id_project")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_project_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_district_id"), ["district_id"], unique=False)
        batch_op.create_index("ix_project_district_name", ["district_id", "name"], unique=False)
        batch_op.create_index("ix_project_district_stage", ["district_id", "stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_is_sample"), ["is_sample"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index("ix_project_place", ["lon", "lat"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_plan_id"), ["plan_id"], unique=False)
        batch_op.create_index(
            "ix_project_totals",
            ["district_id", "level", "site_area_m2", "floor_area_m2", "classes", "seats", "total_investment_fen"],
            unique=False,
        )

    op.create_table(
        "commitment_link",
        sa.Column("commitment_id", sa.Integer(), nullable=False, comment="Toward which commitment"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Which project"),
        sa.Column(
            "quantity",
            portfolio.store.base.Hundredths(),
            nullable=True,
            comment="Stated quantity in the commitment's unit; null: taken from the project by the measure",
        ),
        sa.Column("basis", sa.Text(), nullable=True, comment="Why it counts"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_commitment_link_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_link_commitment_id_commitment")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_commitment_link_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_link")),
        sa.UniqueConstraint("commitment_id", "project_id", name=op.f("uq_commitment_link_commitment_id_project_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("commitment_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commitment_link_project_id"), ["project_id"], unique=False)

    op.create_table(
        "fact",
        sa.Column("key", sa.Text(), nullable=False, comment="Hash of what it says and who says it"),
        sa.Column("district_id", sa.Integer(), nullable=False, comment="District it concerns"),
        sa.Column(
            "project_id", sa.Integer(), nullable=True, comment="Project it speaks of; null while matched to none"
        ),
        sa.Column("subject", sa.Text(), nullable=False, comment="Name the source uses"),
        sa.Column(
            "field",
            sa.Enum(
                "site_area_m2",
                "floor_area_m2",
                "classes",
                "seats",
                "start_year",
                "completion_year",
                "stage",
                "total_investment",
                "annual_investment",
                "funding_source",
                "address",
                "other",
                name="factfield",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="What it speaks of",
        ),
        sa.Column("value", sa.Text(), nullable=False, comment="Value as stated"),
        sa.Column("unit", sa.Text(), nullable=True, comment="Unit of the value"),
        sa.Column("as_of", sa.Text(), nullable=True, comment="Date of the statement, as far as it is known"),
        sa.Column("source_title", sa.Text(), nullable=False, comment="Title of the source"),
        sa.Column("publisher", sa.Text(), nullable=True, comment="Publisher of the source"),
        sa.Column("address", sa.Text(), nullable=True, comment="Web address of the source"),
        sa.Column(
            "confidence",
            sa.Enum(
                "official", "media", "forum", name="confidence", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
            comment="Official, media or forum",
        ),
        sa.Column("note", sa.Text(), nullable=True, comment="What else is to be known"),
        sa.Column(
            "is_whole",
            sa.Boolean(),
            nullable=False,
            comment="False where it covers a phase only, or several projects together",
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "reserve",
                "proposal",
                "feasibility",
                "design",
                "tender",
                "started",
                "foundation",
                "structure",
                "topped_out",
                "finishing",
                "accepted",
                "in_use",
                "final_account",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
            comment="Stage the words stand for, where that is beyond doubt",
        ),
        sa.Column("accepted_by", sa.Text(), nullable=True, comment="Who took the value into the project's field"),
        sa.Column("accepted_at", portfolio.store.base.Instant(timezone=True), nullable=True, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"], name=op.f("fk_fact_district_id_district")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_fact_project_id_project")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
        sa.UniqueConstraint("key", name=op.f("uq_fact_key")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fact_district_id"), ["district_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fact_project_id"), ["project_id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Whose money"),
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
            comment="How far the money has come (资金状态)",
        ),
        sa.Column("year", sa.Integer(), nullable=False, comment="Budget year"),
        sa.Column("month", sa.Integer(), nullable=True, comment="Month, where it is known"),
        sa.Column(
            "amount_fen", sa.BigInteger(), nullable=False, comment="Amount in fen; below zero only in a reversal"
        ),
        sa.Column("document_no", sa.Text(), nullable=True, comment="Number of the document (文号)"),
        sa.Column("document_on", sa.Date(), nullable=True, comment="Date of the document"),
        sa.Column("note", sa.Text(), nullable=True, comment="Anything else; in a reversal the reason"),
        sa.Column("reverses_id", sa.Integer(), nullable=True, comment="Entry that this one reverses, in full, once"),
        sa.Column("entered_by", sa.Text(), nullable=False, comment="User name"),
        sa.Column("entered_at", portfolio.store.base.Instant(timezone=True), nullable=False, comment="When, UTC"),
        sa.Column("id", sa.Integer(), nullable=False, comment="Own number; never reused"),
        sa.Column("version", sa.Integer(), nullable=False, comment="1 at first, one more at each accepted save"),
        sa.CheckConstraint(
            "(amount_fen < 0) = (reverses_id IS NOT NULL)", name=op.f("ck_ledger_entry_only_reversals_negative")
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_ledger_entry_amount_not_zero")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_ledger_entry_month_in_year")),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_ledger_entry_year_plausible")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_ledger_entry_project_id_project")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_id_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entry_project", ["project_id", "state", "amount_fen"], unique=False)
        batch_op.create_index("ix_ledger_entry_summary", ["source", "year", "state", "amount_fen"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entry_summary")
        batch_op.drop_index("ix_ledger_entry_project")

    op.drop_table("ledger_entry")
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fact_project_id"))
        batch_op.drop_index(batch_op.f("ix_fact_district_id"))

    op.drop_table("fact")
    with op.batch_alter_table("commitment_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commitment_link_project_id"))

    op.drop_table("commitment_link")
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index("ix_project_totals")
        batch_op.drop_index(batch_op.f("ix_project_plan_id"))
        batch_op.drop_index("ix_project_place")
        batch_op.drop_index(batch_op.f("ix_project_parent_id"))
        batch_op.drop_index(batch_op.f("ix_project_name"))
        batch_op.drop_index(batch_op.f("ix_project_is_sample"))
        batch_op.drop_index("ix_project_district_stage")
        batch_op.drop_index("ix_project_district_name")
        batch_op.drop_index(batch_op.f("ix_project_district_id"))

    op.drop_table("project")
    op.drop_table("indicator")
    with op.batch_alter_table("commitment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_commitment_plan_id"))

    op.drop_table("commitment")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_district_id"))

    op.drop_table("plan")
    with op.batch_alter_table("gazetteer_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gazetteer_place_district_id"))

    op.drop_table("gazetteer_place")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user_id"))

    op.drop_table("api_token")
    op.drop_table("user")
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_index("ix_revision_record")

    op.drop_table("revision")
    op.drop_table("district")
