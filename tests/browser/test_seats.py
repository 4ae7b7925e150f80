"""Seats by September term in a browser: every figure of the first term opens projects that add up to it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import MARKS, Site, Visit, watched

pytestmark = MARKS


def test_the_figures_of_a_term_open_projects_that_add_up_to_them(visit: Visit) -> None:
    page = visit.open("/seats")
    expect(page.get_by_role("table")).to_have_count(3)
    row = page.get_by_role("row", name=re.compile("^2030 ")).first
    figures = [link.inner_text() for link in row.get_by_role("link").all()]
    assert len(figures) > 3
    for number, figure in enumerate(figures[:-1]):
        visit.open("/seats")
        row.get_by_role("link").nth(number).click()
        expect(page).to_have_url(re.compile(r"/projects\?.*(term|planned_term)=2030"))
        expect(page.locator("tfoot td", has_text=re.compile(f"^{re.escape(figure)}$"))).to_have_count(1)
    assert visit.wrong() == []


def test_a_phone_lists_no_zeros_and_every_other_figure_of_the_page(
    contexts: Callable[[int], BrowserContext], website: Site
) -> None:
    figures = {}
    for width in (1280, 390):
        page = contexts(width).new_page()
        watched(page, website).open("/seats")
        cells = [cell for cell in page.locator(".data td.num").all() if cell.is_visible()]
        figures[width] = [cell.inner_text() for cell in cells]
        page.close()

    assert "0" in figures[1280]
    assert figures[390] == [figure for figure in figures[1280] if figure != "0"]
