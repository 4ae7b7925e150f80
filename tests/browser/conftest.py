"""Chromium on a real server: every other host is out of reach, everything that goes wrong on a page is written down."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from portfolio.domain.drafts import LedgerDraft
from portfolio.domain.milestones import DelayReason, MilestoneDraft
from portfolio.domain.terms import EstimateKind, MoneyState, Source, Stage
from portfolio.services import ledger, milestones, users
from portfolio.services.attachments import attach_files
from portfolio.services.files import keep_file
from portfolio.services.photos import add_photo
from portfolio.store.queries import users as user_queries
from portfolio.store.queries.projects import get_project
from portfolio.store.queries.reports import list_reports
from portfolio.web import create_app
from tests.builders import (
    make_contract,
    make_document,
    make_entry,
    make_estimate,
    make_project,
    site,
    split,
    write,
)
from tests.conftest import Databases
from tests.report_builders import a_picture, hand_in, make_problem, make_round, report_of

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
WIDTHS = (390, 1280, 1920)
PATIENCE = 20_000  # milliseconds: what a page may take on a machine that does other work
# Flask-Compress leaves the files it has read to the garbage collector; nothing else is passed over.
MARKS = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")]
HOSTILE = (
    "{{7*191}}",
    "${alert(1)}",
    "<img src=x onerror=alert(1)>",
    "`</script><script>alert(1)</script>",
    "C:\\2019",
)
WATCH = """
window.canary = 0; window.violations = [];
window.alert = () => { window.canary += 1; };
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
STANDS_STILL = """() => new Promise((resolve) => {
  let seen = null, since = performance.now();
  const look = () => {
    const parts = document.querySelectorAll(".leaflet-map-pane, .leaflet-marker-icon, .leaflet-popup");
    const places = Array.from(parts, (part) => Object.values(part.getBoundingClientRect().toJSON()).join()).join(";");
    const moves = document.querySelector(".leaflet-pan-anim, .leaflet-zoom-anim");
    if (moves || places !== seen) [seen, since] = [places, performance.now()];
    if (performance.now() - since > 300) resolve(); else requestAnimationFrame(look);
  };
  look();
})"""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium; without it the tests are skipped, or fail where PORTFOLIO_REQUIRE_BROWSER=1."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        if os.environ.get("PORTFOLIO_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is missing and PORTFOLIO_REQUIRE_BROWSER=1")
        pytest.skip("Chromium is not installed: the tests in the browser are left out")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Site:
    """The running application: its address and a session of the administrator."""

    url: str
    token: str


@pytest.fixture(scope="session")
def website(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The website that tests share which leave it as they found it, or mind only what is theirs."""
    with furnished(tmp_path_factory.mktemp("website")) as site:
        yield site


@contextmanager
def furnished(folder: Path) -> Iterator[Site]:
    """Serve the application with made-up figures and hostile names from a SQLite file of its own."""
    app = create_app(
        database_url=Databases("sqlite", folder, None).new("filled"), instance=folder / "instance", testing=True
    )
    with write(app) as session:
        for number, text in enumerate(HOSTILE):
            place = site(106.40 + number / 200, 29.60)
            project = make_project(session, name=text, remark=text, owner=text, district="500106", place=place)
            make_entry(session, project, document_no=text, note=text)
        _report(session)
        _furnish_ledger(session)
        _plan_openings(session)
        token = users._open_session(session, user_queries.get_user(session, "admin"))
        session.commit()
    with serving(app) as url:
        yield Site(url, token)
    app.extensions["portfolio_engine"].dispose()


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:
    """Serve an application on a port of its own and hand over its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def at_rest(page: Page) -> None:
    """Wait until nothing on the map has moved for a while: a click on what still moves falls beside it."""
    page.evaluate(STANDS_STILL)


def _report(session: Session) -> None:
    """Open two months of reports in both districts: September is handed in, October is to be written."""
    for district in ("500101", "500106"):
        for report in list_reports(session, make_round(session, "2026-09", district=district)):
            hand_in(session, report, progress="主体施工", percent="30", work_done_fen=12_000_000)
        make_round(session, district=district)
    told = report_of(session, "500106-0005")
    add_photo(session, told, a_picture(), caption=HOSTILE[2])
    hand_in(session, told, progress=HOSTILE[0], problems=HOSTILE[2])
    make_problem(session, told.project, what=HOSTILE[2], owner=HOSTILE[0])


def _plan_openings(session: Session) -> None:
    """Let two schools open for a September term, one of them later than planned."""
    for code, later in (("500101-0008", None), ("500106-0006", dt.date(2031, 2, 1))):
        day = dt.date(2030, 8, 20)
        draft = MilestoneDraft(stage=Stage.IN_USE, planned_on=day, forecast_on=later, delay_reason=DelayReason.FUNDS)
        milestones.save_milestones(session, get_project(session, code), [draft], seen="")


def _furnish_ledger(session: Session) -> None:
    """Give one project a document, a contract that was paid under, and estimates that overrun."""
    project, text = get_project(session, "500106-0005"), HOSTILE[2]
    for year in (2025, 2026):
        make_entry(session, project, wan=1, source=Source.CITY_GRANT, year=year, document_no=text, note=text)
    document = make_document(session, wan=5, district="500106", number=text, issuer=text)
    attach_files(session, document, [keep_file(session, text, "application/pdf", b"%PDF-")])
    split(session, document, (project, 3))
    contract = make_contract(session, project, wan=2, number=text, name=text, party=text)
    draft = LedgerDraft(source=document.source, state=MoneyState.PAID, year=2025, amount_fen=1_000_000)
    ledger.add_entry(session, project, draft, contract=contract)
    attach_files(session, contract, [keep_file(session, text, "application/pdf", b"%PDF-")])
    for kind, wan in ((EstimateKind.FEASIBILITY, 5), (EstimateKind.DESIGN, 6), (EstimateKind.DESIGN, 7)):
        estimate = make_estimate(session, project, kind, wan=wan, approval_no=text, issuer=text)
        attach_files(session, estimate, [keep_file(session, text, "application/pdf", b"%PDF-")])


@dataclass
class Visit:
    """One tab and everything that went wrong in it."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page and wait until it is complete, its map drawn."""
        self.page.goto(self.url + path, wait_until="load")
        for node in self.page.locator(".project-map").all():
            node.and_(self.page.locator("[data-ready=true]")).wait_for(timeout=PATIENCE)
        return self.page

    def wrong(self) -> list[str]:
        """Return everything that went wrong so far: requests, messages, violations, alerts."""
        seen = self.page.evaluate("({canary: window.canary, violations: window.violations})")
        return [*self.faults, *seen["violations"], *(["alert was called"] if seen["canary"] else [])]


@pytest.fixture(scope="session")
def contexts(chromium: Browser, website: Site) -> Iterator[Callable[[int], BrowserContext]]:
    """Return the signed-in browser profile of a width."""
    made: dict[int, BrowserContext] = {}

    def of_width(width: int) -> BrowserContext:
        if width not in made:
            made[width] = new_context(chromium, website, width=width)
            cookie: Any = {"name": "portfolio_session", "value": website.token, "url": website.url}
            made[width].add_cookies([cookie])
        return made[width]

    yield of_width
    for context in made.values():
        context.close()


def new_context(chromium: Browser, website: Site, *, width: int = 1280) -> BrowserContext:
    """Return a fresh browser profile that reaches the website alone."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", reduced_motion="reduce", accept_downloads=True
    )
    context.add_init_script(WATCH)

    context.route(re.compile(f"^(?!{website.url}/)https?://"), _block)
    return context


def _block(route: Route) -> None:
    route.abort("blockedbyclient")


def watched(page: Page, website: Site) -> Visit:
    """Return a tab whose faults are written down."""
    visit = Visit(page, website.url)
    page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
    page.on("console", lambda message: _note_message(visit, message.type, message.text))
    page.on("requestfailed", lambda request: _note_failure(visit, request.url, request.failure))
    page.on("response", lambda answer: visit.faults.append(f"{answer.status}: {answer.url}") if _bad(answer) else None)
    page.on("request", lambda request: _note_request(visit, request.url))
    return visit


def _bad(answer: Any) -> bool:
    return bool(answer.status >= 400)


def _note_message(visit: Visit, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        visit.faults.append(f"console: {text}")


def _note_failure(visit: Visit, url: str, why: str | None) -> None:
    """Note a failed request; one that the browser gave up, for a download or the next page, has not failed."""
    if why != "net::ERR_ABORTED":
        visit.faults.append(f"failed: {why}: {url}")


def _note_request(visit: Visit, url: str) -> None:
    if not url.startswith((f"{visit.url}/", "data:", "blob:")):
        visit.faults.append(f"outside: {url}")


@pytest.fixture
def visit(contexts: Callable[[int], BrowserContext], website: Site) -> Iterator[Visit]:
    """Tab of the administrator at 1280 px."""
    page = contexts(1280).new_page()
    yield watched(page, website)
    page.close()
