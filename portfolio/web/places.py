"""From the place fields of a form to a place, checked against the district's outline."""

from __future__ import annotations

from flask_babel import gettext

from geo.crs import to_wgs84
from geo.datums import preview
from portfolio.domain.coordinates import Given, parse_coordinates
from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import Accuracy, Datum
from portfolio.plans.loader import place_draft
from portfolio.store.models import Project
from portfolio.store.queries import districts
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.forms.projects import ProjectForm


def read_place(form: ProjectForm, project: Project | None) -> PlaceDraft:
    """Return the place that a form states; one left as it was keeps the datum and the text it was given in.

    Raises
    ------
    RuleError
        If the place name is unknown, the coordinates are none, or they lie outside the district without a reason; the
        field is named.
    """
    if form.place_name.text:
        return _named_place(form, form.place_name.text)
    if form.place_text.text:
        given = _read_text(form.place_text.text)
        return _given_place(form, given.lon, given.lat, given.given)
    lon, lat = form.lon.degrees, form.lat.degrees
    if project is not None and (lon, lat) == (project.lon, project.lat) and form.datum.data is Datum.WGS84:
        return PlaceDraft(
            lon=lon,
            lat=lat,
            accuracy=form.accuracy.data,
            datum=project.datum,
            given=project.place_given,
            basis=form.place_basis.text,
            confirmed_by=form.place_confirmed_by.text,
            outline=project.site_outline,
        )
    if lon is None or lat is None:
        return PlaceDraft(lon=lon, lat=lat, accuracy=form.accuracy.data, basis=form.place_basis.text)
    return _given_place(form, lon, lat, f"{form.lon.text}, {form.lat.text}")


def _named_place(form: ProjectForm, name: str) -> PlaceDraft:
    district = districts.get_district(get_session(), form.district.data)
    place = districts.find_place_by_name(get_session(), district, name)
    if place is None:
        raise RuleError(
            gettext("%(district)s的地名表中没有这个地名，请从列表中选择", district=district.name), "place_name"
        )
    return place_draft(place)


def _read_text(text: str) -> Given:
    try:
        return parse_coordinates(text)
    except RuleError as error:
        raise RuleError(str(error), "place_text") from error


def _given_place(form: ProjectForm, lon: float, lat: float, given: str) -> PlaceDraft:
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise RuleError(gettext("经度在 −180 至 180、纬度在 −90 至 90 之间，请检查是否填反"), "lon")
    datum = form.datum.data
    _check_inside(form, lon, lat)
    wgs_lon, wgs_lat = to_wgs84(lon, lat, datum.value)
    return PlaceDraft(
        lon=round(wgs_lon, 7),
        lat=round(wgs_lat, 7),
        accuracy=form.accuracy.data if form.accuracy.data.is_located else Accuracy.SITE,
        datum=datum,
        given=given,
        basis=form.place_basis.text,
        confirmed_by=form.place_confirmed_by.text,
    )


def _check_inside(form: ProjectForm, lon: float, lat: float) -> None:
    """Refuse a point outside the district, unless a reason is given: it goes into the history."""
    outline = district_sheet(form.district.data).outline
    if outline is None or not (73 < lon < 136 and 3 < lat < 54):
        return
    seen = preview(lon, lat, form.datum.data.value, outline.geometry)
    reading = next(one for one in seen.readings if one.datum == form.datum.data.value)
    if reading.inside:
        return
    if form.outside_reason.text:
        info = get_session().info
        info["reason"] = "；".join(filter(None, (info.get("reason"), form.outside_reason.text)))
        return
    raise RuleError(_outside_sentence(reading.outside_m or 0, seen.warning_datum), "outside_reason")


def _outside_sentence(metres: float, others: tuple[str, ...]) -> str:
    distance = str(gettext("坐标在区界外 %(km)s 公里。", km=f"{metres / 1000:.1f}"))
    if others:
        names = "、".join(Datum.from_label(one).label for one in others)
        return distance + str(gettext("若按 %(datum)s 解读则在区内，请核对坐标系", datum=names))
    return distance + str(gettext("请核对；确实在区外的，请在这里写明理由再保存"))
