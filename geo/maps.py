"""Map shells: folium draws the container, controls and panes from constants; ``static/map.js`` draws the data.

folium's renderer compiles what it has rendered as a template once more, so no text that anybody typed may reach it.
What goes in is checked to be a number, a plain name or an address of our own, before anything is rendered.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import folium
from branca.element import CssLink, Figure, JavascriptLink, MacroElement
from folium.map import CustomPane
from folium.plugins import Fullscreen
from folium.template import Template

from geo.assets import HEAT_JS, LEAFLET_CSS, LEAFLET_JS, vendor_name
from geo.errors import GeoError
from geo.sentences import say

Bounds = tuple[float, float, float, float]

EMBEDDED = "embedded"

_OWN_URL = re.compile(r"/(?!/)[A-Za-z0-9._~/%?&=,:+-]{0,7999}", re.ASCII)
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", re.ASCII)
_PANES = {"outline": 350, "belts": 360, "halos": 370, "places": 380, "leaders": 590, "projects": 610}
_ZOOM: dict[str, float] = {"zoom_snap": 0.25, "zoom_delta": 0.5, "wheel_px_per_zoom_level": 120, "zoom_start": 10}


@dataclass(frozen=True)
class MapShell:
    """A map without its data, in the pieces a page needs.

    ``stylesheets`` and ``scripts`` are vendor names, ``element`` is the id of the container, ``script`` is the text
    of a script that fills the container once the page and those files are there.
    """

    script: str
    stylesheets: tuple[str, ...]
    scripts: tuple[str, ...]
    element: str


@dataclass(frozen=True)
class ShellWords:
    """What a shell says by itself, before any data are there: titles of the controls, and how the reading goes."""

    zoom_in: str = "放大"
    zoom_out: str = "缩小"
    fullscreen: str = "全屏"
    leave: str = "退出全屏"
    loading: str = "正在读取地图数据…"
    failed: str = "地图数据没有读到，请检查网络后刷新页面。"
    forbidden: str = "没有读取地图数据的权限，或登录已过期，请重新登录后再试。"
    broken: str = "服务器暂时给不出地图数据，请稍后刷新；多次不行请联系管理员。"


CHINESE = ShellWords()


def project_map(bounds: Bounds, data_url: str, *, name: str = "projects", words: ShellWords = CHINESE) -> MapShell:
    """Make the shell of a full map.

    Parameters
    ----------
    bounds
        West, south, east, north of what to show first, WGS-84 degrees.
    data_url
        Address, on this server, of the JSON that ``static/map.js`` describes.
    name
        Tells maps of one page apart: small letters, digits, underscores.
    words
        Our own words, in the language of the page.

    Raises
    ------
    GeoError
        If a value is not what it says here; nothing is rendered then.
    """
    config = _checked_config(bounds, data_url, words, inset=False)
    made = _render(_controlled_map(bounds, words), config, name)
    return replace(made, scripts=(*made.scripts, vendor_name(HEAT_JS)))


def saved_map(bounds: Bounds, *, name: str = "projects", words: ShellWords = CHINESE) -> MapShell:
    """Make the shell of a full map whose data stand in the page itself; parameters and errors as `project_map`."""
    return project_map(bounds, EMBEDDED, name=name, words=words)


def inset_map(
    bounds: Bounds, data_url: str, *, focus: str = "", name: str = "inset", words: ShellWords = CHINESE
) -> MapShell:
    """Make the shell of a small map; ``focus`` is the code of the project to point out.

    Only a map of one project can be moved, and not by the wheel, which is the page's. The other parameters and the
    errors are those of `project_map`.
    """
    if focus and not _CODE.fullmatch(focus):
        raise GeoError(say("项目编码只能由字母、数字和连字符组成，请核对。"))
    config = _checked_config(bounds, data_url, words, inset=True) | {"focus": focus}
    ways = ("dragging", "double_click_zoom", "box_zoom", "touch_zoom")
    moves = dict.fromkeys(ways, bool(focus)) | {"scroll_wheel_zoom": False}
    return _render(_BareMap(bounds, words if focus else None, **moves), config, name)


def placing_map(
    bounds: Bounds, data_url: str, readings_url: str, *, name: str = "placing", words: ShellWords = CHINESE
) -> MapShell:
    """Make the shell of the map on which one project is placed; ``static/placing.js`` draws it.

    ``readings_url`` is the address, on this server, that reads typed coordinates under each datum. The other
    parameters and the errors are those of `project_map`.
    """
    _check_url(readings_url)
    config = _checked_config(bounds, data_url, words, inset=False) | {"readingsUrl": readings_url}
    return _render(_controlled_map(bounds, words), config, name, drawn_by="portfolioPlacing")


def _controlled_map(bounds: Bounds, words: ShellWords) -> folium.Map:
    shell = _BareMap(bounds, words)
    shell.add_child(Fullscreen(title=words.fullscreen, title_cancel=words.leave))  # type: ignore[no-untyped-call]
    return shell


class _ShellFigure(Figure):
    """A figure whose parts are rendered apart instead of into a page of folium's own."""

    def parts(self, element: str) -> MapShell:
        for child in self._children.values():
            child.render()
        links = list(self.header._children.values())
        styles = tuple(vendor_name(link.url) for link in links if isinstance(link, CssLink))
        scripts = tuple(vendor_name(link.url) for link in links if isinstance(link, JavascriptLink))
        return MapShell(_WRAPPER.render(body=self.script.render()), styles, scripts, element)


class _BareMap(folium.Map):
    """folium's map with Leaflet alone: no base map, no page-wide styles or libraries, controls by their words."""

    default_js = [("leaflet", LEAFLET_JS)]  # noqa: RUF012  folium declares it so
    default_css = [("leaflet_css", LEAFLET_CSS)]  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="project-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
            center: {{ this.location|tojson }}, minZoom: 7, maxZoom: 17, ...{{ this.options|tojavascript }}
        });
        {{ this.get_name() }}.attributionControl.setPrefix("Leaflet");
        {%- if this.words %}
        {{ this.get_name() }}.zoomControl = L.control.zoom({
            zoomInTitle: {{ this.words.zoom_in|tojson }}, zoomOutTitle: {{ this.words.zoom_out|tojson }}
        });
        {{ this.get_name() }}.zoomControl.addTo({{ this.get_name() }});
        L.control.scale({imperial: false, maxWidth: 120}).addTo({{ this.get_name() }});
        {%- endif %}
        {% endmacro %}
        """
    )

    def __init__(self, bounds: Bounds, words: ShellWords | None = None, **options: Any) -> None:
        west, south, east, north = bounds
        centre = [(south + north) / 2, (west + east) / 2]
        options |= _ZOOM | {"max_bounds_viscosity": 0.8}
        super().__init__(centre, tiles=None, zoom_control=False, **options)
        self.words = words
        for pane, z_index in _PANES.items():
            self.add_child(CustomPane(pane, z_index=z_index, pointer_events=pane == "projects"))


class _DataLayer(MacroElement):
    """Hands the map to the script that draws it; the template is constant and the configuration is checked JSON."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        window.{{ this.drawn_by }}({{ this._parent.get_name() }}, {{ this.config|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, config: Mapping[str, Any], drawn_by: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Data"
        self.drawn_by = drawn_by
        self.config = dict(config)


_WRAPPER = Template(
    """(function () {
    function draw() {
    {{ body }}
    }
    if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", draw); } else { draw(); }
})();"""
)


def _render(shell: folium.Map, config: Mapping[str, Any], name: str, *, drawn_by: str = "portfolioMap") -> MapShell:
    if not _PLAIN_NAME.fullmatch(name):
        raise GeoError(say("地图名称只能由小写字母、数字和下划线组成，请核对。"))
    shell.add_child(_DataLayer(config, drawn_by))
    figure = _ShellFigure()
    figure.add_child(shell)
    _name_elements(shell, name)
    return figure.parts(shell.get_name())


def _name_elements(shell: folium.Map, name: str) -> None:
    """Replace branca's random ids, so that equal input gives equal text and pages can be cached."""
    shell._id = name
    for number, child in enumerate(shell._children.values()):
        child._id = f"{name}_{number}"


def _checked_config(bounds: Bounds, data_url: str, words: ShellWords, *, inset: bool) -> dict[str, Any]:
    _check_bounds(bounds)
    _check_url(data_url)
    west, south, east, north = (float(edge) for edge in bounds)
    return {"bounds": [[south, west], [north, east]], "dataUrl": data_url, "inset": inset, "words": asdict(words)}


def _check_bounds(bounds: Bounds) -> None:
    numbers = len(bounds) == 4 and all(isinstance(edge, (int, float)) and math.isfinite(edge) for edge in bounds)
    if not numbers or not (-180 <= bounds[0] < bounds[2] <= 180 and -90 <= bounds[1] < bounds[3] <= 90):
        raise GeoError(say("地图范围须为西、南、东、北四个经纬度，且西小于东、南小于北，请核对。"))


def _check_url(url: str) -> None:
    if url != EMBEDDED and not _OWN_URL.fullmatch(url):
        raise GeoError(say("地图数据地址须为本站地址（以 / 开头，不含引号、括号和空格），请核对。"))
