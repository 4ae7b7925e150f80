"""From the answers of a layout's form, or a file of outlines, to a draft of a new version."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import shapely
from flask_babel import gettext

from geo.errors import GeoError
from geo.lines import line_text, read_line
from geo.uploads import outline_text, pick_name_column, read_outline, read_polygons
from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError
from portfolio.domain.layouts import LayoutDraft, LayoutKind, ZoneDraft
from portfolio.domain.search import fold_town
from portfolio.store.models import District, Layout
from portfolio.store.queries.districts import list_places
from portfolio.store.queries.layouts import find_layout_in_force
from portfolio.web.database import get_session
from portfolio.web.forms.layouts import MOST_SHAPE_CHARACTERS, LayoutForm, ZoneForm
from portfolio.web.refusals import beside

_COLOURS = ("#1C7C94", "#C06A34", "#55803B", "#7D5A9B", "#9A6417", "#5A6870")


def read_draft(form: LayoutForm, district: District, kind: LayoutKind) -> tuple[LayoutDraft, list[int]]:
    """Return the draft that a form states, and the number in the form of each of its zones.

    Raises
    ------
    RuleError
        If a line or an area cannot be read; the field is named, by its number in the form.
    """
    numbers = [number for number, zone in enumerate(form.zones) if not zone.form.is_blank]
    towns = find_layout_in_force(get_session(), district.adcode, LayoutKind.TOWNS, today())
    zones = [_zone(form.zones[number].form, number, kind, towns) for number in numbers]
    own = f"v{form.after_number + 1}"  # a new zone's key names the version that brought it
    draft = LayoutDraft(
        kind=kind,
        name=form.name.text or "",
        valid_from=form.valid_from.day or today(),
        note=form.note.text,
        source=form.source.text,
        zones=tuple(one if one.key else replace(one, key=f"{own}-{number + 1}") for number, one in enumerate(zones)),
    )
    return draft, numbers


def in_form(place: str | None, numbers: list[int]) -> str | None:
    """Return the field of the form that a rule means, which counts the zones of the draft."""
    parts = (place or "").split("-")
    return f"zones-{numbers[int(parts[1])]}-{parts[2]}" if len(parts) == 3 else place


def digest_of(draft: LayoutDraft, after: int) -> str:
    """Return a hash over a draft: what was previewed is what is saved."""
    return hashlib.sha256(repr((draft, after)).encode()).hexdigest()


def _zone(zone: ZoneForm, number: int, kind: LayoutKind, towns: Layout | None) -> ZoneDraft:
    if not zone.name.text:
        raise RuleError(gettext("请填写名称"), f"zones-{number}-name")
    line = _read(zone, "line", number) if kind is LayoutKind.BELTS else None
    shape = None if kind is LayoutKind.BELTS else _union(zone, towns) or _read(zone, "shape", number)
    return ZoneDraft(
        key=zone.key.data or "",
        name=zone.name.text,
        short=zone.short.text or zone.name.text[:12],
        colour=zone.colour.text or _COLOURS[0],
        shape=shape,
        line=line,
        width_m=zone.width_m.whole if kind is LayoutKind.BELTS else None,
        line_name=zone.line_name.text,
        line_role=zone.line_role.data,
    )


def _read(zone: ZoneForm, name: str, number: int) -> str | None:
    """Return the line or area of a zone as text: out of its file where there is one; the form shows it from now on."""
    content = zone.file.data.read() if zone.file.data and zone.file.data.filename else None
    try:
        text = _text_of_file(content, zone.file.data.filename, name) if content else _text_typed(zone, name)
    except GeoError as error:
        raise beside(error, f"zones-{number}-{'file' if content else name}") from error
    if text:
        zone[name].data = text
    return text


def _text_of_file(content: bytes, file_name: str, name: str) -> str:
    if name == "line":
        return line_text(read_line(content))
    return outline_text(read_polygons(content, file_name).union_all())


def _text_typed(zone: ZoneForm, name: str) -> str | None:
    typed = zone[name].text
    if typed is None:
        return None
    return line_text(read_line(typed)) if name == "line" else outline_text(read_outline(typed))


def _union(zone: ZoneForm, towns: Layout | None) -> str | None:
    """Return the area of the towns that a zone is made of, or None where none is chosen."""
    chosen = [one.shape for one in towns.zones if one.key in (zone.towns.data or [])] if towns else []
    if not chosen:
        return None
    text = outline_text(shapely.union_all([shapely.from_geojson(shape) for shape in chosen]))
    zone.shape.data = text
    return text


def answers_of(layout: Layout) -> dict[str, Any]:
    """Return a version as the form's answers."""
    names = ("key", "name", "short", "colour", "line_name", "line_role", "line", "shape")
    zones = [
        {name: getattr(zone, name) for name in names} | {"width_m": str(zone.width_m) if zone.width_m else None}
        for zone in layout.zones
    ]
    return {"name": layout.name, "source": layout.source, "note": layout.note, "zones": zones}


def answers_of_file(content: bytes, file_name: str, column: str | None, district: District) -> dict[str, Any]:
    """Return the outlines of a file as the form's answers: every area a zone, named by its column.

    Raises
    ------
    GeoError
        If the file cannot be read, as ``geo.uploads.read_polygons``.
    RuleError
        If the column is none of the file's, a name is missing, or the outlines are too detailed.
    """
    frame = read_polygons(content, file_name)
    named = column or pick_name_column(frame)
    if named not in frame.columns.drop("geometry"):
        columns = "、".join(map(str, frame.columns.drop("geometry")))[:120]
        raise RuleError(gettext("文件里没有这个名称列；有这些列：%(columns)s", columns=columns or "—"), "name_column")
    zones = [
        _answer(number, name, area)
        for number, (name, area) in enumerate(zip(frame[named], frame.geometry, strict=True))
    ]
    if sum(len(zone["shape"]) for zone in zones) > MOST_SHAPE_CHARACTERS:
        raise RuleError(gettext("界线太细，合计超过 3 MB；请在 GIS 软件中简化（如容差 5 米）后重新上传"), "file")
    keys = town_keys(district)
    for zone in zones:
        zone["key"] = keys.get(fold_town(zone["name"]), "")
    return {"source": file_name[:200], "zones": zones}


def _answer(number: int, name: Any, area: shapely.Geometry) -> dict[str, Any]:
    if not isinstance(name, str) or not name.strip():
        raise RuleError(gettext("第 %(number)s 个面没有名称，请补上或改用别的名称列", number=number + 1), "name_column")
    text = name.strip()[:40]
    return {
        "name": text,
        "short": text[:12],
        "colour": _COLOURS[number % len(_COLOURS)],
        "shape": outline_text(area),
    }


def town_keys(district: District) -> dict[str, str]:
    """Return the keys of the district's named towns by their folded names."""
    places = list_places(get_session(), district)
    return {fold_town(place.name): place.key for place in places if "-town-" in place.key}
