"""Users, for administrators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import users
from portfolio.store.models import User
from portfolio.store.queries import districts as district_queries
from portfolio.store.queries import users as queries
from portfolio.web.database import get_session
from portfolio.web.forms.users import NewUserForm, TokenForm, UserForm
from portfolio.web.language import tell
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside

blueprint = Blueprint("users", __name__, url_prefix="/users")


@blueprint.get("/")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """List the users."""
    return render_template("users/index.html", users=queries.list_users(get_session()), districts=_district_names())


def _district_names() -> dict[str, str]:
    return {one.adcode: one.name for one in district_queries.list_districts(get_session())}


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def add() -> ResponseReturnValue:
    """Add a user and show the one-time password once."""
    session = get_session()
    form = NewUserForm(district_queries.list_districts(session))
    if form.validate_on_submit():
        try:
            user, password = users.add_user(session, form.draft(form.name.text or ""))
        except RuleError as error:
            put_beside(form, error, "name")
        else:
            session.commit()
            return _show_password_once(user, password)
    return render_template("users/new.html", form=form), 422 if form.errors else 200


def _show_password_once(user: User, password: str) -> ResponseReturnValue:
    return render_template("users/password.html", user=user, password=password), {"Cache-Control": "no-store"}


@blueprint.route("/<name>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
def edit(name: str) -> ResponseReturnValue:
    """Show one user; change name for the screen, role and district."""
    session = get_session()
    user = queries.get_user(session, name)
    form = UserForm(district_queries.list_districts(session), obj=user)
    if form.validate_on_submit():
        try:
            users.change_user(session, user, form.draft(user.name))
        except RuleError as error:
            put_beside(form, error, "role")
        else:
            session.commit()
            flash(gettext("已保存 %(name)s 的角色和区县。", name=user.name), "success")
            return redirect(url_for(".edit", name=name))
    return _show_user(user, form), 422 if form.errors else 200


def _show_user(user: User, form: UserForm) -> str:
    tokens = queries.list_tokens(get_session(), user)
    return render_template("users/edit.html", user=user, form=form, tokens=tokens, new_token=TokenForm(formdata=None))


@blueprint.post("/<name>/password")
@requires(Permission.ADMINISTER)
def reset_password(name: str) -> ResponseReturnValue:
    """Give the user a one-time password and show it once."""
    session = get_session()
    user = queries.get_user(session, name)
    password = users.reset_password(session, user)
    session.commit()
    return _show_password_once(user, password)


@blueprint.post("/<name>/disable")
@requires(Permission.ADMINISTER)
def disable(name: str) -> ResponseReturnValue:
    """Refuse the user from now on."""
    session = get_session()
    user = queries.get_user(session, name)
    try:
        users.disable_user(session, user)
    except RuleError as error:
        flash(tell(error.sentence), "error")
    else:
        session.commit()
        flash(gettext("已停用 %(name)s，其登录已全部退出。", name=name), "success")
    return redirect(url_for(".edit", name=name))


@blueprint.post("/<name>/enable")
@requires(Permission.ADMINISTER)
def enable(name: str) -> ResponseReturnValue:
    """Let the user sign in again."""
    session = get_session()
    users.enable_user(queries.get_user(session, name))
    session.commit()
    flash(gettext("已启用 %(name)s。", name=name), "success")
    return redirect(url_for(".edit", name=name))


@blueprint.post("/<name>/tokens")
@requires(Permission.ADMINISTER)
def make_token(name: str) -> ResponseReturnValue:
    """Make an API token and show it once."""
    session = get_session()
    user = queries.get_user(session, name)
    form = TokenForm()
    if not form.validate():
        flash(next(iter(form.errors.values()))[0], "error")
        return redirect(url_for(".edit", name=name))
    token = users.make_token(session, user, form.label.text)
    session.commit()
    page = render_template(
        "users/token.html",
        token=token,
        label=form.label.text,
        back={"href": url_for(".edit", name=name), "label": name},
        done=gettext("已存好，查看该用户"),
    )
    return page, {"Cache-Control": "no-store"}


@blueprint.post("/<name>/tokens/<int(max=2147483647):token_id>/revoke")
@requires(Permission.ADMINISTER)
def revoke_token(name: str, token_id: int) -> ResponseReturnValue:
    """Refuse an API token from now on."""
    session = get_session()
    users.revoke_token(queries.get_token(session, queries.get_user(session, name), token_id))
    session.commit()
    flash(gettext("令牌已撤销，使用它的程序不能再读取数据。"), "success")
    return redirect(url_for(".edit", name=name))
