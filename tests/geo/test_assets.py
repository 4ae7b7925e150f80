"""Every third-party file a map page names is served out of an installed package."""

from __future__ import annotations

import re
from importlib import metadata

import pytest

from geo import assets
from geo.errors import GeoError
from geo.maps import project_map


@pytest.fixture(autouse=True)
def _fresh_table() -> object:
    """Read the packages again for each test, and forget what a test has broken."""
    assets.load_assets.cache_clear()
    yield
    assets.load_assets.cache_clear()


def test_every_file_the_shell_names_is_there() -> None:
    shell = project_map((106.2, 29.4, 106.5, 29.8), "/maps/500106.json")

    named = [*shell.stylesheets, *shell.scripts]
    assert named == [
        "leaflet.css",
        "Control.FullScreen.css",
        "leaflet.js",
        "Control.FullScreen.min.js",
        "leaflet_heat.min.js",
    ]
    assert all(assets.read_asset(name).body for name in named)
    assert re.findall(r"https?://", shell.script) == []


def test_every_relative_address_of_a_stylesheet_is_served_too() -> None:
    sheets = [asset.body.decode() for name, asset in assets.load_assets().items() if name.endswith(".css")]
    addresses = {address for sheet in sheets for address in re.findall(r"url\(([^)]+)\)", sheet)}
    relative = {address for address in addresses if not address.startswith(("data:", "#"))}

    assert {"images/layers.png", "images/marker-icon.png"} <= relative
    assert all(assets.read_asset(address).content_type == "image/png" for address in relative)


def test_a_file_carries_its_type_and_a_tag_of_its_content() -> None:
    script, image = assets.read_asset("leaflet.js"), assets.read_asset("images/layers.png")

    assert script.content_type == "text/javascript; charset=utf-8"
    assert image.body.startswith(b"\x89PNG")
    assert re.fullmatch(r"[0-9a-f]{32}", script.etag)
    assert script.etag != image.etag


@pytest.mark.parametrize("name", ["", "../leaflet.js", "jquery.min.js", "{{7*191}}", "images/"])
def test_nothing_else_is_served(name: str) -> None:
    with pytest.raises(KeyError):
        assets.read_asset(name)


def test_an_address_that_no_package_carries_is_refused() -> None:
    with pytest.raises(GeoError, match="不在随包安装的文件中"):
        assets.vendor_name("https://cdn.example.org/other.js")


def test_the_start_stops_when_leaflet_lacks_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "files", lambda _package: [])

    with pytest.raises(GeoError, match="重新安装 xstatic-leaflet"):
        assets.check_assets()


def test_the_start_stops_when_a_plugin_file_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "_offline_texts", dict)

    with pytest.raises(GeoError, match="重新安装 folium-offline"):
        assets.check_assets()
