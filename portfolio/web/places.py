"""From the answers of a place form to a place: read, checked against the district's outline, in WGS-84."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from geo.crs import to_wgs84
from geo.datums import distance_outside_m
from geo.errors import GeoError
from geo.uploads import Area, one_site, outline_text, read_outline, read_polygons
from portfolio.domain.coordinates import FROM_SITE, Given, parse_coordinates, write_pair
from portfolio.domain.drafts import PlaceDraft
from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say, several
from portfolio.domain.terms import Accuracy, Datum
from portfolio.plans.loader import place_draft
from portfolio.reports.placing import Reading, Readings, read_under_each
from portfolio.store.models import GazetteerPlace, Project
from portfolio.store.queries import districts
from portfolio.web.atlas import district_sheet
from portfolio.web.database import get_session
from portfolio.web.forms.places import PlaceForm, stored_coordinates
from portfolio.web.language import tell, translate
from portfolio.web.refusals import beside

MOST_VERTICES = 5_000


def read_place(form: PlaceForm, project: Project) -> PlaceDraft:
    """Return the place that a form states: by name, by coordinates, or by a site alone; none where it states none.

    Coordinates left as they were keep the datum and the text they were given in.

    Raises
    ------
    RuleError
        If the answers cannot be read, contradict each other, or lie outside the district without a reason; the field
        is named.
    """
    area = read_site(form)
    draft = _point(form, project, area)
    if draft.lon is None or draft.lat is None:
        return draft
    if not draft.accuracy.is_located:
        raise RuleError(gettext("有坐标就要说明精度：地块、片区或镇街；位置不清楚的，请清空坐标和用地范围"), "accuracy")
    draft = replace(draft, outline=None if area is None else outline_text(area))
    if (draft.lon, draft.lat, draft.outline) != (project.lon, project.lat, project.site_outline):
        _check_inside(form, project, draft, area)
    return draft


def read_site(form: PlaceForm) -> Area | None:
    """Return the site of a form: out of the file, else out of the text; the text then holds it too.

    Raises
    ------
    RuleError
        If it is no usable polygon, beside the field that it came from.
    """
    upload: FileStorage | None = form.outline_file.data or None
    try:
        if upload is not None:
            area = one_site(read_polygons(upload.read(), upload.filename or ""))
        elif form.outline.text:
            area = read_outline(form.outline.text)
        else:
            return None
        text = outline_text(area)
    except GeoError as error:
        raise beside(error, "outline_file" if upload else "outline") from error
    if shapely.get_num_coordinates(area) > MOST_VERTICES:
        raise RuleError(
            gettext("用地范围的顶点超过 %(most)s 个，请在 GIS 软件中简化后再上传", most=f"{MOST_VERTICES:,}"),
            "outline_file" if upload else "outline",
        )
    form.outline.data = text
    return area


def _point(form: PlaceForm, project: Project, area: Area | None) -> PlaceDraft:
    said = PlaceDraft(
        accuracy=form.accuracy.data, basis=form.place_basis.text, confirmed_by=form.place_confirmed_by.text
    )
    place = named_place(form, project)
    if place is not None:
        return _named(said, project, place)
    if form.coordinates.text:
        return _given(form, said, project)
    if area is not None:
        inside = area.representative_point()
        at = {"lon": round(inside.x, 7), "lat": round(inside.y, 7)}
        return replace(said, **at, accuracy=Accuracy.SITE, given=FROM_SITE)
    return said


def named_place(form: PlaceForm, project: Project) -> GazetteerPlace | None:
    """Return the gazetteer's place that a form names, or None where it names none.

    Raises
    ------
    RuleError
        If there is no such place, or coordinates of another place stand beside the name.
    """
    if not form.place_name.text:
        return None
    place = districts.find_place_by_name(get_session(), project.district, form.place_name.text)
    if place is None or not place.accuracy.is_located:
        sentence = gettext("%(district)s的地名表中没有这个地名，请从列表中选择", district=project.district.name)
        raise RuleError(sentence, "place_name")
    stated = (form.coordinates.data or "", form.datum.data)
    if stated[0] and stated not in (stored_coordinates(project), (write_pair(place.lon, place.lat), Datum.WGS84)):
        raise RuleError(gettext("地名和坐标说的不是同一处，请只留一个"), "place_name")
    return place


def _named(said: PlaceDraft, project: Project, place: GazetteerPlace) -> PlaceDraft:
    """Return the place of a name: never more exact than the named point, on its basis unless another is stated."""
    known = place_draft(place)
    order = list(Accuracy)
    stated = said.accuracy if said.accuracy.is_located else known.accuracy
    own_basis = said.basis if said.basis != project.place_basis else None
    return replace(
        known,
        accuracy=max(known.accuracy, stated, key=order.index),
        basis=own_basis or known.basis,
        confirmed_by=said.confirmed_by,
    )


def _given(form: PlaceForm, said: PlaceDraft, project: Project) -> PlaceDraft:
    if (form.coordinates.text, form.datum.data) == stored_coordinates(project):
        return replace(said, lon=project.lon, lat=project.lat, datum=project.datum, given=project.place_given)
    given = read_coordinates(form)
    try:
        lon, lat = to_wgs84(given.lon, given.lat, form.datum.data.value)
    except GeoError as error:
        raise beside(error, "coordinates") from error
    return replace(said, lon=round(lon, 7), lat=round(lat, 7), datum=form.datum.data, given=given.given)


def read_coordinates(form: PlaceForm) -> Given:
    """Return the coordinates as typed; raises RuleError beside their field."""
    return parse_coordinates(form.coordinates.text or "")


def _check_inside(form: PlaceForm, project: Project, draft: PlaceDraft, area: Area | None) -> None:
    """Refuse what lies outside the district, unless a reason is given: it goes into the history."""
    outline = district_sheet(project.district.adcode).outline
    if outline is None:
        return
    middle = None if area is None else area.representative_point()
    points = [(draft.lon, draft.lat), *([(middle.x, middle.y)] if middle else [])]
    metres = max(_outside_m(lon, lat, outline.geometry) for lon, lat in points)
    if metres == 0:
        return
    if not form.outside_reason.text:
        read = None if form.place_name.text or not form.coordinates.text else readings_of(form, project)
        sentence = outside_sentence(metres, read.better if read else ())
        raise RuleError(say("{sentence}", sentence=sentence), "outside_reason")
    info = get_session().info
    info["reason"] = several(filter(None, (info.get("reason"), form.outside_reason.text)), "；")


def _outside_m(lon: Any, lat: Any, outline: Area) -> float:
    try:
        return distance_outside_m(lon, lat, outline)
    except GeoError as error:
        raise beside(error, "coordinates") from error


def readings_of(form: PlaceForm, project: Project) -> Readings:
    """Read the coordinates of a form under each datum.

    Raises
    ------
    RuleError
        If they cannot be read, beside their field.
    """
    given, outline = read_coordinates(form), district_sheet(project.district.adcode).outline
    try:
        return read_under_each(given.lon, given.lat, form.datum.data, outline.geometry if outline else None)
    except GeoError as error:
        raise beside(error, "coordinates") from error


def outside_sentence(metres: float, better: tuple[Datum, ...]) -> str:
    """Say how far outside the district a place lies, and under which datum it would not."""
    distance = str(gettext("位置在区界外 %(distance)s。", distance=write_distance(metres)))
    if better:
        return distance + str(gettext("若按 %(datum)s 解读则在区内，请核对坐标系", datum=tell(several(better))))
    return distance + str(gettext("请核对；确实在区外的，请写明理由再保存"))


def write_distance(metres: float) -> str:
    """Write a distance in whole metres, from a kilometre on in kilometres."""
    if metres < 1000:
        return str(gettext("%(metres)s 米", metres=f"{metres:.0f}"))
    return str(gettext("%(km)s 公里", km=f"{metres / 1000:,.1f}"))


def readings_json(read: Readings) -> dict[str, Any]:
    """Return coordinates under every datum as page and script show them."""
    outside = read.stated.outside_m
    return {
        "rows": [_reading_json(row) for row in read.rows],
        "warning": outside_sentence(outside, read.better) if outside else None,
        "is_outside": bool(outside),
        "amap": write_pair(*(round(axis, 6) for axis in read.amap)),
    }


def _reading_json(row: Reading) -> dict[str, Any]:
    where = "—" if row.outside_m is None else str(gettext("区内"))
    return {
        "datum": row.datum.value,
        "label": translate(row.datum.label),
        "lon": row.lon,
        "lat": row.lat,
        "place": f"{row.lon:.5f}, {row.lat:.5f}",
        "is_stated": row.is_stated,
        "apart_m": row.apart_m,
        "apart": "—" if row.is_stated else write_distance(row.apart_m),
        "where": str(gettext("区界外 %(distance)s", distance=write_distance(row.outside_m)))
        if row.outside_m
        else where,
    }
