"""Layouts as people change them: by mouse and by keyboard on the map, and as layers of the map."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import MARKS, WIDTHS, Site, Visit, at_rest, watched
from tests.browser.test_pages import barriers

pytestmark = MARKS

EDITOR = "/layouts/500106/belts/edit"
TEXT = "textarea[name='zones-2-line']"


def corners(page: Page) -> list[list[float]]:
    found: list[list[float]] = json.loads(page.input_value(TEXT))["coordinates"]
    return found


def begin(visit: Visit) -> Page:
    page = visit.open(EDITOR)
    page.locator(".project-map[data-ready]").wait_for()
    page.locator("[data-zone-draw]").nth(2).click()
    page.locator(".vertex").first.wait_for()
    at_rest(page)
    return page


def test_a_vertex_that_is_dragged_is_in_the_form_and_nothing_else_has_moved(visit: Visit) -> None:
    page = begin(visit)
    before = corners(page)
    box = page.locator(".vertex").nth(3).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 10, steps=6)
    page.mouse.up()
    after = corners(page)

    assert [number for number, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]] == [3]
    assert after[3][0] > before[3][0]
    page.get_by_role("button", name="预览改动").click()
    expect(page.locator("#preview")).to_be_visible()
    expect(page.locator(".layout-preview .message")).to_contain_text("个项目改变圈带归属")
    assert visit.wrong() == []


def test_a_vertex_is_moved_and_taken_out_by_keyboard(visit: Visit) -> None:
    page = begin(visit)
    before = corners(page)
    vertex = page.get_by_label("第 1 个顶点", exact=False)
    vertex.focus()
    page.keyboard.press("ArrowRight")
    moved = corners(page)
    page.keyboard.press("Delete")

    assert moved[0][0] > before[0][0]
    assert moved[1:] == before[1:]
    assert corners(page) == before[1:]
    assert visit.wrong() == []


def test_a_new_line_is_drawn_click_by_click(visit: Visit) -> None:
    page = visit.open(EDITOR)
    page.locator(".project-map[data-ready]").wait_for()
    page.locator("[data-zone-draw]").nth(4).click()
    page.locator(".project-map").scroll_into_view_if_needed()
    at_rest(page)
    for x, y in ((120, 100), (160, 200), (200, 260)):
        page.locator(".project-map").click(position={"x": x, "y": y})
    drawn = json.loads(page.input_value("textarea[name='zones-4-line']"))

    assert drawn["type"] == "LineString"
    assert len(drawn["coordinates"]) == 3
    assert visit.wrong() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_layers_of_a_map_can_be_shown_and_hinder_nobody(
    contexts: Callable[[int], BrowserContext], website: Site, width: int
) -> None:
    page = contexts(width).new_page()
    visit = watched(page, website)
    visit.open("/maps/500106?layers=belts,towns")
    page.locator(".project-map[data-ready]").wait_for()

    expect(page.locator(".belt-shape")).to_have_count(4)
    expect(page.locator("[data-town-legend='count']")).to_be_visible()
    expect(page.locator(".town-circle").first).to_be_attached()
    assert barriers(page) == []
    page.locator("[data-map-layer='towns']").uncheck()
    expect(page.locator(".town-circle")).to_have_count(0)
    assert visit.wrong() == []
    page.close()


def test_outlines_of_towns_colour_the_map_and_say_their_figures(visit: Visit, tmp_path: Path) -> None:
    halves = [("青木关镇", 106.25, 106.4), ("井口街道", 106.4, 106.55)]
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [_ring(west, 29.45, east, 29.75)]},
        }
        for name, west, east in halves
    ]
    path = tmp_path / "towns.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    page = visit.open("/layouts/500106/towns/upload")
    page.set_input_files("input[type=file]", path)
    page.get_by_role("button", name="读取界线").click()
    page.get_by_role("button", name="预览改动").click()
    expect(page.locator(".layout-preview .message")).to_contain_text("改变镇街归属")

    assert barriers(page) == []
    expect(page.locator("[data-zone]")).to_have_count(2)
    assert visit.wrong() == []


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_another_district_in_the_filter_drops_the_belt_that_it_does_not_have(visit: Visit) -> None:
    page = visit.open("/projects?district=500106&belt=loop&level=primary")
    page.locator("#filter-district").select_option("500101")

    expect(page.locator(".chip")).to_have_text(["区县：万州区×", "学段：小学×"])
    expect(page.locator("#filter-belt")).to_have_count(0)
    assert visit.wrong() == []
