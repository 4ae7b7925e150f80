"""Measure the map page in Chromium beside the three ways in which folium draws many markers."""

from __future__ import annotations

import contextlib
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import folium
import waitress
from flask import Flask
from folium.plugins import FastMarkerCluster, MarkerCluster
from offlinefolium.elements import _res
from playwright.sync_api import Browser, Page, Route, sync_playwright
from sqlalchemy import select

from geo.assets import LEAFLET_CSS, LEAFLET_JS, read_asset
from portfolio.cli.serve import THREADS
from portfolio.services import users
from portfolio.store.engine import open_session
from portfolio.store.models import Project
from portfolio.store.queries import users as user_queries

REPEATS = 3
PATH = "/maps/all"
PATIENCE_MS = 120_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# A new window keeps Chromium itself busy for a while; whoever opens a map has his open.
SETTLE_MS = 1_500
# The first click is answered when a popup or a card opens, or the map starts to zoom into a cluster.
CLICK = """window.firstClick = new Promise((done) => {
  const step = () => {
    const map = document.querySelector(".leaflet-container");
    const target = map && map.querySelector(".leaflet-marker-icon:not(.name-holder)");
    const isReady = target && (map.dataset.ready !== undefined || !map.classList.contains("project-map"));
    if (!isReady) { setTimeout(step, 5); return; }
    const inner = target.querySelector(".pin, .cluster, .stack") || target;
    const pane = map.querySelector(".leaflet-map-pane");
    const seen = new MutationObserver(() => { seen.disconnect(); done(performance.now()); });
    seen.observe(pane, { childList: true, subtree: true, attributes: true });
    inner.dispatchEvent(new MouseEvent("click", { bubbles: true, view: window }));
  };
  step();
})"""

Draw = Callable[[Sequence[Any]], folium.Map]


@dataclass(frozen=True)
class Visit:
    """One opening of a map: milliseconds until it answers a click, and bytes that came over the wire."""

    click_ms: float
    size: int


def _loop(places: Sequence[Any]) -> folium.Map:
    shell = folium.Map([30.2, 107.4], zoom_start=8, tiles=None, maxZoom=18)
    for lat, lon, code in places:
        folium.Marker([lat, lon], popup=code).add_to(shell)
    return shell


def _cluster(places: Sequence[Any]) -> folium.Map:
    shell = folium.Map([30.2, 107.4], zoom_start=8, tiles=None, maxZoom=18)
    group = MarkerCluster().add_to(shell)
    for lat, lon, code in places:
        folium.Marker([lat, lon], popup=code).add_to(group)
    return shell


def _fast(places: Sequence[Any]) -> folium.Map:
    shell = folium.Map([30.2, 107.4], zoom_start=8, tiles=None, maxZoom=18)
    FastMarkerCluster([[lat, lon] for lat, lon, _ in places]).add_to(shell)
    return shell


BARE: tuple[tuple[str, Draw, int], ...] = (
    ("folium Marker loop", _loop, 1_000),
    ("folium MarkerCluster", _cluster, 10_000),
    ("folium FastMarkerCluster", _fast, 100_000),
)


def measure_maps(app: Flask, projects: int, folder: Path) -> None:
    """Print how fast the map is at this size, ours and folium's own; what takes minutes is left out."""
    with _served(app) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        _compare(browser, app, address, folder, projects)
        browser.close()


@contextlib.contextmanager
def _served(app: Flask) -> Iterator[str]:
    """Serve the application as ``portfolio serve`` does."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join()


def _compare(browser: Browser, app: Flask, address: str, folder: Path, projects: int) -> None:
    """Open our map as often before the others as after them, so that a busy minute of the machine meets both."""
    first = [_ours(browser, app, address) for _ in range(REPEATS + 1)][1:]
    places, others = _places(app), {}
    for name, draw, most in BARE:
        if projects <= most:
            others[name] = _measure_bare(browser, (name, draw), places, folder)
    visits = first + [_ours(browser, app, address) for _ in range(REPEATS)]
    ours = _show("our map", projects, visits, _points_ms(app), is_served=True)
    for name, whole in others.items():
        print(f"{'':<26} {'':>8} {name} takes {whole / ours:.1f} x as long as our map", flush=True)


def _token(app: Flask) -> str:
    with open_session(app.extensions["portfolio_engine"], write=True) as session:
        token = users._open_session(session, user_queries.get_user(session, "admin"))
        session.commit()
    return token


def _points_ms(app: Flask) -> float:
    """Return the server's median time for the points of the whole map."""
    client = app.test_client()
    client.set_cookie("portfolio_session", _token(app))
    times = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        assert client.get(f"{PATH}/points.json?bbox=105,28,110,32&zoom=8.5").status_code == 200
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


def _ours(browser: Browser, app: Flask, address: str) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    cookie: Any = {"name": "portfolio_session", "value": _token(app), "url": address}
    context.add_cookies([cookie])
    try:
        return _visit(context.new_page(), address + PATH)
    finally:
        context.close()


def _visit(page: Page, address: str) -> Visit:
    size = [0]
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: size.__setitem__(0, size[0] + int(event["encodedDataLength"])))
    page.add_init_script(CLICK)
    page.wait_for_timeout(SETTLE_MS)
    page.goto(address, wait_until="commit", timeout=PATIENCE_MS)
    return Visit(page.evaluate("window.firstClick"), size[0])


def _places(app: Flask) -> Sequence[Any]:
    with open_session(app.extensions["portfolio_engine"], write=False) as session:
        statement = select(Project.lat, Project.lon, Project.code).where(Project.lon.is_not(None))
        return [tuple(row) for row in session.execute(statement)]


def _measure_bare(browser: Browser, way: tuple[str, Draw], places: Sequence[Any], folder: Path) -> float:
    name, draw = way
    start = time.perf_counter()
    path = folder / "bare.html"
    path.write_text(draw(places).get_root().render(), encoding="utf-8")
    made_ms = (time.perf_counter() - start) * 1000
    visits = [_bare(browser, path) for _ in range(REPEATS)]
    sized = [Visit(one.click_ms, path.stat().st_size) for one in visits]
    return _show(name, len(places), sized, made_ms, is_served=False)


def _bare(browser: Browser, path: Path) -> Visit:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.route(re.compile("^https://"), _offline)
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        return _visit(page, path.as_uri())
    finally:
        context.close()


def _offline(route: Route) -> None:
    """Answer what folium asks of the internet out of installed packages; the rest stays unanswered."""
    url = route.request.url
    if url in (LEAFLET_JS, LEAFLET_CSS):
        asset = read_asset(url.rsplit("/", 1)[-1])
        route.fulfill(body=asset.body, content_type=asset.content_type)
    elif url in _res:
        route.fulfill(body=_res[url])
    else:
        route.abort()


def _show(what: str, projects: int, visits: Sequence[Visit], made_ms: float, *, is_served: bool) -> float:
    """Print one line and return the time from asking for the map to its first click, the server's included."""
    click = statistics.median(one.click_ms for one in visits)
    size = max(one.size for one in visits) / 1000
    whole = click if is_served else made_ms + click
    figures = f"{made_ms:>12.0f} {size:>12.0f} {click:>12.0f} {whole:>14.0f}"
    print(f"{what:<26} {projects:>8,} {figures}   n = {len(visits)}", flush=True)
    return whole
