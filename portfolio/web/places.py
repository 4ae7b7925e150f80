"""From the place fields of a form to a place; and what a project's surroundings look like on a map."""

from __future__ import annotations

from flask_babel import gettext

from geo.crs import to_wgs84
from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import Accuracy, Datum
from portfolio.plans.loader import place_draft
from portfolio.store.models import Project
from portfolio.store.queries import districts
from portfolio.web.database import get_session
from portfolio.web.forms.projects import ProjectForm


def read_place(form: ProjectForm, project: Project | None) -> PlaceDraft:
    """Return the place that a form states; one left as it was keeps the datum and the text it was given in.

    Raises
    ------
    RuleError
        If the place name is unknown; its field is named.
    """
    if form.place_name.text:
        return _named_place(form, form.place_name.text)
    lon, lat = form.lon.degrees, form.lat.degrees
    if project is not None and (lon, lat) == (project.lon, project.lat) and form.datum.data is Datum.WGS84:
        return PlaceDraft(
            lon=lon,
            lat=lat,
            accuracy=form.accuracy.data,
            datum=project.datum,
            given=project.place_given,
            basis=form.place_basis.text,
        )
    return _given_place(form, lon, lat)


def _named_place(form: ProjectForm, name: str) -> PlaceDraft:
    district = districts.get_district(get_session(), form.district.data)
    place = districts.find_place_by_name(get_session(), district, name)
    if place is None:
        raise RuleError(
            gettext("%(district)s的地名表中没有这个地名，请从列表中选择", district=district.name), "place_name"
        )
    return place_draft(place)


def _given_place(form: ProjectForm, lon: float | None, lat: float | None) -> PlaceDraft:
    basis, datum = form.place_basis.text, form.datum.data
    if lon is None or lat is None:
        accuracy = form.accuracy.data
        return PlaceDraft(lon=lon, lat=lat, accuracy=accuracy, basis=basis)
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise RuleError(gettext("经度在 −180 至 180、纬度在 −90 至 90 之间，请检查是否填反"), "lon")
    wgs_lon, wgs_lat = to_wgs84(lon, lat, datum.value)
    given = f"{form.lon.text}, {form.lat.text}"
    accuracy = form.accuracy.data if form.accuracy.data.is_located else Accuracy.SITE
    return PlaceDraft(
        lon=round(wgs_lon, 7), lat=round(wgs_lat, 7), accuracy=accuracy, datum=datum, given=given, basis=basis
    )
