"""Placing a project on the map: by mouse, by keyboard alone, one after another."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import MARKS, Visit, at_rest
from tests.browser.test_main_flow import follow, tab_to

pytestmark = MARKS

PAGE = "/projects/500106-0012/place"
PIN = ".leaflet-projects-pane .place-pin"


def value(page: Page, name: str) -> str:
    return page.locator(f'[name="{name}"]').input_value()


def click_map(page: Page, dx: int = 0, dy: int = 0) -> None:
    box = page.locator(".project-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2 + dx, box["y"] + box["height"] / 2 + dy)


def test_a_click_and_a_drag_put_the_pin_and_say_how_exact_they_are(visit: Visit) -> None:
    page = visit.open(PAGE)
    click_map(page)
    expect(page.locator(PIN)).to_have_count(1)
    first = value(page, "coordinates")

    assert re.fullmatch(r"106\.\d{6}, 29\.\d{6}", first)
    assert (value(page, "datum"), value(page, "accuracy"), value(page, "place_basis")) == (
        "wgs84",
        "neighbourhood",
        "在地图上点选",
    )
    expect(page.locator("[data-readings-rows] tr")).to_have_count(4)
    at_rest(page)
    pin = page.locator(PIN).bounding_box()
    assert pin
    page.mouse.move(pin["x"] + 10, pin["y"] + 10)
    page.mouse.down()
    page.mouse.move(pin["x"] + 60, pin["y"] + 40, steps=4)
    page.mouse.up()
    expect(page.locator('[name="coordinates"]')).not_to_have_value(first)
    assert visit.wrong() == []


def test_the_same_pair_stands_as_a_ghost_where_another_datum_puts_it(visit: Visit) -> None:
    page = visit.open(PAGE)
    page.fill('[name="coordinates"]', "106.4529, 29.5437")
    expect(page.locator(PIN)).to_have_count(1)
    ghost = page.locator(".ghost-label").get_by_text(re.compile("若为 GCJ-02（高德、腾讯），在此，相差 [0-9]+ 米"))
    for _ in range(12):
        if ghost.count():
            break
        page.locator(".leaflet-control-zoom-in").click()
        at_rest(page)

    expect(ghost).to_have_count(1)
    expect(page.locator(".ghost-label").get_by_text(re.compile("若为 BD-09"))).to_have_count(1)
    page.select_option('[name="datum"]', "gcj02")
    expect(page.locator("[data-readings-rows] .is-stated")).to_contain_text("GCJ-02")
    page.fill('[name="coordinates"]', "不是坐标")
    expect(page.locator("[data-readings-error]")).to_contain_text("看不懂")
    expect(page.locator(PIN)).to_have_count(0)


def test_a_site_is_drawn_changed_and_measured(visit: Visit) -> None:
    page = visit.open(PAGE)
    page.locator("[data-site-draw]").click()
    for dx, dy in ((0, 0), (120, 0), (120, 90), (0, 90)):
        click_map(page, dx, dy)
    page.keyboard.press("Enter")

    expect(page.locator("[data-site-figures]")).to_contain_text("图上面积约")
    assert value(page, "outline").count("],[") == 4
    before = page.locator("[data-site-figures]").text_content()
    page.locator(".leaflet-projects-pane .leaflet-marker-icon").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-site-figures]")).not_to_have_text(before or "")
    page.keyboard.press("Delete")
    assert value(page, "outline").count("],[") == 3
    page.locator("[data-site-clear]").click()
    assert value(page, "outline") == ""
    assert visit.wrong() == []


def test_a_project_is_placed_by_keyboard_alone_and_taken_back(visit: Visit) -> None:
    page = visit.open(PAGE)
    follow(page, "[data-pin-here]")
    expect(page.locator(PIN)).to_have_count(1)
    before = value(page, "coordinates")
    page.locator("body").press("Control+Home")
    tab_to(page, ".leaflet-projects-pane .leaflet-marker-icon")
    page.keyboard.press("ArrowUp")
    expect(page.locator('[name="coordinates"]')).not_to_have_value(before)
    follow(page, "[data-save]")

    expect(page.locator(".placed")).to_contain_text("已保存")
    page.locator(".project-map[data-ready=true]").wait_for()
    follow(page, ".placed button")
    expect(page.locator(".message--success")).to_contain_text("已撤销")
    assert visit.wrong() == []


def test_the_queue_is_worked_through_by_single_keys(visit: Visit) -> None:
    page = visit.open("/places/queue?district=500101")
    first = page.url
    left = page.locator(".queue-bar p").first
    expect(left).to_contain_text("还有 24 个")
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != first)
    page.locator(".project-map[data-ready=true]").wait_for()
    page.keyboard.press("p")
    page.wait_for_url(first)
    page.locator(".project-map[data-ready=true]").wait_for()
    page.keyboard.press("/")
    page.keyboard.type("高笋塘街道")
    expect(page.locator(PIN)).to_have_count(1)
    page.keyboard.press("Tab")
    page.locator("[data-pin-here]").focus()
    page.keyboard.press("s")

    expect(page.locator(".placed")).to_contain_text("已保存")
    expect(left).to_contain_text("还有 23 个")
    page.locator(".project-map[data-ready=true]").wait_for()
    page.locator(".placed button").click()
    expect(page.locator(".message--success")).to_contain_text("已撤销")
    assert visit.wrong() == []


def test_the_single_keys_can_be_switched_off(visit: Visit) -> None:
    page = visit.open("/places/queue?district=500101")
    first = page.url
    page.locator("[data-shortcuts-on]").uncheck()
    page.locator("[data-pin-here]").focus()
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url == first
    page.locator("[data-shortcuts-on]").check()


def test_a_card_leads_to_the_placing_page_and_back_to_the_same_view(visit: Visit) -> None:
    page = visit.open("/maps/500106?focus=500106-0005&colour=level")
    adjust = page.locator(".map-card").get_by_role("link", name="调整位置")
    expect(adjust).to_be_visible()
    at_rest(page)
    adjust.click()
    expect(page).to_have_url(re.compile(r"/projects/500106-0005/place"))
    page.get_by_role("link", name="返回地图").click()

    expect(page).to_have_url(re.compile(r"/maps/500106\?focus=500106-0005&colour=level&view=29"))
    expect(page.locator(".map-card-name")).to_have_text("物流城南渝中学")
    assert visit.wrong() == []
