"""A pack in Chromium: asked for, watched, taken, frozen; without scripts too; without barriers at every width."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import MARKS, WIDTHS, Site, Visit, watched
from tests.browser.test_pages import barriers, overflow

pytestmark = MARKS
SECONDS = 90_000


@pytest.fixture(scope="module")
def made(contexts: Callable[[int], BrowserContext], website: Site) -> Iterator[str]:
    """Address of a pack that was made through the page, its progress watched."""
    page = contexts(1280).new_page()
    visit = watched(page, website)
    visit.open("/packs?district=500101")
    page.get_by_role("button", name="生成报告").click()
    page.wait_for_selector(".file-list", timeout=SECONDS)
    assert visit.wrong() == []
    yield page.url.removeprefix(website.url)
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_pack_is_shown_without_barrier(
    contexts: Callable[[int], BrowserContext], website: Site, made: str, width: int
) -> None:
    page = contexts(width).new_page()
    visit = watched(page, website)
    for path in (made, "/packs"):
        visit.open(path)
        assert overflow(page) <= 0, path
        assert barriers(page) == [], path
    assert visit.wrong() == []
    page.close()


def test_each_file_is_downloaded_and_the_pack_frozen(visit: Visit, made: str) -> None:
    page = visit.open(made)
    for name in ("Excel 数据表", "Word 专报", "汇报幻灯片", "PDF 专报", "CSV 数据", "全部下载（zip）"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.path().stat().st_size > 1000

    page.get_by_role("button", name="定版").click()
    page.get_by_role("dialog").get_by_role("button", name="定版").click()
    page.wait_for_url("**/packs/frozen/*")

    assert "不再更改" in page.locator("main").inner_text()
    assert barriers(page) == []
    assert visit.wrong() == []


def test_without_scripts_the_progress_is_a_link_away(chromium: Browser, website: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "portfolio_session", "value": website.token, "url": website.url}])
    page = context.new_page()
    page.goto(f"{website.url}/packs?district=500106")
    for box in ("xlsx", "docx", "pptx", "pdf"):
        page.locator(f"#{box}").uncheck()
    page.get_by_role("button", name="生成报告").click()
    page.wait_for_load_state()
    until = time.monotonic() + SECONDS / 1000
    while not page.locator(".file-list").count() and time.monotonic() < until:
        page.wait_for_timeout(250)
        with page.expect_navigation():
            page.get_by_role("link", name="刷新进度").click()

    assert page.locator(".file-list").count() == 1
    context.close()
