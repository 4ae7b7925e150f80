"""The maps as people use them: by mouse, by keyboard, beside the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portfolio.services import users
from portfolio.store.queries import users as user_queries
from portfolio.web import create_app
from tests.browser.conftest import HOSTILE, MARKS, Site, Visit, at_rest, new_context, serving, watched
from tests.builders import make_project, site, write
from tests.conftest import Databases

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
    at_rest(page)
    page.locator(CARD).get_by_role("link", name="查看未定位项目").click()

    expect(page).to_have_url(re.compile(rf"/projects\?district={adcode}&located=no$"))
    expect(page.locator("h1 + p")).to_contain_text(f"{count} 个项目")


@pytest.mark.parametrize("adcode", MAPS)
def test_a_click_on_a_pin_opens_its_project(visit: Visit, adcode: str) -> None:
    page, project = visit.open(f"/maps/{adcode}"), data(visit, adcode)["projects"][0]
    marker(page, project["name"]).locator(".pin").click()
    card = page.locator(CARD)

    expect(card.locator(".map-card-name")).to_have_text(project["name"])
    expect(card).to_contain_text(data(visit, adcode)["terms"]["level"][project["level"]])
    link = card.get_by_role("link").first
    expect(link).to_be_visible()
    at_rest(page)
    link.click()
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
    at_rest(page)
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
    at_rest(page)
    page.locator(".map-card-name a").click()
    expect(page.locator("h1")).to_have_text(f"{name}（{name}）")
    page.locator(".project-map[data-ready=true]").wait_for()
    assert visit.wrong() == []
    assert "1337" not in page.inner_text("main")


def test_belts_carry_their_names(visit: Visit) -> None:
    page = visit.open("/maps/500106")

    expect(page.locator(".belt-shape")).to_have_count(4)
    expect(page.locator(".belt-label, .belt-label--flat")).to_have_count(4)


COVERED = """() => {
  const boxes = (selector) => [...document.querySelectorAll(selector)].map((node) => node.getBoundingClientRect());
  const over = boxes(".project-map .pin, .project-map .stack, .project-map .leaflet-control");
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  return boxes(".belt-label span, .belt-label--flat").filter((name) => over.some((one) => meet(name, one))).length;
}"""


@pytest.mark.parametrize("width", [390, 1280])
def test_the_names_of_belts_stand_clear_of_pins_and_controls(
    contexts: Callable[[int], BrowserContext], website: Site, width: int
) -> None:
    page = watched(contexts(width).new_page(), website).open("/maps/500106")
    at_rest(page)

    expect(page.locator(".belt-label, .belt-label--flat")).to_have_count(4)
    assert page.evaluate(COVERED) == 0
    page.close()


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
    page.get_by_role("checkbox", name="圈带").uncheck()
    page.get_by_label("参照线").check()
    page.get_by_label("热力").check()

    expect(page.locator(".belt-shape")).to_have_count(0)
    expect(page.locator(".guide-line")).to_have_count(4)
    expect(page.locator("canvas.leaflet-heatmap-layer")).to_have_count(1)
    expect(page).to_have_url(re.compile("layers=guides%2Cheat"))
    page.reload()
    expect(page.locator(".guide-line")).to_have_count(4)
    expect(page.locator(".belt-shape")).to_have_count(0)
    assert visit.wrong() == []


def test_a_move_asks_the_server_once(visit: Visit) -> None:
    page, asked = visit.open("/maps/500101"), []
    page.on("request", lambda request: asked.append(request.url) if "/maps/" in request.url else None)
    with page.expect_response(re.compile("points.json")) as answer:
        page.locator(".leaflet-control-zoom-in").click()
    at_rest(page)

    assert len(asked) == 1
    assert len(answer.value.body()) <= 100_000


def test_search_on_the_map_flies_to_a_project_by_keyboard(visit: Visit) -> None:
    page, project = visit.open("/maps/500101"), data(visit, "500101")["projects"][0]
    page.get_by_label("在地图上找").fill(project["name"])
    expect(page.locator("[data-map-found]").get_by_role("option").first).to_have_text(
        re.compile(re.escape(project["name"]))
    )
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


def test_a_double_click_ends_measuring_and_does_not_zoom(visit: Visit) -> None:
    page = visit.open("/maps/500106")
    page.get_by_role("button", name="量距离和面积").click()
    box, view = page.locator(".project-map").bounding_box(), page.url
    assert box
    page.mouse.click(box["x"] + 200, box["y"] + 300)
    page.wait_for_timeout(300)  # a faster second click would be a double click
    page.mouse.dblclick(box["x"] + 300, box["y"] + 300)
    measured = page.locator("[data-map-measured]")

    expect(measured).to_have_text(re.compile(r"^长 [\d.]+ km$"))
    expect(page.get_by_role("button", name="量距离和面积")).to_have_attribute("aria-pressed", "false")
    length = measured.inner_text()
    page.mouse.click(box["x"] + 330, box["y"] + 420)
    page.wait_for_timeout(500)  # time in which the map would have zoomed or measured on
    assert (measured.inner_text(), page.url) == (length, view)
    page.keyboard.press("Escape")
    expect(measured).to_have_text("")


def test_a_click_on_a_pin_while_measuring_measures(visit: Visit) -> None:
    page = visit.open("/maps/500101")
    pins = page.locator(PINS)
    page.get_by_role("button", name="量距离和面积").click()
    for number in (3, 9):
        box = pins.nth(number).bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(300)  # a faster second click would be a double click

    expect(page.locator("[data-map-measured]")).to_have_text(re.compile(r"^长 [\d.]+ k?m$"))
    expect(page.locator(CARD)).to_have_count(0)


def test_the_search_is_a_combobox_that_arrows_enter_and_escape_work(visit: Visit) -> None:
    page = visit.open("/maps/500101")
    field = page.get_by_role("combobox", name="在地图上找")
    field.fill("学")
    options = page.locator("[data-map-found]").get_by_role("option")
    expect(options).to_have_count(10)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    expect(field).to_have_attribute("aria-activedescendant", options.nth(1).get_attribute("id") or "")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(10)
    name = options.nth(0).inner_text()
    page.keyboard.press("Enter")
    expect(page.locator(".map-card-name")).to_have_text(name.split("（")[0])
    assert visit.wrong() == []


def test_heat_turned_off_while_it_is_asked_for_stays_off(visit: Visit) -> None:
    slow = "const ask = window.fetch; window.fetch = async (url, how) => { const answer = await ask(url, how);"
    wait = " if (String(url).includes('heat.json')) await new Promise((go) => setTimeout(go, 500)); return answer; };"
    visit.page.add_init_script(slow + wait)
    page = visit.open("/maps/500106")
    page.get_by_label("热力").check()
    page.get_by_label("热力").uncheck()
    page.wait_for_timeout(1200)

    expect(page.locator("canvas.leaflet-heatmap-layer")).to_have_count(0)


def test_pointing_at_a_pin_marks_its_row(visit: Visit) -> None:
    page, project = visit.open("/maps/500101"), data(visit, "500101")["projects"][0]
    at_rest(page)
    marker(page, project["name"]).locator(".pin").hover()

    expect(page.locator(f'[data-project-code="{project["code"]}"]')).to_have_class(re.compile("is-pointed"))


def test_controls_are_large_enough_for_a_finger(crowded: Site, chromium: Browser) -> None:
    page = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    page.context.add_cookies([{"name": "portfolio_session", "value": crowded.token, "url": crowded.url}])
    watched(page, crowded).open("/maps/500106")
    heights = page.locator(".map-controls").locator(
        "button, select, input[type=search], input[type=range], label:has(input)"
    )

    assert heights.count() >= 7
    assert [
        node.bounding_box() for node in heights.all() if (node.bounding_box() or {"height": 40})["height"] < 40
    ] == []
    page.context.close()


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with more projects in one square kilometre than are drawn as pins, opened over four years."""
    folder = tmp_path_factory.mktemp("crowded")
    app = create_app(
        database_url=Databases("sqlite", folder, None).new("filled"), instance=folder / "instance", testing=True
    )
    with write(app) as session:
        for number in range(450):
            place = site(106.36 + (number % 25) * 0.0005, 29.60 + (number // 25) * 0.0005)
            project = make_project(session, name=f"密集{number:03d}小学", district="500106", place=place)
            project.completion_year = 2022 + number % 4 if number else None
        token = users._open_session(session, user_queries.get_user(session, "admin"))
        session.commit()
    with serving(app) as url:
        yield Site(url, token)
    app.extensions["portfolio_engine"].dispose()


@pytest.fixture
def crowd(chromium: Browser, crowded: Site) -> Iterator[Visit]:
    """A tab on the crowded map."""
    context = new_context(chromium, crowded)
    context.add_cookies([{"name": "portfolio_session", "value": crowded.token, "url": crowded.url}])
    yield watched(context.new_page(), crowded)
    context.close()


def test_a_link_to_a_project_hidden_in_a_cluster_opens_that_project(crowd: Visit) -> None:
    found = crowd.page.request.get(f"{crowd.url}/maps/500106/search.json?q=密集449").json()["results"][0]
    page = crowd.open(f"/maps/500106?focus={found['code']}")

    expect(page.locator(".map-card-name")).to_have_text("密集449小学")
    assert crowd.wrong() == []


def test_a_cluster_opens_by_keyboard(crowd: Visit) -> None:
    page = crowd.open("/maps/500106")
    view = page.url
    page.locator(".pin-holder", has=page.locator(".cluster")).first.focus()
    page.keyboard.press("Enter")

    expect(page).not_to_have_url(view)
    expect(page).to_have_url(re.compile("view="))


def test_years_play_to_the_end_and_change_pins_legend_and_heat(crowd: Visit) -> None:
    crowd.page.clock.install()
    page = crowd.open("/maps/500106")
    page.get_by_label("热力").check()
    page.locator("canvas.leaflet-heatmap-layer").wait_for()
    with page.expect_response(re.compile(r"heat\.json.*year=")):
        page.get_by_role("button", name="逐年播放").click()
    expect(page.locator("[data-map-year-text]")).to_have_text(re.compile(r"\d{4} 年底前投用（\d+ 个年份未知，不计入）"))
    for _ in range(12):
        page.clock.run_for(1300)

    expect(page.get_by_role("button", name="逐年播放")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-map-year-text]")).to_have_text("全部年份")
    expect(page).not_to_have_url(re.compile("year="))
    # leaflet.heat reads its canvas back; the browser advises on that, nothing is wrong.
    assert [fault for fault in crowd.wrong() if "willReadFrequently" not in fault] == []


def test_the_small_map_shows_once_only_a_part_is_in_view(crowd: Visit) -> None:
    page = crowd.open("/maps/500106")
    expect(page.locator(".map-mini")).to_be_hidden()
    for _ in range(4):
        page.locator(".leaflet-control-zoom-in").click()
        at_rest(page)

    expect(page.locator(".map-mini")).to_be_visible()
    frame, small = page.locator(".mini-frame").bounding_box(), page.locator(".mini-shape").bounding_box()
    assert frame and small
    assert frame["width"] < small["width"]
