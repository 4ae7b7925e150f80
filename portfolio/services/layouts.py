"""Entering a new version of a layout, and choosing a project's zone by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import geopandas as gpd
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.belts import BeltSpec, build_belts
from geo.crs import LONLAT
from geo.errors import GeoError
from geo.uploads import area_m2, outline_text
from portfolio.domain.clock import today
from portfolio.domain.errors import RuleError, StaleError
from portfolio.domain.layouts import (
    COLOUR,
    MOST_WIDTH_M,
    MOST_ZONES,
    OUTSIDE,
    RESERVED_KEYS,
    ZONE_KEY,
    LayoutDraft,
    LayoutKind,
    ZoneDraft,
)
from portfolio.domain.sentences import say
from portfolio.domain.shares import WHOLE_PPM
from portfolio.services import membership
from portfolio.store.base import utc_now
from portfolio.store.models import District, Layout, Project, Zone, ZoneChoice
from portfolio.store.queries import layouts

FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 12, 31)
_MOST_OVERLAP_M2 = 1.0


def add_layout(
    session: Session, district: District, draft: LayoutDraft, *, outline: shapely.Geometry | None, after: int
) -> Layout:
    """Enter a new version of a layout, made while version ``after`` was the newest; earlier ones stay as they are.

    ``outline`` is the district in WGS-84, to which belts are clipped; None where it is not known.

    Raises
    ------
    StaleError
        If somebody entered another version since.
    RuleError
        If a zone is wrong; its ``field`` names the zone's number, from 0, and the answer, such as ``zones-0-line``.
    """
    newest = next(iter(layouts.list_layouts(session, district, draft.kind)), None)
    if (newest.number if newest else 0) != after:
        raise StaleError(newest.number if newest else 0, newest.entered_by if newest else "")
    shapes = build_zones(draft, outline)
    layout = Layout(
        district=district,
        kind=draft.kind,
        number=after + 1,
        name=draft.name,
        valid_from=draft.valid_from,
        note=draft.note,
        source=draft.source,
        entered_by=session.info.get("actor") or "system",
        entered_at=utc_now(),
        zones=[_zone(*numbered) for numbered in zip(range(len(shapes)), draft.zones, shapes, strict=True)],
    )
    session.add(layout)
    session.flush()
    return layout


def ensure_layout(session: Session, district: District, draft: LayoutDraft, outline: shapely.Geometry | None) -> bool:
    """Enter a layout as its first version unless the district has one of that kind; return whether it was added."""
    if layouts.count_layouts(session, district, draft.kind):
        return False
    add_layout(session, district, draft, outline=outline, after=0)
    return True


@dataclass(frozen=True)
class Move:
    """A project whose zones a new version changes: its shares before and after, in millionths, by name of the zone."""

    code: str
    name: str
    before: dict[str, int]
    after: dict[str, int]


@dataclass(frozen=True)
class LayoutPreview:
    """What a new version would be: its areas as GeoJSON text in order, and the projects that change zone."""

    shapes: Sequence[str]
    moves: Sequence[Move]
    counted: int
    lost_choices: int


def preview_layout(
    session: Session, district: District, draft: LayoutDraft, *, outline: shapely.Geometry | None
) -> LayoutPreview:
    """Say what a new version would change against the one in force on its first day; nothing is written.

    ``counted`` is how many projects are located; ``lost_choices`` how many zones chosen by hand it no longer has.

    Raises
    ------
    RuleError
        As ``add_layout``.
    """
    shapes = build_zones(draft, outline)
    names = {zone.key: zone.name for zone in draft.zones}
    projects = session.scalars(select(Project).where(Project.district_id == district.id).order_by(Project.code)).all()
    zones = membership.zone_frame(zip(names, shapes, strict=True))
    computed = membership.compute_shares(projects, zones)
    chosen = {one.project_id: one.zone_key for one in layouts.list_choices_of_district(session, district, draft.kind)}
    held = {number: key for number, key in chosen.items() if key in {*names, OUTSIDE}}
    after = computed | {number: {key: WHOLE_PPM} for number, key in held.items()}
    before, old_names = _shares_before(session, district, draft)
    moves = [
        Move(one.code, one.full_name, _named(before.get(one.id, {}), old_names), _named(after.get(one.id, {}), names))
        for one in projects
        if before.get(one.id, {}) != after.get(one.id, {})
    ]
    return LayoutPreview(shapes, moves, len(computed), len(chosen) - len(held))


def _shares_before(
    session: Session, district: District, draft: LayoutDraft
) -> tuple[dict[int, dict[str, int]], dict[str, str]]:
    """Return the shares that count when the draft becomes valid, by project, and the names of the zones."""
    before = layouts.find_layout_in_force(session, district.adcode, draft.kind, draft.valid_from)
    shares: dict[int, dict[str, int]] = defaultdict(dict)
    for row in layouts.list_members(session, before) if before else ():
        shares[row.id][row.zone_key] = row.share_ppm
    return shares, {zone.key: zone.name for zone in before.zones} if before else {}


def _named(shares: dict[str, int], names: dict[str, str]) -> dict[str, int]:
    return {names.get(key, key): ppm for key, ppm in shares.items()}


def _zone(position: int, draft: ZoneDraft, shape: str) -> Zone:
    return Zone(
        position=position,
        key=draft.key,
        name=draft.name,
        short=draft.short,
        colour=draft.colour,
        shape=shape,
        line=draft.line,
        width_m=draft.width_m,
        line_name=draft.line_name,
        line_role=draft.line_role,
    )


def build_zones(draft: LayoutDraft, outline: shapely.Geometry | None) -> list[str]:
    """Return the areas of a draft's zones in order, as GeoJSON text in WGS-84, checked; errors as ``add_layout``."""
    _check(draft)
    if draft.kind is LayoutKind.BELTS:
        return _belts(draft.zones, outline)
    areas = [shapely.from_geojson(zone.shape) for zone in draft.zones]
    _check_apart(draft.zones, areas)
    for number, (zone, area) in enumerate(zip(draft.zones, areas, strict=True)):
        if outline is not None and not area.intersects(outline):
            raise RuleError(
                say("“{zone}”整块都在区界以外，请核对坐标系和区县", zone=zone.name), f"zones-{number}-shape"
            )
    return [outline_text(area) for area in areas]


def _check(draft: LayoutDraft) -> None:
    if not FIRST_DAY <= draft.valid_from <= LAST_DAY:
        raise RuleError(
            say("生效日期应在 {first_day} 至 {last_day} 之间", first_day=FIRST_DAY, last_day=LAST_DAY), "valid_from"
        )
    if not 1 <= len(draft.zones) <= MOST_ZONES:
        raise RuleError(
            say("一个布局须有 1 至 {most} 个分区，现有 {count} 个", most=MOST_ZONES, count=len(draft.zones))
        )
    for answer in ("key", "name", "short"):
        counts = Counter(getattr(zone, answer) for zone in draft.zones)
        for number, zone in enumerate(draft.zones):
            if counts[getattr(zone, answer)] > 1:
                raise RuleError(say("“{zone}”与另一个分区重名，请改名", zone=zone.name), f"zones-{number}-name")
    for number, zone in enumerate(draft.zones):
        _check_zone(zone, number, is_belt=draft.kind is LayoutKind.BELTS)


def _check_zone(zone: ZoneDraft, number: int, *, is_belt: bool) -> None:
    if not ZONE_KEY.fullmatch(zone.key) or zone.key in RESERVED_KEYS:
        raise RuleError(say("“{zone}”的编号只能由小写字母、数字和连字符组成", zone=zone.name), f"zones-{number}-name")
    if not COLOUR.fullmatch(zone.colour):
        raise RuleError(say("“{zone}”的颜色应写成 #7D5A9B 的形式", zone=zone.name), f"zones-{number}-colour")
    if is_belt and zone.line is None:
        raise RuleError(say("“{zone}”还没有中心线，请画出、粘贴或上传", zone=zone.name), f"zones-{number}-line")
    if is_belt and not 1 <= (zone.width_m or 0) <= MOST_WIDTH_M:
        raise RuleError(
            say("“{zone}”的宽度应为 1 至 {most:,} 米", zone=zone.name, most=MOST_WIDTH_M),
            f"zones-{number}-width_m",
        )
    if not is_belt and zone.shape is None:
        raise RuleError(say("“{zone}”还没有范围，请画出、粘贴或上传", zone=zone.name), f"zones-{number}-shape")


def _belts(zones: Sequence[ZoneDraft], outline: shapely.Geometry | None) -> list[str]:
    """Build belts in their order; the earlier keeps the overlap."""
    lines = gpd.GeoDataFrame(
        {"id": [zone.key for zone in zones]}, geometry=[shapely.from_geojson(zone.line) for zone in zones], crs=LONLAT
    )
    specs = [BeltSpec(zone.key, zone.name, zone.short, zone.width_m or 0, zone.colour) for zone in zones]
    made = []
    for number, (zone, area) in enumerate(zip(zones, build_belts(lines, specs, outline).geometry, strict=True)):
        if area.is_empty:
            sentence = say("“{zone}”整条都在区界以外，或被前面的圈带完全盖住，请核对中心线", zone=zone.name)
            raise RuleError(sentence, f"zones-{number}-line")
        made.append(outline_text(area))
    return made


def _check_apart(zones: Sequence[ZoneDraft], areas: Sequence[shapely.Geometry]) -> None:
    for (number, first), (other, second) in combinations(enumerate(areas), 2):
        overlap = shapely.intersection(first, second)
        if not overlap.is_empty and overlap.area and _measure(overlap) > _MOST_OVERLAP_M2:
            sentence = say(
                "“{zone}”和“{other}”重叠 {area:,.0f} 平方米，请修正边界后再保存",
                zone=zones[number].name,
                other=zones[other].name,
                area=_measure(overlap),
            )
            raise RuleError(sentence, f"zones-{other}-shape")


def _measure(area: shapely.Geometry) -> float:
    try:
        return area_m2(area)
    except GeoError:
        return 0.0


def choose_zone(
    session: Session, project: Project, kind: LayoutKind, key: str, *, reason: str, version: int = 0
) -> ZoneChoice:
    """Put a project into a zone by hand, whatever its place says; the computed shares stay beside it.

    ``version`` is that of the earlier choice when it was read, 0 where there was none.

    Raises
    ------
    StaleError
        If somebody chose otherwise since.
    RuleError
        If the layout in force has no such zone, or no reason is given.
    """
    in_force = layouts.find_layout_in_force(session, project.district.adcode, kind, today())
    if in_force is None or key not in {OUTSIDE, *(zone.key for zone in in_force.zones)}:
        raise RuleError(say("没有这个分区，请从列表中选择"), "zone")
    if not reason:
        raise RuleError(say("请写明理由，将与计算结果一并保留"), "reason")
    choice = check_choice(session, project, kind, version) or ZoneChoice(project=project, kind=kind)
    choice.zone_key, choice.reason = key, reason
    choice.chosen_by, choice.chosen_at = session.info.get("actor") or "system", utc_now()
    session.add(choice)
    session.flush()
    return choice


def check_choice(session: Session, project: Project, kind: LayoutKind, version: int) -> ZoneChoice | None:
    """Return the zone chosen for a project; raises StaleError unless the choice still stands at ``version``."""
    choice = layouts.find_choice(session, project, kind)
    if (choice.version if choice else 0) != version:
        raise StaleError(choice.version if choice else 0, choice.chosen_by if choice else "")
    return choice


def drop_choice(session: Session, choice: ZoneChoice) -> None:
    """Let a project's place decide again; the history keeps what was chosen."""
    session.delete(choice)
    session.flush()
