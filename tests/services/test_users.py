"""Users: signing in, and what an administrator may and may not do."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.domain.errors import DuplicateError, NotFoundError, RuleError
from portfolio.domain.roles import Role
from portfolio.services import users
from portfolio.services.users import UserDraft
from portfolio.store.models import Revision, User, UserSession
from portfolio.store.queries import users as queries

PASSWORD = "a long enough password"
NINE_O_CLOCK = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def make_user(session: Session, name: str = "li.ming", role: Role = Role.PLANNER) -> User:
    user, one_time = users.add_user(session, UserDraft(name=name, role=role))
    users.change_password(session, user, one_time, PASSWORD)
    return user


def fail(session: Session, name: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(users.SignInError):
            users.sign_in(session, name, "wrong")


def test_the_first_administrator_gets_a_one_time_password_that_must_be_changed(empty_session: Session) -> None:
    password = users.ensure_administrator(empty_session, None)

    assert password is not None
    assert users.sign_in(empty_session, "admin", password)
    assert queries.get_user(empty_session, "admin").must_change_password


def test_a_password_from_the_caller_need_not_be_changed_and_is_not_told(empty_session: Session) -> None:
    assert users.ensure_administrator(empty_session, PASSWORD) is None
    assert not queries.get_user(empty_session, "admin").must_change_password


def test_no_administrator_is_made_where_users_exist(session: Session) -> None:
    assert users.ensure_administrator(session, None) is None


def test_a_token_of_a_session_is_never_stored(session: Session) -> None:
    make_user(session)
    token = users.sign_in(session, "li.ming", PASSWORD)

    assert len(token) >= 43
    assert token not in session.scalars(select(UserSession.token_hash)).all()


@pytest.mark.parametrize("name", ["li.ming", "nobody"])
def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(session: Session, name: str) -> None:
    make_user(session)

    with pytest.raises(users.SignInError, match="用户名或密码不正确"):
        users.sign_in(session, name, "wrong")


def test_five_wrong_passwords_lock_the_account_for_fifteen_minutes(session: Session) -> None:
    with time_machine.travel(NINE_O_CLOCK, tick=False) as clock:
        make_user(session)
        fail(session, "li.ming", 5)

        with pytest.raises(users.LockedError) as locked:
            users.sign_in(session, "li.ming", PASSWORD)
        assert locked.value.until == NINE_O_CLOCK + dt.timedelta(minutes=15)

        clock.shift(dt.timedelta(minutes=15))
        assert users.sign_in(session, "li.ming", PASSWORD)


def test_a_right_password_clears_the_count_of_wrong_ones(session: Session) -> None:
    make_user(session)
    fail(session, "li.ming", 4)
    users.sign_in(session, "li.ming", PASSWORD)
    fail(session, "li.ming", 4)

    assert users.sign_in(session, "li.ming", PASSWORD)


def test_a_session_ends_after_twelve_hours(session: Session) -> None:
    with time_machine.travel(NINE_O_CLOCK, tick=False) as clock:
        make_user(session)
        token = users.sign_in(session, "li.ming", PASSWORD)
        clock.shift(dt.timedelta(hours=12) - dt.timedelta(seconds=1))
        assert users.resolve_session(session, token) is not None
        clock.shift(dt.timedelta(seconds=1))
        assert users.resolve_session(session, token) is None


def test_expired_sessions_are_removed_at_the_next_sign_in(session: Session) -> None:
    with time_machine.travel(NINE_O_CLOCK, tick=False) as clock:
        make_user(session)
        users.sign_in(session, "li.ming", PASSWORD)
        clock.shift(dt.timedelta(days=1))
        users.sign_in(session, "li.ming", PASSWORD)

        assert session.scalar(select(func.count(UserSession.id))) == 1


@pytest.mark.parametrize("event", ["sign out", "password", "disable", "role", "district", "reset"])
def test_a_session_ends_with_each_event_that_ends_access(session: Session, event: str) -> None:
    user = make_user(session)
    token = users.sign_in(session, "li.ming", PASSWORD)
    assert users.resolve_session(session, token) is user

    {
        "sign out": lambda: users.sign_out(session, token),
        "password": lambda: users.change_password(session, user, PASSWORD, "another long password"),
        "disable": lambda: users.disable_user(session, user),
        "role": lambda: users.change_user(session, user, UserDraft(name=user.name, role=Role.VIEWER)),
        "district": lambda: users.change_user(
            session, user, UserDraft(name=user.name, role=Role.PLANNER, district_adcode="500101")
        ),
        "reset": lambda: users.reset_password(session, user),
    }[event]()

    assert users.resolve_session(session, token) is None


def test_another_name_for_the_screen_ends_no_session(session: Session) -> None:
    user = make_user(session)
    token = users.sign_in(session, "li.ming", PASSWORD)

    users.change_user(session, user, UserDraft(name=user.name, role=user.role, full_name="李明"))

    assert users.resolve_session(session, token) is user


def test_changing_the_password_opens_a_new_session(session: Session) -> None:
    user = make_user(session)

    token = users.change_password(session, user, PASSWORD, "another long password")

    assert users.resolve_session(session, token) is user


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [("wrong", "another long password", "当前密码不正确"), (PASSWORD, PASSWORD, "相同"), (PASSWORD, "nine char", "10")],
)
def test_a_password_change_that_breaks_a_rule_is_refused(
    session: Session, current: str, new: str, sentence: str
) -> None:
    user = make_user(session)

    with pytest.raises(RuleError, match=sentence):
        users.change_password(session, user, current, new)


def test_a_disabled_user_cannot_sign_in_until_enabled_again(session: Session) -> None:
    user = make_user(session)
    users.disable_user(session, user)
    with pytest.raises(users.SignInError):
        users.sign_in(session, user.name, PASSWORD)

    users.enable_user(user)

    assert users.sign_in(session, user.name, PASSWORD)


def test_a_reset_lifts_a_lock(session: Session) -> None:
    user = make_user(session)
    fail(session, user.name, 5)

    one_time = users.reset_password(session, user)

    assert users.sign_in(session, user.name, one_time)
    assert user.must_change_password


def test_the_last_active_administrator_can_be_neither_disabled_nor_demoted(session: Session) -> None:
    admin = queries.get_user(session, "admin")

    with pytest.raises(RuleError, match="最后一个"):
        users.disable_user(session, admin)
    with pytest.raises(RuleError, match="最后一个"):
        users.change_user(session, admin, UserDraft(name="admin", role=Role.PLANNER))

    make_user(session, "second", Role.ADMINISTRATOR)
    users.disable_user(session, admin)
    assert not admin.is_active


@pytest.mark.parametrize("name", ["a", "x" * 33, "li ming", "李明", "a/b", "a\n", ""])
def test_a_sign_in_name_of_another_form_is_refused(session: Session, name: str) -> None:
    with pytest.raises(RuleError, match="2 至 32"):
        users.add_user(session, UserDraft(name=name, role=Role.VIEWER))


def test_a_sign_in_name_is_used_once(session: Session) -> None:
    make_user(session)

    with pytest.raises(DuplicateError, match=r"li\.ming"):
        users.add_user(session, UserDraft(name="li.ming", role=Role.VIEWER))


def test_a_token_carries_its_users_rights_until_it_is_revoked(session: Session) -> None:
    user = make_user(session)
    token = users.make_token(session, user, "数据大屏")
    assert users.resolve_token(session, token) is user

    users.revoke_token(queries.list_tokens(session, user)[0])
    session.flush()

    assert users.resolve_token(session, token) is None


def test_a_token_of_a_disabled_user_opens_nothing(session: Session) -> None:
    user = make_user(session)
    token = users.make_token(session, user, "数据大屏")

    users.disable_user(session, user)

    assert users.resolve_token(session, token) is None


def test_a_token_is_found_under_its_own_user_only(session: Session) -> None:
    user = make_user(session)
    users.make_token(session, user, "数据大屏")
    token = queries.list_tokens(session, user)[0]

    with pytest.raises(NotFoundError):
        queries.get_token(session, queries.get_user(session, "admin"), token.id)


def test_the_history_holds_every_change_and_no_secret(session: Session) -> None:
    user = make_user(session)
    session.flush()

    states = session.scalars(select(Revision.state).where(Revision.record_type == "user")).all()

    assert any('"must_change_password":true' in state and "li.ming" in state for state in states), states
    assert not any("argon2" in state or user.password_hash in state for state in states)
