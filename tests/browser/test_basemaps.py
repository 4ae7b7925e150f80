"""Base maps: everything drawn lies where the base has it, offline too, and one that fails disturbs nobody."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, abort
from playwright.sync_api import Browser, Page, expect

from geo.crs import distance_m, from_wgs84
from portfolio.domain.terms import Datum
from portfolio.services import users
from portfolio.services.map_settings import BaseDraft, add_base
from portfolio.store.queries import users as user_queries
from portfolio.web import create_app
from tests.browser.conftest import HOSTILE, MARKS, WIDTHS, Site, Visit, at_rest, new_context, serving, watched
from tests.browser.test_pages import barriers, overflow
from tests.builders import make_project, site, write
from tests.conftest import Databases
from tests.tiles import SHAPINGBA_BOX, picture, squares_of, world_pixel, write_mbtiles, write_pmtiles

pytestmark = MARKS

PLACE = (106.4, 29.6)
SIDE = 0.0004
SITE = [[PLACE[0] - SIDE, PLACE[1] - SIDE], [PLACE[0] + SIDE, PLACE[1] + SIDE]]
NEAR = (PLACE[0] - 0.01, PLACE[1] - 0.01, PLACE[0] + 0.01, PLACE[1] + 0.01)
PHOTO, SHIFTED, ONLINE, BROKEN, LATE = (f"own-{number}" for number in range(1, 6))
PINS = {
    "": (".pin", 0.5),
    "/place": (".place-pin", 1.0),
}  # how far down in the pin its place is
VIEW = f"/maps/500106?view={PLACE[1]},{PLACE[0]},17"


@dataclass(frozen=True)
class Mapped:
    """The application with base maps, the code of a project to see on them, and the host of the online ones."""

    site: Site
    tiles: str
    code: str


@pytest.fixture(scope="module")
def tile_host() -> Iterator[str]:
    """Address of a host with squares at /good and none at /bad."""
    host = Flask("tiles")

    @host.get("/<kind>/<int:zoom>/<int:column>/<int:row>")
    def square(kind: str, zoom: int, column: int, row: int) -> Response:
        return Response(picture((zoom, column, row)), mimetype="image/png") if kind == "good" else abort(503)

    with serving(host) as url:
        yield url


@pytest.fixture(scope="module")
def mapped(tmp_path_factory: pytest.TempPathFactory, tile_host: str) -> Iterator[Mapped]:
    """The application with a photo, the same by GCJ-02, two online bases, and one that begins at zoom 14."""
    folder = tmp_path_factory.mktemp("mapped")
    address = Databases("sqlite", folder, None).new("filled")
    app = create_app(database_url=address, instance=folder / "instance", testing=True)
    photos = Path(app.instance_path) / "basemaps"
    squares = squares_of(SHAPINGBA_BOX, range(9, 13)) | squares_of(NEAR, range(13, 18))
    write_mbtiles(photos / "photo.mbtiles", squares)
    write_pmtiles(photos / "photo.pmtiles", squares)
    with write(app) as session:
        project = make_project(session, name="对齐小学", district="500106", place=site(*PLACE))
        (west, south), (east, north) = SITE
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        project.site_outline = json.dumps({"type": "Polygon", "coordinates": [ring]})
        code = project.code
        for draft in _drafts(tile_host):
            add_base(session, draft)
        token = users._open_session(session, user_queries.get_user(session, "admin"))
        session.commit()
    with serving(app) as url:
        yield Mapped(Site(url, token), tile_host, code)
    app.extensions["portfolio_engine"].dispose()


def _drafts(tile_host: str) -> list[BaseDraft]:
    cells = "{z}/{x}/{y}"
    zooms: dict[str, Any] = {"first_zoom": 9, "last_zoom": 17}
    return [
        BaseDraft(name="航拍", attribution=HOSTILE[2], datum=Datum.WGS84, file="photo.mbtiles", **zooms),
        BaseDraft(name="航拍（高德）", attribution=HOSTILE[0], datum=Datum.GCJ02, file="photo.pmtiles", **zooms),
        BaseDraft(name=HOSTILE[3], attribution=HOSTILE[1], datum=Datum.WGS84, template=f"{tile_host}/good/{cells}"),
        BaseDraft(name="坏底图", attribution="x", datum=Datum.WGS84, template=f"{tile_host}/bad/{cells}"),
        BaseDraft(name="细图", attribution="x", datum=Datum.WGS84, file="photo.mbtiles", first_zoom=14, last_zoom=17),
    ]  # fmt: skip


def tab(chromium: Browser, mapped: Mapped, width: int = 1280) -> Visit:
    """Return a tab of the administrator that reaches the application and the tile host alone."""
    context = new_context(chromium, mapped.site, width=width)
    context.add_cookies([{"name": "portfolio_session", "value": mapped.site.token, "url": mapped.site.url}])
    page = context.new_page()
    page.route(f"{mapped.tiles}/**", lambda route: route.continue_())
    return watched(page, mapped.site)


@pytest.fixture
def visit(chromium: Browser, mapped: Mapped) -> Iterator[Visit]:
    """Tab of the administrator at 1280 px."""
    made = tab(chromium, mapped)
    yield made
    made.page.context.close()


def chooser(page: Page) -> Any:
    return page.locator(".project-map").get_by_label("底图", exact=True)


def loaded(page: Page) -> Any:
    return page.locator(".leaflet-tile-pane img.leaflet-tile-loaded")


def test_the_browsers_gcj02_is_the_published_one(visit: Visit) -> None:
    numbers = random.Random(20261126)
    near = [(numbers.uniform(105.3, 110.2), numbers.uniform(28.2, 32.2)) for _ in range(30)]
    far = [(numbers.uniform(80, 130), numbers.uniform(20, 45)) for _ in range(30)]
    page = visit.open("/maps/500106")
    there = page.evaluate("(all) => all.map(([lon, lat]) => portfolioGcj02.toGcj02(lon, lat))", near + far)
    back = page.evaluate("(all) => all.map(([lon, lat]) => portfolioGcj02.fromGcj02(lon, lat))", there)

    off = [distance_m(one, from_wgs84(*place, "gcj02")) for place, one in zip(near + far, there, strict=True)]
    returned = [distance_m(place, one) for place, one in zip(near + far, back, strict=True)]
    moved = [distance_m(place, one) for place, one in zip(near, there[:30], strict=True)]
    print(
        f"n = {len(off)} points: at most {max(off) * 1000:.3f} mm off, {max(returned) * 1000:.3f} mm after the way back"
    )
    assert max(off) < 0.01
    assert max(returned) < 0.01
    assert min(moved) > 200


def place_on_base(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return where a point of the screen lies in the world's picture, by the square of the base under it."""
    for square in loaded(page).all():
        box, address = square.bounding_box(), square.get_attribute("src") or ""
        if box and box["x"] <= x < box["x"] + 256 and box["y"] <= y < box["y"] + 256:
            _, column, row = map(int, address.rsplit("/", 3)[-3:])
            return column * 256 + x - box["x"], row * 256 + y - box["y"]
    raise AssertionError(f"no square of the base under {x}, {y}")


def corners(box: Any) -> list[tuple[float, float]]:
    return [(box["x"], box["y"] + box["height"]), (box["x"] + box["width"], box["y"])]


@pytest.mark.parametrize(("base", "datum"), [(PHOTO, "wgs84"), (SHIFTED, "gcj02")])
@pytest.mark.parametrize("when", ["from the address", "chosen later"])
def test_pins_and_shapes_lie_where_the_base_has_them(visit: Visit, base: str, datum: str, when: str) -> None:
    chosen_first = when == "from the address"
    page = visit.open(f"{VIEW}&focus=500106-0014" + (f"&base={base}" if chosen_first else ""))
    page.locator(".site-shape").wait_for(state="attached")
    if not chosen_first:
        chooser(page).select_option(base)
    expect(loaded(page).nth(7)).to_be_attached()
    expect(page.locator(".leaflet-tile-pane img:not(.leaflet-tile-loaded)")).to_have_count(0)
    at_rest(page)
    pin = page.locator(".project-map").get_by_label(re.compile("^对齐小学，")).locator(".pin").bounding_box()
    assert pin
    drawn = [(pin["x"] + pin["width"] / 2, pin["y"] + pin["height"] / 2)]
    drawn += corners(page.evaluate("document.querySelector('.site-shape').getBoundingClientRect().toJSON()"))
    wanted = [world_pixel(*from_wgs84(lon, lat, datum), 17) for lon, lat in (PLACE, *SITE)]
    found = [place_on_base(page, *point) for point in drawn]

    off = [max(abs(a - b) for a, b in zip(*pair, strict=True)) for pair in zip(found, wanted, strict=True)]
    print(f"{datum}, {when}: at most {max(off):.2f} px off, one pixel is 1.04 m")
    assert max(off) < 2  # half a pixel of rounding, and the width of a line


def middle(box: Any) -> tuple[float, float]:
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def settled(page: Page) -> int:
    """Wait until every square of the base is there, and return the zoom that they are of."""
    expect(loaded(page).nth(1)).to_be_attached()
    expect(page.locator(".leaflet-tile-pane img:not(.leaflet-tile-loaded)")).to_have_count(0)
    at_rest(page)
    return int((loaded(page).first.get_attribute("src") or "").rsplit("/", 3)[1])


@pytest.mark.parametrize(("base", "datum"), [(PHOTO, "wgs84"), (SHIFTED, "gcj02")])
@pytest.mark.parametrize("path", PINS)
def test_a_project_lies_where_the_base_has_it_on_its_own_page_and_where_it_is_placed(
    visit: Visit, mapped: Mapped, base: str, datum: str, path: str
) -> None:
    page = visit.open(f"/projects/{mapped.code}{path}?base={base}")
    zoom, (pin, down) = settled(page), PINS[path]
    box = page.locator(f".leaflet-projects-pane {pin}").bounding_box()
    assert box
    drawn = box["x"] + box["width"] / 2, box["y"] + box["height"] * down
    pairs = zip(place_on_base(page, *drawn), world_pixel(*from_wgs84(*PLACE, datum), zoom), strict=True)

    off = max(abs(a - b) for a, b in pairs)
    print(f"{datum}{path}: {off:.2f} px off at zoom {zoom}")
    assert zoom >= 15
    assert off < 2
    assert visit.wrong() == []


def test_a_click_on_a_shifted_base_gives_the_wgs84_place_of_what_it_shows(visit: Visit, mapped: Mapped) -> None:
    page = visit.open(f"/projects/{mapped.code}/place?base={SHIFTED}")
    zoom = settled(page)
    stage = page.locator(".project-map").bounding_box()
    assert stage
    x, y = middle(stage)
    column, row = place_on_base(page, x + 40, y + 40)
    page.mouse.click(x + 40, y + 40)
    expect(page.locator('[name="place_basis"]')).to_have_value("在地图上点选")
    lon, lat = map(float, page.locator('[name="coordinates"]').input_value().split(", "))

    expected = world_pixel(*from_wgs84(lon, lat, "gcj02"), zoom)
    assert max(abs(column - expected[0]), abs(row - expected[1])) < 2
    expect(page.locator('[name="datum"]')).to_have_value("wgs84")


def test_the_small_map_goes_to_the_place_with_a_base_and_back_to_the_district_without(
    visit: Visit, mapped: Mapped
) -> None:
    page = visit.open(f"/projects/{mapped.code}")
    expect(loaded(page)).to_have_count(0)
    chooser(page).select_option(SHIFTED)
    settled(page)

    expect(page.locator(".map-base")).to_contain_text("GCJ-02")
    expect(page).to_have_url(re.compile(f"[?&]base={SHIFTED}"))
    assert barriers(page) == []
    chooser(page).select_option("")
    expect(loaded(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("base="))
    visit.open("/")
    expect(page.locator(".map-base")).to_have_count(0)
    assert visit.wrong() == []


def test_the_small_map_shows_the_site_near_by_and_moves_by_hand(visit: Visit, mapped: Mapped) -> None:
    page = visit.open(f"/projects/{mapped.code}")
    stage, site_shape, pin = (page.locator(one) for one in (".project-map", ".site-shape", PINS[""][0]))
    expect(site_shape).to_have_count(1)
    page.get_by_role("button", name="项目周边").click()
    at_rest(page)
    near, before = site_shape.bounding_box(), pin.bounding_box()
    assert near and before
    assert near["width"] > 40

    x, y = middle(stage.bounding_box())
    page.mouse.move(x + 60, y + 60)
    page.mouse.down()
    page.mouse.move(x + 20, y + 40, steps=5)
    page.mouse.up()
    at_rest(page)
    after = pin.bounding_box()
    assert after
    assert before["x"] - after["x"] > 39  # and a little further, as things that are let go do
    assert before["y"] - after["y"] > 19
    page.get_by_role("button", name="全区").click()
    at_rest(page)
    far = site_shape.bounding_box()
    assert far
    assert far["width"] < 10
    assert visit.wrong() == []


def test_a_base_is_chosen_by_keyboard_and_stays_in_the_address(visit: Visit) -> None:
    page = visit.open("/maps/500106")
    chooser(page).focus()
    page.keyboard.press("ArrowDown")

    expect(chooser(page)).to_have_value(PHOTO)
    expect(page).to_have_url(re.compile(f"[?&]base={PHOTO}"))
    expect(loaded(page).first).to_be_attached()
    visit.open(re.sub("^https?://[^/]+", "", page.url))
    expect(chooser(page)).to_have_value(PHOTO)
    expect(loaded(page).first).to_be_attached()
    chooser(page).select_option("")
    expect(loaded(page)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("base="))
    assert visit.wrong() == []


def test_the_view_stays_wgs84_whatever_the_base(visit: Visit) -> None:
    page = visit.open(f"{VIEW}&base={SHIFTED}")
    page.locator(".project-map").focus()
    for key in ("ArrowLeft", "ArrowRight"):
        before = page.url
        page.keyboard.press(key)
        page.wait_for_function("(url) => location.href !== url", arg=before)
    lat, lon, _ = re.search(r"view=([^&]+)", page.url).group(1).replace("%2C", ",").split(",")  # type: ignore[union-attr]

    assert distance_m((float(lon), float(lat)), PLACE) < 3


def test_a_shifted_base_says_so_and_its_source_is_text(visit: Visit) -> None:
    page = visit.open(f"{VIEW}&base={SHIFTED}")

    expect(page.locator(".map-base")).to_contain_text("GCJ-02")
    expect(page.locator(".leaflet-control-attribution")).to_contain_text(HOSTILE[0])
    chooser(page).select_option(PHOTO)
    expect(page.locator(".map-base")).not_to_contain_text("GCJ-02")
    expect(page.locator(".leaflet-control-attribution")).to_contain_text(HOSTILE[2])
    expect(page.locator(".leaflet-control-attribution")).not_to_contain_text(HOSTILE[0])
    assert visit.wrong() == []


def test_an_online_base_comes_from_its_host_alone_and_its_name_is_text(visit: Visit, mapped: Mapped) -> None:
    page = visit.open(f"{VIEW}&base={ONLINE}")
    expect(loaded(page).nth(7)).to_be_attached()

    expect(chooser(page).locator("option:checked")).to_have_text(HOSTILE[3])
    expect(page.locator(".leaflet-control-attribution")).to_contain_text(HOSTILE[1])
    assert {fault.split("/good/")[0] for fault in visit.wrong()} == {f"outside: {mapped.tiles}"}


def test_a_base_that_fails_says_so_once_and_the_map_stays_usable(visit: Visit) -> None:
    page = visit.open(f"{VIEW}&base={BROKEN}")
    note = page.locator(".map-base [role=status]")

    expect(note).to_have_text("底图读不到，请检查网络或换一个底图；项目和区界不受影响。")
    at_rest(page)
    page.locator(".project-map").get_by_label(re.compile("^对齐小学，")).locator(".pin").click()
    expect(page.locator(".leaflet-popup .map-card-name")).to_have_text("对齐小学")
    chooser(page).select_option(PHOTO)
    expect(note).to_have_text("")
    expect(loaded(page).first).to_be_attached()


def test_a_host_that_the_policy_does_not_name_gets_no_request(visit: Visit) -> None:
    page = visit.open("/maps/500106")
    page.evaluate(
        "() => { const one = new Image(); one.src = 'http://elsewhere.example/x.png'; document.body.append(one); }"
    )
    page.wait_for_timeout(300)

    assert "img-src" in visit.wrong()
    assert "failed: csp: http://elsewhere.example/x.png" in visit.faults


def test_a_base_that_begins_closer_says_to_zoom_in(visit: Visit) -> None:
    page = visit.open(f"/maps/500106?base={LATE}")

    expect(page.locator(".map-base")).to_contain_text("放大后显示底图")
    assert loaded(page).count() == 0
    visit.open(f"{VIEW}&base={LATE}")
    expect(loaded(page).first).to_be_attached()
    expect(page.locator(".map-base")).not_to_contain_text("放大后显示底图")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_photo_of_this_machine_works_without_any_other_host(chromium: Browser, mapped: Mapped, width: int) -> None:
    visit = tab(chromium, mapped, width)
    page = visit.open(f"/maps/500106?base={SHIFTED}")
    expect(loaded(page).first).to_be_attached()
    page.locator(".leaflet-projects-pane .stack").click()
    expect(page.locator(".leaflet-popup .map-card")).to_be_visible()
    # a card that is still fading in has too little contrast
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")

    assert visit.wrong() == []
    assert overflow(page) <= 0
    assert barriers(page) == []
    page.context.close()
