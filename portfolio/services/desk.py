"""Keeping views and projects at hand."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say
from portfolio.store.models import Followed, Project, SavedView, User
from portfolio.store.queries import desk

MOST_VIEWS = 50


def save_view(session: Session, user: User, name: str, address: str) -> SavedView:
    """Keep an address under a name; the same name again points to the new one.

    ``address`` is a path with its query that the caller has found to be a page of this software.

    Raises
    ------
    RuleError
        If the name is missing or the person keeps 50 views already.
    """
    if not name.strip():
        raise RuleError(say("请给视图起个名称"), "name")
    view = desk.find_view(session, user, name.strip())
    if view is None:
        if len(desk.list_views(session, user)) >= MOST_VIEWS:
            raise RuleError(say("最多保存 {most} 个视图，请先删去不用的", most=MOST_VIEWS), "name")
        view = SavedView(user_id=user.id, name=name.strip(), address=address)
        session.add(view)
    view.address = address
    session.flush()
    return view


def remove_view(session: Session, user: User, name: str) -> None:
    """Forget a view; one that is not there is no fault."""
    view = desk.find_view(session, user, name)
    if view is not None:
        session.delete(view)
        session.flush()


def follow(session: Session, user: User, project: Project) -> None:
    """Follow a project; again is no fault."""
    if desk.find_followed(session, user, project) is None:
        session.add(Followed(user_id=user.id, project_id=project.id))
        session.flush()


def unfollow(session: Session, user: User, project: Project) -> None:
    """Follow a project no longer; again is no fault."""
    followed = desk.find_followed(session, user, project)
    if followed is not None:
        session.delete(followed)
        session.flush()
