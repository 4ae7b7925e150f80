"""Small builders of leadership packs."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.domain.packs import PackKind
from portfolio.exchange.pack.files import PackExtras, file_name, write_file
from portfolio.reports.pack import PackOrder, build_pack
from portfolio.reports.pack_table import PackTable, to_json
from portfolio.reports.pack_words import scope_key, scope_words
from portfolio.services import packs as service
from portfolio.store.models import PackJob
from portfolio.store.queries.projects import ProjectFilter
from tests.builders import WANZHOU
from tests.web.pages import submit

DAY = dt.date(2026, 3, 31)
MADE_AT = dt.datetime(2026, 4, 1, 1, 2, tzinfo=dt.UTC)
QUICK = (PackKind.CSV,)


def order(**values: Any) -> PackOrder:
    """Return an order of all projects of Wanzhou, changed by ``values``."""
    chosen = values.pop("chosen", ProjectFilter(district=WANZHOU))
    usual: dict[str, Any] = {
        "chosen": chosen,
        "as_of": DAY,
        "scope": scope_words(chosen, "万州区" if chosen.district == WANZHOU else "沙坪坝区"),
        "query": f"district={chosen.district}",
        "made_by": "王规划",
        "made_at": MADE_AT,
    }
    return PackOrder(**(usual | values))


def make_pack(session: Session, **values: Any) -> PackTable:
    """Return a pack of all projects of Wanzhou on DAY, changed by ``values``."""
    return build_pack(session, order(**values))


def make_job(session: Session, chosen: ProjectFilter, *, as_of: dt.date = DAY) -> PackJob:
    """Ask for a pack and make its CSV at once."""
    wanted = order(chosen=chosen, as_of=as_of)
    draft = service.PackDraft(
        scope_key=scope_key(chosen),
        district_adcode=chosen.district,
        scope=wanted.scope,
        as_of=as_of,
        kinds=QUICK,
        made_by="王规划",
    )
    job, pack = service.ask_for_pack(session, draft), build_pack(session, wanted)
    for kind in QUICK:
        service.keep_made_file(session, job, kind, (file_name(kind, pack), write_file(kind, pack, PackExtras())))
    service.finish_job(session, job, to_json(pack), pack.hash)
    return job


def ask(client: FlaskClient, **answers: str) -> TestResponse:
    """Ask for a pack through the page; files are chosen by their endings."""
    return submit(client, "/packs", **({"district": ""} | answers))


def wait_for(client: FlaskClient, address: str, *, seconds: float = 180) -> str:
    """Return the page of a pack once it is made, or has failed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if client.get(f"{address}/progress").json["over"]:
            return client.get(address).text
        time.sleep(0.05)
    raise AssertionError(f"{address} is not over after {seconds} s")
