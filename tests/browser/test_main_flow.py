"""What a planner does every month, end to end, by keyboard alone."""

from __future__ import annotations

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import MARKS, Site, Visit, new_context, watched
from tests.conftest import ADMIN_PASSWORD

pytestmark = MARKS

MOST_TABS = 250


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element is focused that fits the selector."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"{selector} is not reached by {MOST_TABS} tabs")


def follow(page: Page, selector: str) -> None:
    """Go to a link or button by Tab and press Enter there."""
    tab_to(page, selector)
    page.keyboard.press("Enter")


def test_from_sign_in_to_the_funding_workbook_by_keyboard(
    chromium: Browser, website: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    context = new_context(chromium, website)
    page = context.new_page()
    visit = watched(page, website)

    visit.open("/projects")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("admin")
    page.keyboard.press("Tab")
    page.keyboard.type(ADMIN_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{website.url}/projects")
    page.wait_for_load_state()

    page.keyboard.press("/")
    page.keyboard.type("物流城 南渝")
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(1)
    follow(page, 'tbody a[href="/projects/500106-0005"]')
    expect(page.locator("h1")).to_have_text("物流城南渝中学")

    tab_to(page, 'select[name="stage"]')
    for _ in range(14):
        page.keyboard.press("ArrowUp")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    assert page.input_value('select[name="stage"]') == "topped_out"
    page.keyboard.press("Tab")
    page.keyboard.type("现场核实")
    follow(page, 'form[action$="/stage"] button')
    expect(page.locator(".status-line .step-name")).to_have_text("封顶")

    follow(page, '.site-nav a[href="/maps"]')
    page.locator(".project-map[data-ready=true]").wait_for()
    follow(page, '.map-tabs a[href="/maps/500106"]')
    expect(page).to_have_url(f"{website.url}/maps/500106")
    page.locator(".project-map[data-ready=true]").wait_for()
    tab_to(page, '.leaflet-marker-icon[aria-label="物流城南渝中学，封顶"]')
    page.keyboard.press("Enter")
    expect(page.locator(".map-card")).to_contain_text("封顶")
    page.keyboard.press("Escape")

    page.keyboard.press("Home")
    page.locator("body").press("Control+Home")
    page.evaluate("document.activeElement.blur()")
    follow(page, '.site-nav a[href="/money"]')
    expect(page.locator("h1")).to_contain_text("资金")
    with page.expect_download() as waiting:
        follow(page, 'a[href^="/downloads/funding.xlsx"]')
    file = tmp_path_factory.mktemp("downloads") / "funding.xlsx"
    waiting.value.save_as(file)

    assert [sheet.title for sheet in openpyxl.load_workbook(file).worksheets] == ["资金来源与年度", "按项目"]
    assert visit.wrong() == []
    context.close()


def test_a_wall_display_reads_its_figures_anew(visit: Visit) -> None:
    visit.page.clock.install()
    visit.open("/?wall=1")
    with visit.page.expect_navigation() as anew:
        visit.page.clock.fast_forward(301_000)
    assert anew.value.url.endswith("/?wall=1")


def test_a_long_filter_is_folded_on_a_phone_and_opens(chromium: Browser, website: Site) -> None:
    context = new_context(chromium, website, width=390)
    context.add_cookies([{"name": "portfolio_session", "value": website.token, "url": website.url}])
    visit = watched(context.new_page(), website)
    page = visit.open("/projects")
    stage, fold = page.locator("#filter-stage"), page.get_by_role("button", name="筛选条件")

    expect(stage).to_be_hidden()
    fold.click()
    expect(stage).to_be_visible()
    expect(fold).to_have_attribute("aria-expanded", "true")
    assert visit.wrong() == []
    context.close()
