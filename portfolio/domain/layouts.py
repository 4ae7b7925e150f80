"""Layouts of a district: zones such as belts, lines or towns, in versions that each become valid on a day."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from portfolio.domain.terms import Term

OUTSIDE = "outside"  # a located project outside every zone
NOWHERE = "none"  # a project that no zone, nor the outside, is known of
RESERVED_KEYS = (OUTSIDE, NOWHERE)
MOST_WIDTH_M = 20_000
MOST_ZONES = 200
ZONE_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


class LayoutKind(Term):
    """What the zones of a layout are (布局种类)."""

    BELTS = "belts", "圈带"
    LINES3 = "lines3", "三线"
    TOWNS = "towns", "镇街"


class NoTown(Term):
    """Where a project lies of which no town is known."""

    OUTSIDE = OUTSIDE, "各镇街以外"
    NOWHERE = NOWHERE, "镇街不明"


class LineRole(Term):
    """What a centre line follows; a map draws it so (中心线类型)."""

    ROAD = "road", "道路"
    RAIL = "rail", "轨道"
    RIVER = "river", "河流"
    RIDGE = "ridge", "山脊"


class TownMeasure(Term):
    """What the colour or the circle of a town stands for (镇街设色)."""

    COUNT = "count", "项目数（个）"
    SEATS = "seats", "学位（个）"
    MONEY = "money", "总投资（万元）"


@dataclass(frozen=True, kw_only=True)
class ZoneDraft:
    """One zone: an area as GeoJSON geometry text, or a centre line with a whole width in metres; WGS-84."""

    key: str
    name: str
    short: str
    colour: str
    shape: str | None = None
    line: str | None = None
    width_m: int | None = None
    line_name: str | None = None
    line_role: LineRole = LineRole.ROAD


@dataclass(frozen=True, kw_only=True)
class LayoutDraft:
    """A new version of a layout; ``source`` says where its lines or areas come from."""

    kind: LayoutKind
    name: str
    valid_from: dt.date
    zones: tuple[ZoneDraft, ...]
    note: str | None = None
    source: str | None = None
