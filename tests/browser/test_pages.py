"""Every page in Chromium at three widths: nothing fails, nothing goes out, nothing hinders anybody."""

from __future__ import annotations

import io
from collections.abc import Callable

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import MARKS, WIDTHS, Site, new_context, watched

pytestmark = MARKS

PAGES = (
    "/",
    "/projects",
    "/projects?district=500101&level=primary&columns=district,status,light,seats,lead_unit,updated_at&sort=-seats",
    "/projects?q=nothing",
    "/projects/500106-0005",
    "/projects/500106-0014",
    "/projects/500106-0014/place",
    "/places/import",
    "/projects/500101-0009/place?queue=1&district=500101",
    "/projects/500101-0008/edit",
    "/projects/500106-0014/light",
    "/projects/500106-0014/milestones",
    "/timeline",
    "/seats",
    "/?district=500106",
    "/?wall=1",
    "/milestones/template",
    "/projects/new",
    "/projects/500101-0001/money/new",
    "/projects/500101-0001/money/1/reverse",
    "/money",
    "/money/entries?state=received",
    "/money/cashflow?as_of=2025-12-31",
    "/money/readiness",
    "/money/budget",
    "/money/budget/500101/new",
    "/money/kpis",
    "/money/kpis?as_of=2025-12-31&district=500101",
    "/money/starts?as_of=2025-12-31",
    "/money/investment?budget_year=2025",
    "/money/investment/rolling?budget_year=2025",
    "/projects/500101-0001/investment/2025",
    "/money/documents",
    "/money/documents/1",
    "/money/documents/1/split",
    "/money/documents/1/files/new",
    "/money/documents/1/files/2/withdraw",
    "/money/documents/new",
    "/money/sources",
    "/money/sources/city_grant",
    "/money/contracts",
    "/projects/500106-0005/contracts/1",
    "/projects/500106-0005/contracts/1/edit",
    "/projects/500106-0005/contracts/new",
    "/money/estimates",
    "/projects/500106-0005/estimates/design",
    "/projects/500106-0005/estimates/1",
    "/projects/500106-0005/money/new",
    "/projects/500106-0005/money/carry",
    "/commitments?district=500106",
    "/commitments/500106-c06",
    "/commitments/indicators",
    "/facts?district=500106",
    "/maps/500106",
    "/maps/500101",
    "/maps/500106/wall",
    "/maps/feed",
    "/layouts/500106/belts",
    "/layouts/500106/lines3",
    "/layouts/500106/belts/edit",
    "/layouts/500106/lines3/edit",
    "/layouts/500106/towns/upload",
    "/projects/500106-0005/zones/belts",
    "/reports",
    "/reports/new",
    "/reports/500106/2026-10",
    "/reports/500106/2026-10?show=submitted",
    "/reports/500106/2026-10/fill",
    "/projects/500106-0005/reports/2026-10",
    "/projects/500106-0006/reports/2026-10",
    "/packs?district=500101&level=primary",
    "/reports/reminders",
    "/problems?show=all",
    "/projects/500106-0005/problems/new",
    "/projects/500106-0005/problems/1",
    "/users/",
    "/users/new",
    "/users/admin",
    "/settings",
    "/lights",
    "/account/password",
    "/account/tokens",
)
SERIOUS = ("serious", "critical")
A3 = (1191, 842)


def barriers(page: Page) -> list[str]:
    """Return what axe finds serious or critical, with the first element of each."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found if one["impact"] in SERIOUS]


def overflow(page: Page) -> int:
    """Return by how many pixels the page itself scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_without_fault_and_without_barrier(
    contexts: Callable[[int], BrowserContext], website: Site, path: str, width: int
) -> None:
    page = contexts(width).new_page()
    visit = watched(page, website)
    visit.open(path)

    assert visit.wrong() == []
    assert overflow(page) <= 0
    assert barriers(page) == []
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_in_page_has_no_barrier(chromium: Browser, website: Site, width: int) -> None:
    context = new_context(chromium, website, width=width)
    visit = watched(context.new_page(), website)
    visit.open("/sign-in")

    assert visit.wrong() == []
    assert overflow(visit.page) <= 0
    assert barriers(visit.page) == []
    context.close()


def test_dark_pages_have_no_barrier_either(chromium: Browser, website: Site) -> None:
    context = new_context(chromium, website)
    context.add_cookies([{"name": "portfolio_session", "value": website.token, "url": website.url}])
    page = context.new_page()
    page.emulate_media(color_scheme="dark")
    visit = watched(page, website)
    for path in ("/projects", "/projects/500106-0005", "/projects/500106-0005/place", "/maps/500106", "/money"):
        visit.open(path)
        assert barriers(page) == [], path
    assert visit.wrong() == []
    context.close()


@pytest.mark.parametrize("path", ["/", "/?district=500106", "/?wall=1"])
def test_the_overview_prints_on_one_sheet_of_a3(
    contexts: Callable[[int], BrowserContext], website: Site, path: str
) -> None:
    page = contexts(1280).new_page()
    watched(page, website).open(path)
    sheets = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages

    assert [(round(one.mediabox.width), round(one.mediabox.height)) for one in sheets] == [A3]
    page.close()
