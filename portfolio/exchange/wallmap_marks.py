"""The marks of a wall map: one colour and one shape per class, so that a copy in grey still tells them apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import shapely
from shapely.geometry import Polygon

from portfolio.domain.colours import STAGE_COLOURS
from portfolio.domain.terms import Phase, Stage
from portfolio.exchange.wallmap_page import INK, MUTED, SURFACE, Page

_RIM = "#0E4A57"
_DARK_FROM = Stage.STRUCTURE
_LEVELS = {
    "preschool": "#C9DFA8", "primary": "#9FD0C2", "junior": "#A9C9E6", "nine_year": "#C3BDE6", "senior": "#E3BCD6",
    "complete": "#E9C3B0", "vocational": "#ECD9A0", "higher": "#D3CABD", "special": "#B8D8D8",
    "correctional": "#CFCFCF", "lifelong": "#DFE6C0",
}  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """How a class is drawn: fill, colour of the figures on it, rim, shape (round, square, pointed), hatching."""

    fill: str
    ink: str = INK
    rim: str = MUTED
    shape: str = "round"
    hatch: str = ""
    dashed: bool = False


_OPEN = Mark(SURFACE, MUTED, MUTED)
_PHASE_SHAPES = {Phase.PLANNED: "round", Phase.UNDER_WAY: "square", Phase.DELIVERED: "pointed"}


def _stage_mark(stage: Stage) -> Mark:
    order = list(Stage)
    ink = SURFACE if order.index(stage) >= order.index(_DARK_FROM) else INK
    return Mark(STAGE_COLOURS[stage], ink, _RIM, _PHASE_SHAPES[stage.phase])


_LIGHTS = {
    "green": Mark("#2F7D4F", SURFACE, "#2F7D4F"),
    "amber": Mark("#B8730A", SURFACE, "#B8730A", "pointed"),
    "red": Mark("#B0362D", SURFACE, "#B0362D", "square"),
    "none": _OPEN,
}
_MONEY = {
    "m1": Mark("#F1DFC2", INK, "#9A6417", "round"),
    "m2": Mark("#DFBD86", INK, "#9A6417", "round"),
    "m3": Mark("#9A6417", SURFACE, "#7A4D0E", "square"),
    "m4": Mark("#6A430D", SURFACE, "#3F2705", "pointed"),
}
_MARKS: dict[str, Mark] = {
    **{stage.value: _stage_mark(stage) for stage in Stage},
    "suspended": Mark("#E4E7E8", INK, MUTED, "square", "////"),
    "cancelled": replace(_OPEN, shape="square"),
    "merged": replace(_OPEN, shape="pointed"),
    "unknown": _OPEN,
    "money-unknown": _OPEN,
    **{name + key: mark for name in ("", "light-") for key, mark in _LIGHTS.items()},
    **{name + key: Mark(fill) for name in ("", "level-") for key, fill in _LEVELS.items()},
    **{name + key: mark for name in ("", "money-") for key, mark in _MONEY.items()},
    "accuracy-site": _OPEN,
    "accuracy-neighbourhood": replace(_OPEN, dashed=True),
    "accuracy-town": replace(_OPEN, dashed=True),
}


def mark_of(key: str, accuracy: str = "site") -> Mark:
    """Return the mark of a class, open where the class is not known; dashed where the place is no site."""
    mark = _MARKS.get(key, _OPEN)
    return mark if accuracy == "site" else replace(mark, dashed=True)


def draw_mark(
    page: Page, mark: Mark, centre: tuple[float, float], size: tuple[float, float], *, order: float = 30
) -> None:
    """Draw a mark of a width and height in mm around its centre."""
    look = {"facecolor": mark.fill, "edgecolor": mark.rim, "linewidth": 0.8, "zorder": order}
    if mark.hatch:
        # The figures on it stay readable: the hatching is a lighter grey than the rim.
        page.shape(_outline(mark.shape, centre, size), **(look | {"hatch": mark.hatch, "edgecolor": "#B4BCC0"}))
        look["facecolor"] = "none"
    page.shape(_outline(mark.shape, centre, size), **(look | {"linestyle": (0, (2.4, 1.4)) if mark.dashed else "-"}))


def _outline(shape: str, centre: tuple[float, float], size: tuple[float, float]) -> shapely.Geometry:
    (x, y), (width, height) = centre, (size[0] / 2, size[1] / 2)
    if shape == "pointed":
        tip = height * 0.55
        edge = [(-width - tip * 0.4, 0), (-width + tip, height), (width - tip, height)]
        return Polygon([(x + dx, y + dy) for dx, dy in edge + [(-dx, -dy) for dx, dy in edge]])
    radius = height * (0.999 if shape == "round" else 0.18)
    return shapely.box(x - width + radius, y - height + radius, x + width - radius, y + height - radius).buffer(radius)
