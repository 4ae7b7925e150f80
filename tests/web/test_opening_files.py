"""Map files carry the year of completion and that of opening apart; read back by other means than wrote them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.milestones import DelayReason, MilestoneDraft
from portfolio.domain.terms import Stage
from portfolio.services import milestones
from tests.builders import WANZHOU, make_project, site, write
from tests.web.pages import download

YEARS = {
    "两年不同小学": (2024, 2027),
    "只有登记小学": (2025, 2025),
    "只有里程碑小学": (None, 2026),
    "都没有小学": (None, None),
}
BUILT, OPENS = "登记建成年份", "投用年份"
TOLD = "投用年份：里程碑移交投用的年份"
Years = dict[str, tuple[int | None, int | None]]


@pytest.fixture
def planned(app: Flask) -> Flask:
    """Application with projects that open in another year than the registered one, in the same, and in none."""
    with write(app) as session:
        for number, (name, (built, opens)) in enumerate(YEARS.items()):
            place = site(108.4 + number / 100, 30.8)
            project = make_project(session, name=name, district=WANZHOU, place=place, completion_year=built)
            if opens not in (None, built):
                draft = MilestoneDraft(
                    stage=Stage.IN_USE,
                    planned_on=dt.date(2024, 8, 20),
                    forecast_on=dt.date(opens or 0, 8, 20),
                    delay_reason=DelayReason.FUNDS,
                )
                milestones.save_milestones(session, project, [draft], seen="")
        session.commit()
    return app


def of_rows(rows: list[Mapping[str, Any]], name: str = "项目名称", built: str = BUILT, opens: str = OPENS) -> Years:
    return {row[name]: (row[built], row[opens]) for row in rows if row[name] in YEARS}


def fetch(client: FlaskClient, kind: str) -> bytes:
    return download(client, f"/maps/{WANZHOU}/download.{kind}")


def test_geojson_and_the_register_state_the_same_two_years(planned: Flask, client: FlaskClient) -> None:
    collection = json.loads(fetch(client, "geojson"))
    address = f"/downloads/register.csv?district={WANZHOU}&columns=name,completion_year,opening_year"
    rows = list(csv.DictReader(io.StringIO(download(client, address).decode("utf-8-sig"))))
    in_register = [row | {key: int(row[key]) if row[key] else None for key in ("建成年份", OPENS)} for row in rows]

    assert of_rows([one["properties"] for one in collection["features"]]) == YEARS
    assert of_rows(in_register, built="建成年份") == YEARS
    assert TOLD in collection["说明"]


def test_sqlite_reads_both_years_of_a_geopackage(planned: Flask, client: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "map.gpkg"
    path.write_bytes(fetch(client, "gpkg"))
    names = [name for name, _ in pyogrio.list_layers(path) if name.startswith("项目")]
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for name in names for row in database.execute(f'SELECT * FROM "{name}"')]
        about = [row[0] for row in database.execute("SELECT description FROM gpkg_contents")]
    database.close()

    assert of_rows(rows) == YEARS
    assert any(TOLD in text for text in about)


def test_gdal_reads_both_years_of_a_kml(planned: Flask, client: FlaskClient, tmp_path: Path) -> None:
    path = tmp_path / "map.kml"
    path.write_bytes(fetch(client, "kml"))
    rows = pyogrio.read_dataframe(path, layer="项目", read_geometry=False).to_dict("records")
    whole = [{key: None if pd.isna(value) else value for key, value in row.items()} for row in rows]

    assert of_rows(whole) == YEARS
    assert TOLD in (ET.parse(path).getroot().findtext(".//{*}Document/{*}description") or "")


def test_the_bytes_of_a_shapefiles_table_hold_both_years(planned: Flask, client: FlaskClient) -> None:
    with zipfile.ZipFile(io.BytesIO(fetch(client, "shp"))) as archive:
        rows = [row for name in archive.namelist() if name.endswith(".dbf") for row in dbf_rows(archive.read(name))]
        fields, about = (archive.read(f"{name}.txt").decode("utf-8-sig") for name in ("字段说明", "说明"))

    assert of_rows(rows, "name", "completion", "opening") == YEARS
    assert f"completion\t{BUILT}\r\nopening\t{OPENS}" in fields
    assert TOLD in about


def dbf_rows(content: bytes) -> list[Mapping[str, Any]]:
    """Read a dBASE table by its bytes: texts, and whole numbers under fields of type N."""
    count, start, length = struct.unpack("<IHH", content[4:12])
    fields = [content[at : at + 32] for at in range(32, start - 1, 32)]
    columns = [(one[:11].rstrip(b"\0").decode(), one[11:12], one[16]) for one in fields]
    found = []
    for number in range(count):
        at, row = start + number * length + 1, {}
        for name, kind, size in columns:
            text = content[at : at + size].decode("utf-8", errors="replace").strip()
            row[name] = (int(float(text)) if text.strip("*") else None) if kind == b"N" else text
            at += size
        found.append(row)
    return found


def test_the_live_feed_names_the_two_years_and_says_what_they_are(planned: Flask, client: FlaskClient) -> None:
    page = client.get("/ogc/collections/projects/items?district=500101&limit=200").json
    about = client.get("/ogc/collections/projects").json["description"]

    rows = [one["properties"] for one in page["features"]]
    assert of_rows(rows, "name", "completion_year", "opening_year") == YEARS
    assert "opening_year 是投用年份" in about
