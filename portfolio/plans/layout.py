"""The layout that a district's folder brings along, such as 一圈三带: centre lines and widths out of its files."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from shapely.geometry import MultiLineString, shape

from geo.errors import GeoError
from geo.lines import line_text
from portfolio.domain.errors import DataFileError, RuleError
from portfolio.domain.layouts import LayoutDraft, LayoutKind, LineRole, ZoneDraft
from portfolio.domain.sentences import say


def read_layout(folder: Path, about: dict[str, Any]) -> LayoutDraft | None:
    """Return the layout of a district's folder, whose ``plan.toml`` says ``about``; None where it names none.

    Raises
    ------
    DataFileError
        If ``plan.toml`` or ``layout.geojson`` lacks something.
    """
    layout = about.get("layout")
    if layout is None:
        return None
    lines = _lines(folder / "layout.geojson")
    try:
        return LayoutDraft(
            kind=LayoutKind.BELTS,
            name=layout["name"],
            valid_from=layout.get("valid_from") or dt.date(about["start_year"], 1, 1),
            note=layout.get("note"),
            source=layout.get("source"),
            zones=tuple(_belt(belt, lines) for belt in layout["belts"]),
        )
    except KeyError as error:
        raise DataFileError(
            say("{file} 的 [layout] 缺少 {key}", file=folder / "plan.toml", key=error.args[0])
        ) from error
    except (RuleError, GeoError) as error:
        raise DataFileError(say("{file}：{reason}", file=folder / "layout.geojson", reason=error.sentence)) from error


def _belt(belt: dict[str, Any], lines: dict[str, list[dict[str, Any]]]) -> ZoneDraft:
    own = lines.get(belt["id"])
    if not own:
        raise RuleError(say("“{belt}”没有中心线（编号 {id}），请补充后重新装入", belt=belt["name"], id=belt["id"]))
    parts = [part for feature in own for part in _parts(feature["geometry"])]
    about = own[0].get("properties") or {}
    return ZoneDraft(
        key=belt["id"],
        name=belt["name"],
        short=belt["short"],
        colour=belt["colour"],
        width_m=int(belt["width_m"]),
        line=line_text(parts[0] if len(parts) == 1 else MultiLineString(parts)),
        line_name=about.get("name_zh"),
        line_role=LineRole.from_label(about.get("role") or LineRole.ROAD.value),
    )


def _parts(geometry: dict[str, Any]) -> list[Any]:
    found = shape(geometry)
    return list(found.geoms) if isinstance(found, MultiLineString) else [found]


def _lines(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the centre lines by the belt's id; several lines of one id make one belt."""
    if not path.exists():
        raise DataFileError(say("{path} 不存在：plan.toml 写了布局，就要有中心线", path=path))
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    try:
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            found[feature["properties"]["id"]].append(feature)
    except (ValueError, KeyError, TypeError) as error:
        raise DataFileError(say("{path} 不是带 id 的 GeoJSON 线要素", path=path)) from error
    return found
