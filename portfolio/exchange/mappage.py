"""A map as one file that opens from a memory stick: scripts, styles and data within it, no request at all."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

_ADDRESS = re.compile(r"""url\(\s*["']?(?!["']?data:)[^)]*\)""")
_END_OF_SCRIPT = re.compile("</(?=script)", re.IGNORECASE)
HIDDEN_AT_FIRST = ("towns", "guides", "heat")  # as on the page of the map
_BROKEN_END = r"<\\/"


@dataclass(frozen=True)
class MapPage:
    """What goes into the file. ``scripts`` and ``styles`` are our own constant texts, everything else is plain text."""

    title: str
    subtitle: str
    notes: Sequence[str]
    colours: Sequence[tuple[str, str]]
    legends: Sequence[tuple[str, str, Sequence[tuple[str, str, int]]]]
    element: str
    styles: Sequence[str]
    scripts: Sequence[str]
    data: dict[str, Any]


def write_map_page(page: MapPage) -> bytes:
    """Return the page as UTF-8. ``legends`` holds name, title and rows (class of the symbol, label, count)."""
    styles = "".join(f"<style>{_ADDRESS.sub('url(data:,)', text)}</style>" for text in page.styles)
    # A closing tag can stand in a script only inside a string, where the backslash changes nothing.
    scripts = "".join(f"<script>{_END_OF_SCRIPT.sub(_BROKEN_END, text)}</script>" for text in page.scripts)
    data = json.dumps(page.data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    notes = "".join(f"<span>{escape(note)}</span>" for note in page.notes)
    return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{escape(page.title)}</title>{styles}</head>
<body><main class="page map-page map-page--saved">
<header class="page-header"><div><h1>{escape(page.title)}</h1><p>{escape(page.subtitle)}</p></div></header>
<div class="map-layout"><section class="map-stage" aria-label="地图">
<div class="map-canvas"><div class="project-map" id="{escape(page.element)}"></div></div>
<p class="map-foot"><strong>{escape(str(page.data["sheet"]["coverage"]))}</strong>{notes}</p></section>
<aside class="map-side" aria-label="图例与项目">{_controls(page)}<div class="map-legend">{_legends(page)}</div>
<div class="map-list"><h2>已定位项目 <span>{len(page.data["pins"])}</span></h2>
<ul class="map-rows">{_rows(page)}</ul></div>
</aside></div></main>
<script type="application/json" id="portfolio-map-data">{data}</script>{scripts}</body></html>
""".encode()


def _controls(page: MapPage) -> str:
    options = "".join(f'<option value="{escape(key)}">{escape(label)}</option>' for key, label in page.colours)
    areas = [(layer["kind"], layer["title"]) for layer in page.data["sheet"]["layers"]]
    layers = "".join(_layer_box(kind, title) for kind, title in [*areas, ("guides", "参照线"), ("heat", "热力")])
    return f"""<div class="map-controls"><div class="map-finder" data-map-finder>
<label for="map-search">在地图上找</label><input id="map-search" type="search" data-map-search>
<ul data-map-found hidden></ul></div>
<div class="map-control"><label for="map-colour">颜色表示</label>
<select id="map-colour" data-map-colour>{options}</select></div>
<fieldset class="map-layers"><legend>图层</legend>{layers}
<button type="button" class="button" aria-pressed="false" data-map-measure>量距离和面积</button></fieldset>
<p class="map-measured" role="status" data-map-measured></p></div>"""


def _layer_box(kind: str, title: str) -> str:
    state = "" if kind in HIDDEN_AT_FIRST else " checked"
    return f'<label><input type="checkbox" data-map-layer="{escape(kind)}"{state}>{escape(title)}</label>'


def _legends(page: MapPage) -> str:
    return "".join(
        f'<section data-legend="{escape(name)}"><h2>{escape(title)}</h2>'
        f"<dl>{''.join(map(_legend_row, rows))}</dl></section>"
        for name, title, rows in page.legends
    )


def _legend_row(row: tuple[str, str, int]) -> str:
    symbol, label, count = row
    drawn = f'<span class="symbol" aria-hidden="true"><span class="pin pin--{escape(symbol)}"></span></span>'
    return f"<div>{drawn}<dt>{escape(label)}</dt><dd>{count}</dd></div>"


def _rows(page: MapPage) -> str:
    return "".join(
        f'<li class="map-row" data-project-code="{escape(pin["code"])}"'
        f' data-lon="{pin["lon"]}" data-lat="{pin["lat"]}">'
        f'<button type="button"><span>{escape(pin["name"])}</span></button></li>'
        for pin in page.data["pins"]
    )
