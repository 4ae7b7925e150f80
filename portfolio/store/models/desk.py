"""What one person keeps at hand: views with their filters, and projects to follow."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.store.base import Base, Tracked
from portfolio.store.models.access import User
from portfolio.store.models.project import Project


class SavedView(Tracked, Base):
    """One page with its filter that a person keeps under a name. One row per person and name."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), comment="Whose view")
    name: Mapped[str] = mapped_column(comment="What the person calls it")
    address: Mapped[str] = mapped_column(comment="Path and query of a page of this software")
    user: Mapped[User] = relationship()


class Followed(Tracked, Base):
    """One project that a person follows. One row per person and project."""

    __tablename__ = "followed"
    __table_args__ = (UniqueConstraint("user_id", "project_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), comment="Who follows")
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"), index=True, comment="Which project")
    project: Mapped[Project] = relationship()
