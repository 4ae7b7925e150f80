"""What an office sets for itself."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from portfolio.store.base import Base, Tracked


class Setting(Tracked, Base):
    """One setting of the office. One row per key; a key without a row has the software's own default.

    The history tells that a secret was changed, by whom and when, never what it is.
    """

    __tablename__ = "setting"
    untracked_columns = frozenset({"secret"})

    key: Mapped[str] = mapped_column(unique=True, comment="Group and name, such as map.review_number")
    value: Mapped[str] = mapped_column(comment="Value as JSON text")
    secret: Mapped[str | None] = mapped_column(comment="What goes with the value and is never shown or told again")
