"""The public map and its pages in Chromium, signed out: everything works, nothing goes out, nothing hinders anybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from portfolio.services.settings import change_setting
from portfolio.store.queries.map_settings import PUBLIC, REVIEW_NUMBER
from portfolio.web import create_app
from tests.browser.conftest import HOSTILE, MARKS, WIDTHS, Site, Visit, at_rest, new_context, serving, watched
from tests.browser.test_pages import barriers, overflow
from tests.builders import make_project, site, write
from tests.conftest import Databases

pytestmark = MARKS

NUMBER = f"渝S(2026)001号{HOSTILE[2]}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with both districts open to everybody, one of them with a review number."""
    folder = tmp_path_factory.mktemp("opened")
    address = Databases("sqlite", folder, None).new("filled")
    app = create_app(database_url=address, instance=folder / "instance", testing=True)
    with write(app) as session:
        make_project(session, name=HOSTILE[0], district="500106", place=site(106.4, 29.6))
        change_setting(session, PUBLIC, ["500101", "500106"])
        change_setting(session, REVIEW_NUMBER, {"500106": NUMBER})
        session.commit()
    with serving(app) as url:
        yield Site(url, "")
    app.extensions["portfolio_engine"].dispose()


def visitor(chromium: Browser, opened: Site, width: int = 1280) -> Visit:
    return watched(new_context(chromium, opened, width=width).new_page(), opened)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_public_page_works_signed_out(chromium: Browser, opened: Site, width: int) -> None:
    visit = visitor(chromium, opened, width)
    for path in ("/public/500106", "/public/500101", "/public/projects/500101-0008", "/sign-in"):
        page = visit.open(path)
        assert overflow(page) <= 0, path
        assert barriers(page) == [], path
    assert visit.wrong() == []
    page.context.close()


def test_a_pin_opens_its_public_page_and_nothing_else(chromium: Browser, opened: Site) -> None:
    visit = visitor(chromium, opened)
    page = visit.open("/public/500106?focus=500106-0014")
    card = page.locator(".leaflet-popup .map-card")
    expect(card.locator(".map-card-name")).to_have_text(HOSTILE[0])
    expect(card.locator("a")).to_have_count(1)
    at_rest(page)
    card.get_by_role("link").click()

    expect(page).to_have_url(f"{opened.url}/public/projects/500106-0014")
    expect(page.locator("h1")).to_have_text(HOSTILE[0])
    page.get_by_role("link", name="在地图上看").click()
    expect(card.locator(".map-card-name")).to_have_text(HOSTILE[0])
    assert visit.wrong() == []
    page.context.close()


def test_the_boundary_is_drawn_with_its_number_only(chromium: Browser, opened: Site) -> None:
    visit = visitor(chromium, opened)
    page = visit.open("/public/500106")
    expect(page.locator(".district-shape")).to_have_count(1)
    expect(page.locator(".map-foot")).to_contain_text(f"审图号：{NUMBER}")
    visit.open("/public/500101")

    expect(page.locator(".district-shape")).to_have_count(0)
    expect(page.locator(".map-foot")).to_contain_text("没有审图号")
    assert visit.wrong() == []
    page.context.close()


def test_the_public_map_is_filtered_searched_and_coloured(chromium: Browser, opened: Site) -> None:
    visit = visitor(chromium, opened)
    page = visit.open("/public/500101")
    page.get_by_label("颜色表示").select_option("level")
    expect(page.locator(".leaflet-projects-pane .pin[class*=pin--level-]").first).to_be_visible()
    page.get_by_label("在地图上找").fill("江南小学")
    page.get_by_role("option", name="江南小学").click()

    expect(page.locator(".leaflet-popup .map-card-name")).to_have_text("江南小学")
    visit.open("/public/500101?level=higher&q=学院")
    assert page.locator(".map-row").count() > 0
    assert visit.wrong() == []
    page.context.close()
