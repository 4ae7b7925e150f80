"""Third-party browser files, read out of installed packages and served under names of our own.

Leaflet comes from xstatic-leaflet, everything else that the folium elements in use name by a CDN address comes from
folium-offline. Nothing is fetched. A stylesheet's relative addresses (``images/layers.png``) are names here too, so
they resolve under the prefix that serves the stylesheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module, metadata
from types import MappingProxyType

from folium.plugins import Fullscreen, HeatMap

from geo.errors import GeoError
from geo.sentences import say

LEAFLET_JS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js"
LEAFLET_CSS = "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css"

_LEAFLET_PACKAGE = "xstatic-leaflet"
_LEAFLET_FILES = (
    "leaflet.js",
    "leaflet.css",
    "images/layers.png",
    "images/layers-2x.png",
    "images/marker-icon.png",
    "images/marker-icon-2x.png",
    "images/marker-shadow.png",
)
_CONTENT_TYPES = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "png": "image/png"}
HEAT_JS = HeatMap.default_js[0][1]
_PLUGIN_URLS = (*(url for _, url in (*Fullscreen.default_js, *Fullscreen.default_css)), HEAT_JS)


@dataclass(frozen=True)
class Asset:
    """One file for the browser: its bytes, its content type with charset, and a tag that changes with the bytes."""

    body: bytes
    content_type: str
    etag: str


def vendor_name(url: str) -> str:
    """Return the name under which the file of a CDN address is served, such as ``leaflet.js``.

    Raises
    ------
    GeoError
        If no installed package carries that file.
    """
    name = url.rsplit("/", 1)[-1]
    if url not in (LEAFLET_JS, LEAFLET_CSS, *_PLUGIN_URLS):
        raise GeoError(say("地图组件 {name} 不在随包安装的文件中，请在 geo/assets.py 登记后再使用。", name=name))
    return name


def read_asset(name: str) -> Asset:
    """Return the file served under ``name``, such as ``leaflet.css`` or ``images/layers.png``.

    Raises
    ------
    KeyError
        If nothing is served under that name.
    """
    return load_assets()[name]


@cache
def load_assets() -> Mapping[str, Asset]:
    """Read every file once: name to file.

    Raises
    ------
    GeoError
        If a package is missing or lacks a file that it should carry.
    """
    return MappingProxyType({name: _make_asset(name, body) for name, body in (*_leaflet_files(), *_plugin_files())})


def check_assets() -> None:
    """Stop the start-up when a file is missing or empty: without them every map would stay blank.

    Raises
    ------
    GeoError
        Naming the package to reinstall.
    """
    load_assets()


def _leaflet_files() -> Iterator[tuple[str, bytes]]:
    found = {str(path): path for path in _files_of(_LEAFLET_PACKAGE)}
    for name in _LEAFLET_FILES:
        try:
            yield name, found[f"xstatic/pkg/leaflet/data/{name}"].read_binary()
        except (KeyError, OSError) as error:
            raise _missing(name, _LEAFLET_PACKAGE) from error


def _files_of(package: str) -> list[metadata.PackagePath]:
    try:
        return metadata.files(package) or []
    except metadata.PackageNotFoundError as error:
        raise _missing("leaflet.js", package) from error


def _plugin_files() -> Iterator[tuple[str, bytes]]:
    texts = _offline_texts()
    for url in _PLUGIN_URLS:
        if url not in texts:
            raise _missing(vendor_name(url), "folium-offline")
        yield vendor_name(url), texts[url].encode()


def _offline_texts() -> Mapping[str, str]:
    """Return folium-offline's private table of CDN address to text; it has no public one."""
    try:
        texts: Mapping[str, str] = import_module("offlinefolium.elements")._res
    except (ImportError, AttributeError) as error:
        raise _missing("Control.FullScreen.min.js", "folium-offline") from error
    return texts


def _make_asset(name: str, body: bytes) -> Asset:
    if not body:
        raise GeoError(say("地图组件文件 {name} 是空的，请重新安装依赖。", name=name))
    kind = _CONTENT_TYPES[name.rsplit(".", 1)[-1]]
    return Asset(body, kind, hashlib.sha256(body).hexdigest()[:32])


def _missing(name: str, package: str) -> GeoError:
    return GeoError(say("缺少地图组件文件 {name}：请重新安装 {package} 后再启动。", name=name, package=package))
