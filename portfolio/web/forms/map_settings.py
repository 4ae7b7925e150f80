"""Forms of the map's settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portfolio.store.models import District
from portfolio.web.forms.fields import TextLineField
from portfolio.web.forms.settings import SettingForm


class ReviewForm(SettingForm):
    """Review numbers (审图号): one for all maps, and one for each district in a field called ``of_<adcode>``."""

    of_all = TextLineField(_l("所有地图"), max_length=60, description=_l("没有单独填写的区县用这个号"))

    def numbers(self) -> dict[str, str]:
        """Return the numbers given, by adcode or "all"."""
        fields = {name.removeprefix("of_"): field for name, field in self._fields.items() if name.startswith("of_")}
        return {key: field.text for key, field in fields.items() if field.text}


class PublicForm(SettingForm):
    """Whose map everybody may see: a box for each district, called ``of_<adcode>``."""

    def adcodes(self) -> list[str]:
        """Return the districts ticked."""
        return [
            name.removeprefix("of_") for name, field in self._fields.items() if name.startswith("of_") and field.data
        ]


def review_form(districts: Iterable[District], **options: Any) -> ReviewForm:
    """Return the form with a field for each district."""
    fields = {f"of_{one.adcode}": TextLineField(one.name, max_length=60) for one in districts}
    form: ReviewForm = type("DistrictReviewForm", (ReviewForm,), fields)(prefix="review-", **options)
    return form


def public_form(districts: Iterable[District], **options: Any) -> PublicForm:
    """Return the form with a box for each district."""
    fields = {f"of_{one.adcode}": BooleanField(one.name) for one in districts}
    form: PublicForm = type("DistrictPublicForm", (PublicForm,), fields)(prefix="public-", **options)
    return form
