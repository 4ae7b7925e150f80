"""Seats by September term in a browser: every figure of the first term opens projects that add up to it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import MARKS, Visit

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
