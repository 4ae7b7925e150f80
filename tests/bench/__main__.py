"""Measure pages and files against the least that could be done; ``make bench``."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook

from portfolio.domain.clock import today
from portfolio.domain.terms import MoneyState
from portfolio.reports.funding import read_funding, read_matrix
from portfolio.reports.overview import read_overview
from portfolio.store.engine import open_session
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import create_app
from tests.bench import data, overview, plain, zones
from tests.bench.maps import measure_maps
from tests.bench.milestones import add_milestones
from tests.bench.reports import measure_grid
from tests.web.pages import sign_in

REPEATS = 9
EXPORT_SIZE = 10_000
FUNDING_SIZE = 34_000  # projects with 103,122 entries
ZONES_SIZE = 100_000
MAP_SIZES = (100, 1_000, 10_000, 100_000)
REGISTER = "/projects?district=500101&level=primary&sort=-total_investment_fen"
SEARCHED = "幼儿园0"
SEARCH = f"/projects?q={SEARCHED}"
SUMMARY = "/money"
DOWNLOAD = "/downloads/register.xlsx"


@dataclass(frozen=True)
class Office:
    """A signed-in client and a bare cursor on the same database."""

    client: FlaskClient
    cursor: Any

    def get(self, path: str) -> bytes:
        """Fetch a page and insist that it is one."""
        response = self.client.get(path)
        assert response.status_code == 200, (path, response.status)
        return response.data


@contextlib.contextmanager
def opened(folder: Path, projects: int) -> Iterator[Office]:
    """Build a database of that many projects and open it both ways."""
    app = create_app(database_url=data.build(folder, projects), instance=folder, testing=True)
    engine = app.extensions["portfolio_engine"]
    client = app.test_client()
    sign_in(client, "admin", data.PASSWORD)
    bare = engine.raw_connection()
    yield Office(client, bare.cursor())
    bare.close()
    engine.dispose()


def median_ms(work: Callable[[], object]) -> float:
    """Return the median time of nine runs in milliseconds, after one run that does not count."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def show(what: str, projects: int, ours: float, bare: float) -> None:
    """Print one line of the table."""
    print(f"{what:<44} {projects:>8,} {ours:>10.1f} {bare:>10.1f} {ours / bare:>8.2f}", flush=True)


def measure_pages(office: Office, projects: int) -> None:
    """Compare register, search and summary with plain SQL."""
    chosen = (plain.FILTER, ("500101", "primary"), "p.total_investment_fen DESC NULLS LAST")
    register = median_ms(lambda: office.get(REGISTER))
    show(
        "register page : rows, count, totals", projects, register, median_ms(lambda: plain.page(office.cursor, *chosen))
    )
    show("register page : rows alone", projects, register, median_ms(lambda: plain.rows(office.cursor, *chosen)))
    summary = median_ms(lambda: office.get(SUMMARY))
    show("funding summary page : plain SQL", projects, summary, median_ms(lambda: plain.summary(office.cursor)))
    wanted = (plain.SEARCH, (SEARCHED,))
    search = median_ms(lambda: office.get(SEARCH))
    show("search page : rows, count, totals", projects, search, median_ms(lambda: plain.page(office.cursor, *wanted)))


def measure_export(office: Office, projects: int) -> None:
    """Compare the workbook of all rows with the same cells written by bare XlsxWriter."""
    sheet = load_workbook(io.BytesIO(office.get(DOWNLOAD)), read_only=True).worksheets[0]
    cells = [[_plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    bare = median_ms(lambda: plain.workbook(cells))
    show("register.xlsx, all rows : bare XlsxWriter", projects, median_ms(lambda: office.get(DOWNLOAD)), bare)
    tracemalloc.start()
    office.get(DOWNLOAD)
    print(f"{'register.xlsx, peak of memory, MB':<44} {projects:>8,} {tracemalloc.get_traced_memory()[1] / 1e6:>10.1f}")
    tracemalloc.stop()


def measure_funding() -> None:
    """Compare the summary by source and year over 100,000 entries with plain SQL, as a table and as the whole page."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), FUNDING_SIZE) as office:
        engine = office.client.application.extensions["portfolio_engine"]
        bare = median_ms(lambda: plain.summary(office.cursor))
        with open_session(engine, write=False) as session:
            table = median_ms(lambda: read_funding(session, ProjectFilter()).summary())
            matrix = median_ms(lambda: read_matrix(session, ProjectFilter(), MoneyState.RECEIVED))
        entries = office.cursor.execute("SELECT count(*) FROM ledger_entry").fetchone()[0]
        print(f"money of {entries:,} entries : plain SQL, milliseconds, ours, bare, ratio")
        show("funding summary : source, year, state", FUNDING_SIZE, table, bare)
        show("funding matrix : one state", FUNDING_SIZE, matrix, bare)
        show("funding page : charts, matrix, summary", FUNDING_SIZE, median_ms(lambda: office.get(SUMMARY)), bare)


def measure_overview() -> None:
    """Compare the overview over 10,000 projects and two years of reports with plain SQL."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), EXPORT_SIZE) as office:
        engine = office.client.application.extensions["portfolio_engine"]
        reports = overview.add_reports(engine)
        bare = median_ms(lambda: overview.plain_overview(office.cursor))
        with open_session(engine, write=False) as session:
            figures = median_ms(lambda: read_overview(session, ProjectFilter(), today()))
        print(f"overview with {reports:,} monthly reports : plain SQL, milliseconds, ours, bare, ratio")
        show("overview : all figures anew", EXPORT_SIZE, figures, bare)
        show("overview page : figures kept until a change", EXPORT_SIZE, median_ms(lambda: office.get("/")), bare)


def measure_zones() -> None:
    """Compare zone tables, years, seats and the placing queue over 100,000 projects with plain SQL."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), ZONES_SIZE) as office:
        engine = office.client.application.extensions["portfolio_engine"]
        print(f"{add_milestones(engine):,} milestones, zones and queue : plain SQL, milliseconds, ours, bare, ratio")
        for what, ours, bare in zones.pairs(engine, office.cursor):
            show(what, ZONES_SIZE, median_ms(ours), median_ms(bare))


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float) else str(value)


def measure_all_maps() -> None:
    """Measure the map at every size beside folium's own ways."""
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(
        "whole: from asking for the map until it answers a click; folium's page is made first, ours while it is loaded"
    )
    head = f"{'server, ms':>12} {'bytes, kB':>12} {'click, ms':>12} {'whole, ms':>14}"
    print(f"{'map':<26} {'projects':>8} {head}")
    for size in MAP_SIZES:
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(database_url=data.build(Path(folder), size), instance=Path(folder), testing=True)
            measure_maps(app, size, Path(folder))
            app.extensions["portfolio_engine"].dispose()


def main() -> None:
    """Measure everything at every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="numbers of projects, multiples of 1,000")
    parser.add_argument("--maps", action="store_true", help="the maps alone")
    parser.add_argument("--funding", action="store_true", help="the summary of money alone")
    parser.add_argument("--overview", action="store_true", help="the overview alone")
    parser.add_argument("--zones", action="store_true", help="zones, years, seats and the placing queue alone")
    asked = parser.parse_args()
    alone = asked.maps or asked.funding or asked.overview or asked.zones
    if not alone:
        measure_register([int(size) for size in asked.sizes.split(",")])
    if asked.funding or not alone:
        measure_funding()
    if asked.overview or not alone:
        measure_overview()
    if asked.zones or not alone:
        measure_zones()
    if asked.maps or not alone:
        measure_all_maps()


def measure_register(sizes: list[int]) -> None:
    """Measure pages and files."""
    print(f"median of n = {REPEATS} runs, milliseconds")
    print(f"{'what : compared with':<44} {'projects':>8} {'ours':>10} {'bare':>10} {'ratio':>8}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder), size) as office:
            measure_pages(office, size)
            if size == EXPORT_SIZE:
                measure_export(office, size)
            show(
                "grid of reports, 30 rows saved : 30 updates",
                size,
                *measure_grid(office.client),
            )


if __name__ == "__main__":
    main()
