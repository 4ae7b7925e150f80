"""Map shells hold constants, checked numbers and our own addresses; nothing else can get in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from geo.errors import GeoError
from geo.maps import ShellWords, inset_map, placing_map, project_map

BOUNDS = (106.2473, 29.4947, 106.4907, 29.7529)
URL = "/maps/500106.json?stage=started&belt=%E7%8E%AF%E7%BA%BF"
HOSTILE = [
    "/{{7*191}}",
    "/{% for x in range(9) %}",
    '/"+alert(1)+"',
    "/'-alert(1)-'",
    "/`${alert(1)}`",
    "/</script><script>alert(1)</script>",
    "/a b",
    "/\\2",
    "/地图",
    "//elsewhere.example/data.json",
    "https://elsewhere.example/data.json",
    "javascript:alert(1)",
    "/data.json\n",
    "",
]


def test_equal_input_gives_equal_text() -> None:
    assert project_map(BOUNDS, URL) == project_map(BOUNDS, URL)
    assert inset_map(BOUNDS, URL, focus="500106-0001") == inset_map(BOUNDS, URL, focus="500106-0001")


def test_a_shell_is_a_script_for_one_container_and_the_files_it_needs() -> None:
    shell = project_map(BOUNDS, URL)

    assert "<" not in shell.script
    assert '"map_projects"' in shell.script
    assert shell.element == "map_projects"
    assert "leaflet.js" in shell.scripts
    assert "leaflet.css" in shell.stylesheets


def test_controls_and_first_words_are_in_the_language_they_are_given_in() -> None:
    words = ShellWords(zoom_in="Zoom in", fullscreen="Full screen", loading="It's on its way")
    for made in (project_map(BOUNDS, URL, words=words), placing_map(BOUNDS, URL, "/readings.json", words=words)):
        assert '"Zoom in"' in made.script
        assert '"Full screen"' in made.script
        assert "It\\u0027s on its way" in made.script
        assert "放大" not in made.script


def test_a_full_map_has_chinese_controls_and_an_inset_has_none() -> None:
    full, inset = project_map(BOUNDS, URL).script, inset_map(BOUNDS, URL).script

    assert json.dumps("放大") in full
    assert "L.control.scale" in full
    assert "L.control.fullscreen" in full
    assert "L.control" not in inset
    assert '"dragging": false' in inset


def test_the_inset_of_one_project_can_be_moved_but_not_by_the_wheel_of_the_page() -> None:
    script = inset_map(BOUNDS, URL, focus="500106-0001").script

    assert json.dumps("放大") in script
    assert '"dragging": true' in script
    assert '"scrollWheelZoom": false' in script


def test_panes_lie_in_order_below_the_popups() -> None:
    script = project_map(BOUNDS, URL).script
    panes = ["outline", "belts", "halos", "places", "leaders", "projects"]

    positions = [script.index(f'"{pane}"') for pane in panes]
    assert positions == sorted(positions)
    assert "tileLayer" not in script


def test_the_data_address_arrives_as_json() -> None:
    script = project_map(BOUNDS, URL).script

    assert '"dataUrl": "/maps/500106.json?stage=started\\u0026belt=%E7%8E%AF%E7%BA%BF"' in script


def test_two_maps_of_a_page_are_told_apart() -> None:
    first, second = inset_map(BOUNDS, URL, name="inset_1"), inset_map(BOUNDS, URL, name="inset_2")

    assert first.element == "map_inset_1"
    assert "map_inset_1" not in second.script


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_refused_before_anything_is_rendered(url: str) -> None:
    with pytest.raises(GeoError, match="本站地址"):
        project_map(BOUNDS, url)


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
def test_a_hostile_name_or_code_is_refused(text: str) -> None:
    with pytest.raises(GeoError):
        project_map(BOUNDS, URL, name=text)
    with pytest.raises(GeoError):
        inset_map(BOUNDS, URL, focus=text)


@pytest.mark.parametrize(
    "bounds",
    [
        ("{{7*191}}", 29.4, 106.5, 29.7),
        (106.2, 29.4, float("nan"), 29.7),
        (106.5, 29.4, 106.2, 29.7),
        (106.2, 29.7, 106.5, 29.4),
        (106.2, 29.4, 206.5, 29.7),
        (106.2, 29.4, 106.5),
    ],
)
def test_bounds_that_are_not_four_ordered_numbers_are_refused(bounds: Any) -> None:
    with pytest.raises(GeoError, match="地图范围"):
        project_map(bounds, URL)
