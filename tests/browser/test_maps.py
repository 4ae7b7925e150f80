"""The maps as people use them: by mouse, by keyboard, beside the list."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import HOSTILE, MARKS, Site, Visit

pytestmark = MARKS

MAPS = ("500106", "500101")
PINS = ".leaflet-projects-pane .pin"
CARD = ".leaflet-popup .map-card"


def data(visit: Visit, adcode: str) -> Any:
    ask = visit.page.request.get
    sheet = ask(f"{visit.url}/maps/{adcode}/data.json").json()
    return sheet | {"projects": ask(f"{visit.url}{sheet['urls']['points']}").json()["pins"]}


def marker(page: Page, name: str) -> Any:
    return page.locator(".project-map").get_by_label(re.compile(f"^{re.escape(name)}，")).first


@pytest.mark.parametrize("adcode", MAPS)
def test_every_located_project_is_a_pin_and_the_rest_one_stack(visit: Visit, adcode: str) -> None:
    page, shown = visit.open(f"/maps/{adcode}"), data(visit, adcode)

    expect(page.locator(PINS)).to_have_count(len(shown["projects"]))
    expect(page.locator(".leaflet-projects-pane .stack")).to_have_text(str(shown["unlocated"]["count"]))
    assert visit.wrong() == []


@pytest.mark.parametrize("adcode", MAPS)
def test_the_stack_leads_to_the_list_of_projects_without_a_place(visit: Visit, adcode: str) -> None:
    page, count = visit.open(f"/maps/{adcode}"), data(visit, adcode)["unlocated"]["count"]
    page.locator(".leaflet-projects-pane .stack").click()
    expect(page.locator(CARD)).to_contain_text(f"未定位 {count} 个")
    page.get_by_role("link", name="查看未定位项目").click()

    expect(page).to_have_url(re.compile(rf"/projects\?district={adcode}&located=no$"))
    expect(page.locator("h1 + p")).to_contain_text(f"{count} 个项目")


@pytest.mark.parametrize("adcode", MAPS)
def test_a_click_on_a_pin_opens_its_project(visit: Visit, adcode: str) -> None:
    page, project = visit.open(f"/maps/{adcode}"), data(visit, adcode)["projects"][0]
    marker(page, project["name"]).locator(".pin").click()
    card = page.locator(CARD)

    expect(card.locator(".map-card-name")).to_have_text(project["name"])
    expect(card).to_contain_text(data(visit, adcode)["terms"]["level"][project["level"]])
    card.get_by_role("link").first.click()
    expect(page).to_have_url(f"{visit.url}/projects/{project['code']}")
    assert visit.wrong() == []


def test_a_pin_opens_and_closes_by_keyboard_and_keeps_the_focus(visit: Visit) -> None:
    page, project = visit.open("/maps/500101"), data(visit, "500101")["projects"][3]
    pin = marker(page, project["name"])
    pin.focus()
    page.keyboard.press("Enter")

    expect(page.locator(".map-card-name")).to_have_text(project["name"])
    expect(page.locator(".map-card-name a")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_have_count(0)
    expect(pin).to_be_focused()


@pytest.mark.parametrize("adcode", MAPS)
def test_a_row_of_the_list_flies_to_its_pin(visit: Visit, adcode: str) -> None:
    page, project = visit.open(f"/maps/{adcode}"), data(visit, adcode)["projects"][-1]
    row = page.locator(f'[data-project-code="{project["code"]}"]')
    row.get_by_role("button").click()

    expect(page.locator(".map-card-name")).to_have_text(project["name"])
    expect(row).to_have_class(re.compile("is-current"))
    canvas, pin = page.locator(".project-map").bounding_box(), marker(page, project["name"]).bounding_box()
    assert canvas and pin
    assert canvas["x"] <= pin["x"] <= canvas["x"] + canvas["width"]
    assert canvas["y"] <= pin["y"] <= canvas["y"] + canvas["height"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_in_popup_list_and_page(visit: Visit, name: str) -> None:
    page = visit.open("/maps/500106")
    row = page.locator(".map-row", has=page.get_by_text(name, exact=True))
    row.get_by_role("button").click()

    expect(page.locator(".map-card-name")).to_have_text(name)
    expect(page.locator(CARD).locator("p").nth(2)).to_have_text(name)
    expect(page.locator(".map-card-name a")).to_be_visible()
    page.locator(".map-card-name a").click()
    expect(page.locator("h1")).to_have_text(f"{name}（{name}）")
    page.locator(".project-map[data-ready=true]").wait_for()
    assert visit.wrong() == []
    assert "1337" not in page.inner_text("main")


def test_belts_carry_their_names(visit: Visit) -> None:
    page = visit.open("/maps/500106")

    expect(page.locator(".belt-shape")).to_have_count(4)
    assert page.locator(".belt-label, .belt-label--flat").count() == 4


def test_colours_change_with_what_they_stand_for_and_stay_in_the_address(visit: Visit) -> None:
    page = visit.open("/maps/500101")
    page.get_by_label("颜色表示").select_option("level")

    expect(page.locator(f"{PINS}[class*=pin--level-]")).to_have_count(len(data(visit, "500101")["projects"]))
    expect(page.locator("[data-legend=level]")).to_be_visible()
    expect(page.locator("[data-legend=stage]")).to_be_hidden()
    visit.open(re.sub("^https?://[^/]+", "", page.url))
    expect(page.get_by_label("颜色表示")).to_have_value("level")
    assert visit.wrong() == []


def test_layers_are_shown_and_hidden_and_stay_in_the_address(visit: Visit) -> None:
    page = visit.open("/maps/500106")
    page.get_by_label("圈带").uncheck()
    page.get_by_label("参照线").check()
    page.get_by_label("热力").check()

    expect(page.locator(".belt-shape")).to_have_count(0)
    expect(page.locator(".guide-line")).to_have_count(4)
    expect(page.locator("canvas.leaflet-heatmap-layer")).to_have_count(1)
    assert "layers=guides%2Cheat" in page.url
    page.reload()
    expect(page.locator(".guide-line")).to_have_count(4)
    expect(page.locator(".belt-shape")).to_have_count(0)
    assert visit.wrong() == []


def test_a_move_asks_the_server_once(visit: Visit) -> None:
    page, asked = visit.open("/maps/500101"), []
    page.on("request", lambda request: asked.append(request.url) if "/maps/" in request.url else None)
    with page.expect_response(re.compile("points.json")) as answer:
        page.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(500)

    assert len(asked) == 1
    assert len(answer.value.body()) <= 100_000


def test_search_on_the_map_flies_to_a_project_by_keyboard(visit: Visit) -> None:
    page, project = visit.open("/maps/500101"), data(visit, "500101")["projects"][0]
    page.get_by_label("在地图上找").fill(project["name"])
    expect(page.locator("[data-map-found] button").first).to_have_text(re.compile(re.escape(project["name"])))
    page.keyboard.press("Enter")

    expect(page.locator(".map-card-name")).to_have_text(project["name"])
    assert visit.wrong() == []


def test_distances_are_measured_along_the_earth(visit: Visit) -> None:
    page = visit.open("/maps/500106")
    page.get_by_role("button", name="量距离和面积").click()
    box = page.locator(".project-map").bounding_box()
    assert box
    for x, y in ((200, 300), (300, 300), (300, 400)):
        page.mouse.click(box["x"] + x, box["y"] + y)
        page.wait_for_timeout(300)  # a faster second click would be a double click

    expect(page.locator("[data-map-measured]")).to_contain_text(re.compile(r"长 [\d.]+ km，面积 [\d,]+ ㎡"))
    page.keyboard.press("Escape")
    expect(page.locator("[data-map-measured]")).to_have_text("")


def test_the_saved_page_draws_and_answers_without_any_server(visit: Visit, website: Site, tmp_path: Path) -> None:
    body = visit.page.request.get(f"{website.url}/maps/500106/download.html").body()
    path = tmp_path / "map.html"
    path.write_bytes(body)
    page = visit.page.context.new_page()
    asked, faults = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    page.locator(".project-map[data-ready=true]").wait_for()
    shown = data(visit, "500106")

    expect(page.locator(PINS)).to_have_count(len(shown["projects"]))
    expect(page.locator(".belt-shape")).to_have_count(4)
    for name in HOSTILE:
        page.locator(".map-row", has=page.get_by_text(name, exact=True)).get_by_role("button").click()
        expect(page.locator(".map-card-name").last).to_have_text(name)
    assert asked == [path.as_uri()]
    assert faults == []
    assert page.evaluate("window.canary || 0") == 0
    page.close()
