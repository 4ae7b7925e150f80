"""The settings page, for administrators."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portfolio.domain.roles import Permission
from portfolio.web.permissions import requires
from portfolio.web.settings_page import settings_page

blueprint = Blueprint("settings", __name__, url_prefix="/settings")


@blueprint.get("")
@requires(Permission.ADMINISTER)
def index() -> ResponseReturnValue:
    """Show every group of settings."""
    return settings_page()
