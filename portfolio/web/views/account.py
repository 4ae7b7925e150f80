"""Signing in and out, one's own password, the language of the pages."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug import Response

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import users
from portfolio.store.queries.map_settings import public_adcodes
from portfolio.web import language, signin
from portfolio.web.database import get_session
from portfolio.web.formatters import format_moment
from portfolio.web.forms.account import PasswordForm, SignInForm
from portfolio.web.language import tell
from portfolio.web.navigation import home_url
from portfolio.web.permissions import public, requires
from portfolio.web.refusals import put_beside

blueprint = Blueprint("account", __name__)

YEAR_SECONDS = 365 * 24 * 3600


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Sign in and go on to the page that was asked for."""
    form = SignInForm(next=request.args.get("next"))
    if form.validate_on_submit():
        try:
            token = users.sign_in(get_session(), form.name.text or "", form.password.data)
        except users.SignInError as error:
            get_session().commit()  # the failed attempt counts
            form.password.errors = [_sentence(error)]
        else:
            get_session().commit()
            return _enter(signin.local_path(form.next.data) or url_for(".enter"), token)
    has_public_map = bool(public_adcodes(get_session()))
    page = render_template("account/sign_in.html", form=form, has_public_map=has_public_map)
    return page, 422 if form.errors else 200


def _sentence(error: users.SignInError) -> str:
    if not isinstance(error, users.LockedError):
        return str(tell(error.sentence))
    until = format_moment(error.until)
    return str(gettext("密码连续输错，账号锁定到 %(until)s。请届时再试，或请管理员重置密码", until=until))


def _enter(address: str, token: str) -> Response:
    """Go to ``address`` with a new session; nothing of the old one stays in the browser."""
    session.clear()
    response = redirect(address)
    signin.remember(response, token)
    return response


@blueprint.get("/enter")
@requires(Permission.VIEW)
def enter() -> ResponseReturnValue:
    """Go to the first page that the person can open."""
    return redirect(home_url())


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session."""
    token = request.cookies.get(signin.COOKIE)
    if token is not None:
        users.sign_out(get_session(), token)
        get_session().commit()
    session.clear()
    flash(gettext("您已退出。"), "success")
    response = redirect(url_for(".sign_in"))
    signin.forget(response)
    return response


@blueprint.route("/account/password", methods=["GET", "POST"])
@requires(Permission.VIEW)
def password() -> ResponseReturnValue:
    """Change one's own password."""
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            token = users.change_password(get_session(), signin.signed_in_user(), form.current.data, form.new.data)
        except RuleError as error:
            put_beside(form, error, "new")
        else:
            get_session().commit()
            response = _enter(url_for(".enter"), token)
            flash(gettext("密码已更改，其他设备上的登录已全部退出。"), "success")
            return response
    return render_template("account/password.html", form=form), 422 if form.errors else 200


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Show the pages in another language from now on."""
    chosen = request.form.get("language", "")
    response = redirect(signin.local_path(request.form.get("next")) or url_for(".sign_in"))
    if chosen in language.LANGUAGES:
        response.set_cookie(
            language.COOKIE, chosen, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
