"""What a person keeps at hand: views with their filters, and projects to follow."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.services import desk as service
from portfolio.web.database import get_session
from portfolio.web.forms.desk import ViewForm
from portfolio.web.language import tell
from portfolio.web.navigation import KEPT_PAGES
from portfolio.web.permissions import requires
from portfolio.web.scope import get_project_in_scope
from portfolio.web.signin import signed_in_user

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

LONGEST_ADDRESS = 2000


@blueprint.post("/views")
@requires(Permission.VIEW)
def save_view() -> ResponseReturnValue:
    """Keep a page with its filter under a name."""
    form = ViewForm()
    address = form.address.data or ""
    if not _is_own_page(address):
        raise RuleError(gettext("只能保存本系统的列表、地图和总览页"))
    if not form.validate():
        flash(next(iter(form.errors.values()))[0], "error")
        return redirect(address)
    try:
        service.save_view(get_session(), signed_in_user(), form.name.text or "", address)
    except RuleError as error:
        get_session().rollback()
        flash(tell(error.sentence), "error")
        return redirect(address)
    get_session().commit()
    flash(gettext("已保存视图“%(name)s”，在总览中打开", name=form.name.text), "success")
    return redirect(address)


def _is_own_page(address: str) -> bool:
    """Return whether an address is a path of ours that shows a list, a map or the overview; nothing else is gone to."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return False
    if len(address) > LONGEST_ADDRESS or "\\" in address or not address.isprintable():
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(parts.path, method="GET")
    except HTTPException:
        return False
    return endpoint in KEPT_PAGES


@blueprint.post("/views/remove")
@requires(Permission.VIEW)
def remove_view() -> ResponseReturnValue:
    """Forget a view."""
    service.remove_view(get_session(), signed_in_user(), request.form.get("name", ""))
    get_session().commit()
    flash(gettext("已删去视图"), "success")
    return redirect(url_for("overview.show"))


@blueprint.post("/projects/<code>/follow")
@requires(Permission.VIEW)
def follow(code: str) -> ResponseReturnValue:
    """Follow a project."""
    service.follow(get_session(), signed_in_user(), get_project_in_scope(code))
    get_session().commit()
    flash(gettext("已关注，在总览中可看到它的变化"), "success")
    return redirect(url_for("projects.show", code=code))


@blueprint.post("/projects/<code>/unfollow")
@requires(Permission.VIEW)
def unfollow(code: str) -> ResponseReturnValue:
    """Follow a project no longer."""
    service.unfollow(get_session(), signed_in_user(), get_project_in_scope(code))
    get_session().commit()
    flash(gettext("已取消关注"), "success")
    return redirect(url_for("projects.show", code=code))
