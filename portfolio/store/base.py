"""What every table shares: naming of constraints, exact column types, and the versioned record."""

from __future__ import annotations

import datetime as dt
import enum
import json
from contextlib import suppress
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Float, Integer, MetaData, Table, Text, TypeDecorator, event
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from portfolio.domain.sentences import Sentence, say_again

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Hundredths(TypeDecorator[Decimal]):
    """A decimal with two places, stored as a whole number of hundredths so that sums are exact on every engine."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the stored whole number; a value finer than a hundredth is a fault of the caller."""
        if value is None:
            return None
        scaled = value * 100
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} is finer than a hundredth")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the decimal that was stored."""
        return None if value is None else Decimal(int(value)) / 100


class Instant(TypeDecorator[dt.datetime]):
    """A moment in UTC; aware on every engine."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Return the moment marked as UTC; SQLite hands it over unmarked."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=dt.UTC)


class SentenceText(TypeDecorator[str]):
    """A text on record. What a person typed is kept as typed, a sentence of ours as how it was made.

    A sentence stands behind a mark (a record separator, as in RFC 7464) that forms take from nobody; texts from before
    there was one are read as they are, and so is what somebody altered behind the application.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the stored text; one that was typed and begins with the mark is a fault of the caller."""
        if isinstance(value, Sentence):
            return _kept(value)
        if value is not None and value.startswith(_SAID):
            raise ValueError("only a sentence of ours begins with a record separator")
        return value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the text as it was typed, or the sentence as it was said."""
        if value is not None and value.startswith(_SAID):
            with suppress(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
                said = say_again(json.loads(value.removeprefix(_SAID)))
                return said if _kept(said) == value else value
        return value


def _kept(sentence: Sentence) -> str:
    return _SAID + json.dumps(sentence.plain(), ensure_ascii=False, separators=(",", ":"))


_SAID = "\x1e"
Fen = Annotated[int, mapped_column(BigInteger)]
Said = Annotated[str, mapped_column(SentenceText)]


def codes_of(terms: type[enum.Enum]) -> list[str]:
    """Return the codes under which the terms of a closed list are stored."""
    return [str(term.value) for term in terms]


class Base(DeclarativeBase):
    """Base of every table. Numbers of deleted rows are never given again, on SQLite neither."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        enum.Enum: Enum(enum.Enum, native_enum=False, length=32, values_callable=codes_of, create_constraint=True),
        Decimal: Hundredths,
        dt.datetime: Instant,
        str: Text,
        float: Float(53),
    }


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_numbers(table: Table, _metadata: MetaData) -> None:
    table.dialect_options["sqlite"]["autoincrement"] = True


def utc_now() -> dt.datetime:
    """Return the present moment in UTC."""
    return dt.datetime.now(dt.UTC)


class Tracked:
    """A record whose every version is kept in the revision table, and which refuses a stale save."""

    untracked_columns: ClassVar[frozenset[str]] = frozenset()
    append_only: ClassVar[bool] = False
    sample_column: ClassVar[str] = "is_sample"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, comment="Own number; never reused")
    version: Mapped[int] = mapped_column(Integer, comment="1 at first, one more at each accepted save")

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        """Make SQLAlchemy check and raise the version at each save."""
        return {"version_id_col": cls.version}
