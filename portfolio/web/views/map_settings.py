"""Settings of the maps: review numbers, and whose map everybody may see."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from portfolio.domain.roles import Permission
from portfolio.store.queries import map_settings
from portfolio.web.database import get_session
from portfolio.web.forms.map_settings import ReviewForm, review_form
from portfolio.web.permissions import requires
from portfolio.web.scope import known_districts
from portfolio.web.settings_page import Group, save_setting, setting_version, settings_page

blueprint = Blueprint("map_settings", __name__, url_prefix="/settings/map")


def _stored_review() -> ReviewForm:
    stored = {f"of_{key}": number for key, number in map_settings.review_numbers(get_session()).items()}
    version = str(setting_version(map_settings.REVIEW_NUMBER))
    return review_form(known_districts().values(), formdata=None, data=stored | {"version": version})


REVIEW = Group(
    "review-number", lazy_gettext("审图号"), "settings/_review_number.html", lambda: {"form": _stored_review()}
)


@blueprint.post("/review-number")
@requires(Permission.ADMINISTER)
def set_review_number() -> ResponseReturnValue:
    """Set the review numbers that maps are printed with."""
    form = review_form(known_districts().values())
    if not form.validate():
        return settings_page(REVIEW, status=422, form=form)
    return save_setting(REVIEW, form, map_settings.REVIEW_NUMBER, form.numbers() or None)
