"""The layout of a district, such as 一圈三带: centre lines and widths out of its data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd

from geo.belts import BeltSpec
from portfolio.domain.errors import DataFileError
from portfolio.plans.loader import plan_folders, read_plan_file

_OPTIONAL = {"name_zh": "", "role": "road"}


@dataclass(frozen=True)
class Layout:
    """One version of a district's layout; ``lines`` holds one centre line per belt: ``id``, ``name_zh``, ``role``.

    The role (rail, river, road, ridge) says how a map draws the line.
    """

    name: str
    version: int
    note: str
    specs: tuple[BeltSpec, ...]
    lines: gpd.GeoDataFrame


def read_layout(adcode: str, *parents: Path) -> Layout | None:
    """Return the layout of a district out of the last of ``parents`` that has its folder, or None without one.

    Raises
    ------
    DataFileError
        If ``plan.toml`` or ``layout.geojson`` lacks something.
    """
    folder = next((found for found in plan_folders(*parents) if found.name == adcode), None)
    about = read_plan_file(folder).get("layout") if folder else None
    if folder is None or about is None:
        return None
    try:
        specs = tuple(
            BeltSpec(belt["id"], belt["name"], belt["short"], float(belt["width_m"]), belt["colour"])
            for belt in about["belts"]
        )
        return Layout(about["name"], about["version"], about["note"], specs, _lines(folder / "layout.geojson"))
    except KeyError as error:
        raise DataFileError(f"{folder / 'plan.toml'} 的 [layout] 缺少 {error.args[0]}") from error


def _lines(path: Path) -> gpd.GeoDataFrame:
    if not path.exists():
        raise DataFileError(f"{path} 不存在：plan.toml 写了布局，就要有中心线")
    lines = gpd.read_file(path)
    for name, usual in _OPTIONAL.items():
        if name not in lines:
            lines[name] = usual
    return lines
