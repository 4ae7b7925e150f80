"""One's own API tokens: what other programs, such as QGIS, read the data with."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portfolio.domain.roles import Permission
from portfolio.services import users
from portfolio.store.queries import users as queries
from portfolio.web.database import get_session
from portfolio.web.forms.users import TokenForm
from portfolio.web.permissions import requires
from portfolio.web.signin import signed_in_user

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")


@blueprint.get("")
@requires(Permission.VIEW)
def index() -> ResponseReturnValue:
    """List one's own tokens."""
    return _page(TokenForm(formdata=None))


def _page(form: TokenForm) -> str:
    tokens = queries.list_tokens(get_session(), signed_in_user())
    return render_template("account/tokens.html", tokens=tokens, form=form)


@blueprint.post("")
@requires(Permission.VIEW)
def make() -> ResponseReturnValue:
    """Make a token and show it once."""
    form, session, user = TokenForm(), get_session(), signed_in_user()
    if not form.validate():
        return _page(form), 422
    token = users.make_token(session, user, form.label.text)
    session.commit()
    page = render_template(
        "users/token.html",
        token=token,
        label=form.label.text,
        back={"href": url_for(".index"), "label": gettext("我的接口令牌")},
        done=gettext("已存好，回到我的令牌"),
    )
    return page, {"Cache-Control": "no-store"}


@blueprint.post("/<int(max=2147483647):token_id>/revoke")
@requires(Permission.VIEW)
def revoke(token_id: int) -> ResponseReturnValue:
    """Refuse one's own token from now on."""
    session = get_session()
    users.revoke_token(queries.get_token(session, signed_in_user(), token_id))
    session.commit()
    flash(gettext("令牌已撤销，使用它的程序不能再读取数据。"), "success")
    return redirect(url_for(".index"))
