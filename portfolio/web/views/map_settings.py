"""Settings of the maps: base maps, review numbers, and whose map everybody may see."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from portfolio.domain.basemaps import Service, TiandituLayer
from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.exchange.tilefiles import describe_tile_file, list_tile_files
from portfolio.services.map_settings import add_base, remove_base
from portfolio.store.queries import map_settings
from portfolio.store.queries.settings import find_setting
from portfolio.web.bases import base_folder
from portfolio.web.database import get_session
from portfolio.web.forms.map_settings import (
    FileBaseForm,
    OnlineBaseForm,
    PublicForm,
    ReviewForm,
    ServicesForm,
    TiandituForm,
    public_form,
    review_form,
)
from portfolio.web.permissions import requires
from portfolio.web.scope import known_districts
from portfolio.web.settings_page import Group, reject, save_setting, saved, setting_version, settings_page

blueprint = Blueprint("map_settings", __name__, url_prefix="/settings/map")


def _stored_tianditu() -> TiandituForm:
    found = find_setting(get_session(), map_settings.TIANDITU) or {"key": "", "layers": []}
    ticked = {layer.value: layer.value in found["layers"] for layer in TiandituLayer}
    version = str(setting_version(map_settings.TIANDITU))
    return TiandituForm(formdata=None, prefix="tianditu-", data={"key": found["key"], "version": version, **ticked})


def _stored_services() -> ServicesForm:
    found = find_setting(get_session(), map_settings.SERVICES) or []
    ticked = {one.value: one.value in found for one in Service}
    version = str(setting_version(map_settings.SERVICES))
    return ServicesForm(formdata=None, prefix="services-", data={"version": version, **ticked})


def _stored_review() -> ReviewForm:
    stored = {f"of_{key}": number for key, number in map_settings.review_numbers(get_session()).items()}
    version = str(setting_version(map_settings.REVIEW_NUMBER))
    return review_form(known_districts().values(), formdata=None, data=stored | {"version": version})


def _public_parts() -> dict[str, Any]:
    shown = map_settings.public_adcodes(get_session())
    version = str(setting_version(map_settings.PUBLIC))
    data = {"version": version, **{f"of_{adcode}": True for adcode in shown}}
    districts = [one for one in known_districts().values() if one.adcode in shown]
    return {
        "form": public_form(known_districts().values(), formdata=None, data=data),
        "districts": [
            {"name": one.name, "adcode": one.adcode, "number": map_settings.review_number(get_session(), one.adcode)}
            for one in districts
        ],
    }


def _own_bases() -> dict[str, Any]:
    files = list_tile_files(base_folder())
    return {
        "bases": map_settings.list_added_bases(get_session()),
        "files": files,
        "online_form": OnlineBaseForm(formdata=None, prefix="online-"),
        "file_form": FileBaseForm(files, formdata=None, prefix="file-"),
    }


TIANDITU = Group("tianditu", lazy_gettext("天地图"), "settings/_tianditu.html", lambda: {"form": _stored_tianditu()})
SERVICES = Group(
    "map-services",
    lazy_gettext("高德和 OpenStreetMap"),
    "settings/_services.html",
    lambda: {"form": _stored_services()},
)
OWN_BASES = Group("own-bases", lazy_gettext("自定底图"), "settings/_own_bases.html", _own_bases)
REVIEW = Group(
    "review-number", lazy_gettext("审图号"), "settings/_review_number.html", lambda: {"form": _stored_review()}
)

PUBLIC = Group("public", lazy_gettext("公开地图"), "settings/_public.html", _public_parts)


@blueprint.post("/tianditu")
@requires(Permission.ADMINISTER)
def set_tianditu() -> ResponseReturnValue:
    """Set the key for Tianditu and which of its maps are offered."""
    form = TiandituForm(prefix="tianditu-")
    if not form.validate():
        return settings_page(TIANDITU, status=422, form=form)
    return save_setting(TIANDITU, form, map_settings.TIANDITU, form.value())


@blueprint.post("/services")
@requires(Permission.ADMINISTER)
def set_services() -> ResponseReturnValue:
    """Set which public services are offered."""
    form = ServicesForm(prefix="services-")
    if not form.validate():
        return settings_page(SERVICES, status=422, form=form)
    return save_setting(SERVICES, form, map_settings.SERVICES, form.value())


@blueprint.post("/bases/online")
@requires(Permission.ADMINISTER)
def add_online_base() -> ResponseReturnValue:
    """Add a base whose squares lie at an address."""
    form = OnlineBaseForm(prefix="online-")
    if not form.validate():
        return settings_page(OWN_BASES, status=422, online_form=form)
    try:
        add_base(get_session(), form.draft())
    except RuleError as error:
        return reject(OWN_BASES, form, error, name="online_form")
    return saved(OWN_BASES)


@blueprint.post("/bases/file")
@requires(Permission.ADMINISTER)
def add_file_base() -> ResponseReturnValue:
    """Add a base whose squares lie in a file of this machine."""
    form = FileBaseForm(list_tile_files(base_folder()), prefix="file-")
    if not form.validate():
        return settings_page(OWN_BASES, status=422, file_form=form)
    try:
        add_base(get_session(), form.draft(describe_tile_file(base_folder(), form.file.data)))
    except RuleError as error:
        return reject(OWN_BASES, form, error, name="file_form")
    return saved(OWN_BASES)


@blueprint.post("/bases/<int(max=2147483647):number>/remove")
@requires(Permission.ADMINISTER)
def remove_own_base(number: int) -> ResponseReturnValue:
    """Take a base of the office's own out."""
    remove_base(get_session(), number)
    return saved(OWN_BASES)


@blueprint.post("/review-number")
@requires(Permission.ADMINISTER)
def set_review_number() -> ResponseReturnValue:
    """Set the review numbers that maps are printed with."""
    form = review_form(known_districts().values())
    if not form.validate():
        return settings_page(REVIEW, status=422, form=form)
    return save_setting(REVIEW, form, map_settings.REVIEW_NUMBER, form.numbers() or None)


@blueprint.post("/public")
@requires(Permission.ADMINISTER)
def set_public() -> ResponseReturnValue:
    """Set whose map everybody may see."""
    form: PublicForm = public_form(known_districts().values())
    if not form.validate():
        return settings_page(PUBLIC, status=422, form=form)
    return save_setting(PUBLIC, form, map_settings.PUBLIC, form.adcodes() or None)
