"""Wall maps show what the map shows, say what they leave out, and never keep anybody else waiting."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from matplotlib.figure import Figure
from matplotlib.text import Text

from portfolio.exchange.wallmap import NOT_REVIEWED, Paper, WallMap, build_figure
from portfolio.services.settings import change_setting
from portfolio.store.queries import users
from portfolio.web import wallmaps
from portfolio.web.database import get_session
from portfolio.web.map_scope import map_scope
from portfolio.web.views import wallmaps as views
from tests.builders import SHAPINGBA, make_project, site, write
from tests.web.pages import download

TOOLS = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler")


def sheet(app: Flask, path: str) -> WallMap:
    """Return the wall map of an address, as the administrator gets it."""
    with app.test_request_context(path):
        g.user = users.get_user(get_session(), "admin")
        return wallmaps.wall_map(map_scope(path.split("/")[2].split("?", maxsplit=1)[0]), wallmaps.read_choice())


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]


def test_every_pin_carries_the_number_of_its_row(shared_app: Flask) -> None:
    drawn = sheet(shared_app, "/maps/500101")
    rows = {row[0]: row[1] for row in drawn.rows if row[0]}

    assert len(rows) == 42
    assert len(drawn.pins) == 18
    assert all(rows[str(pin.number)].startswith(pin.name) for pin in drawn.pins)


def test_projects_without_a_place_stand_under_a_line_that_counts_them(shared_app: Flask) -> None:
    drawn = sheet(shared_app, "/maps/500101")
    line = next(number for number, row in enumerate(drawn.rows) if not row[0])

    assert drawn.rows[line][1] == "以下 24 个位置未定，图上未标"
    assert len(drawn.rows) - line - 1 == 24
    assert {pin.number for pin in drawn.pins} == set(range(1, line + 1))


def test_the_sheet_follows_the_filter_and_says_so(shared_app: Flask) -> None:
    drawn = sheet(shared_app, "/maps/500101?level=preschool")

    assert {row[2] for row in drawn.rows if row[0]} == {"学前教育"}
    assert "学段 学前教育" in drawn.subtitle
    assert drawn.notes[0].startswith(f"已标注 {len(drawn.pins)} / ")


def test_the_legend_counts_every_pin_once_whatever_the_colours_stand_for(shared_app: Flask) -> None:
    for colour in ("stage", "light", "level", "money"):
        drawn = sheet(shared_app, f"/maps/500101?colour={colour}")
        counted = {row.key: row.count for row in drawn.legend}
        found = [pin.class_key for pin in drawn.pins]

        assert {key: found.count(key) for key in found} == counted, colour


def test_layers_are_left_out_as_chosen(shared_app: Flask) -> None:
    everything, none = sheet(shared_app, "/maps/500106"), sheet(shared_app, "/maps/500106?layers=")

    assert (len(everything.zones), len(everything.guides)) == (4, 4)
    assert (none.zones, none.guides) == ((), ())
    assert len(sheet(shared_app, "/maps/500106?layers=&layers=belts").zones) == 4


def test_columns_of_which_nothing_is_known_take_no_paper(app: Flask) -> None:
    drawn = sheet(app, "/maps/500101?level=preschool")

    assert drawn.columns == ("号", "项目名称", "学段", "建设性质")
    assert "阶段" in sheet(app, "/maps/500101").columns


def test_the_review_number_of_the_office_stands_on_the_sheet(app: Flask) -> None:
    assert sheet(app, "/maps/500106").review_number is None
    with write(app) as session:
        change_setting(session, "map.review_number", {SHAPINGBA: "渝S(2026)001号"})
        session.commit()

    shown = words(build_figure(sheet(app, "/maps/500106"), Paper.A3)[0])
    assert "渝S(2026)001号" in shown
    assert NOT_REVIEWED not in shown


def test_districts_far_apart_are_drawn_apart_each_at_its_own_scale(shared_app: Flask) -> None:
    figure, frames = build_figure(sheet(shared_app, "/maps/all"), Paper.A0)
    scales = [text for text in words(figure) if text.startswith("比例尺")]

    assert len(frames) == 2
    assert sorted(re.findall(r"（(.+?)，A0", "".join(scales))) == ["万州区", "沙坪坝区"]
    assert frames[0].ratio != frames[1].ratio
    assert len(sheet(shared_app, "/maps/all").pins) == 20


@TOOLS
@pytest.mark.parametrize("path", ["/maps/500101/wall.pdf", "/maps/all/wall.pdf?paper=A0"])
def test_no_glyph_is_missing_and_every_font_is_embedded(reader: FlaskClient, tmp_path: Path, path: str) -> None:
    file = tmp_path / "wall.pdf"
    file.write_bytes(download(reader, path))
    text = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True, text=True).stdout
    fonts = subprocess.run(["pdffonts", file], capture_output=True, check=True, text=True).stdout.splitlines()[2:]

    assert "□" not in text
    assert "重庆幼儿师范高等专科学校迁建工程" in text.replace("\n", "")
    assert fonts
    assert all(re.search(r" yes +yes +yes ", line) for line in fonts)


def test_a_file_is_named_after_scope_paper_and_day(reader: FlaskClient) -> None:
    response = reader.get("/maps/500106/wall.png?paper=A3&layers=")

    assert response.content_type == "image/png"
    assert re.search(r"_A3_\d{8}\.png", response.headers["Content-Disposition"])
    assert reader.get("/maps/500106/wall/preview.png").headers.get("Content-Disposition", "inline")[:6] == "inline"


def test_the_map_leads_to_its_wall_map_with_the_filter(reader: FlaskClient) -> None:
    assert "/maps/500101/wall?level=primary" in reader.get("/maps/500101?level=primary").text
    page = reader.get("/maps/500101/wall?level=primary&paper=A0&colour=light").text

    assert re.search(r'value="A0" checked', page)
    assert 'name="level" value="primary"' in page
    assert re.search(r'value="light" selected', page)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("paper=A4", "纸张只能是 A3 或 A0"), ("colour=pink", "pink"), ("level=none", "none")],
)
def test_a_wrong_choice_is_refused_in_words(reader: FlaskClient, query: str, sentence: str) -> None:
    response = reader.get(f"/maps/500106/wall.pdf?{query}")

    assert response.status_code == 422
    assert sentence in response.text


def test_more_projects_than_a_sheet_can_name_are_refused(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wallmaps, "MOST", 41)

    response = client.get("/maps/500101/wall.pdf")
    assert response.status_code == 422
    assert "挂图最多放 41 个项目，当前有 42 个" in response.text


def test_whoever_comes_while_two_sheets_are_waited_for_is_asked_to_come_again(reader: FlaskClient) -> None:
    with views._SEATS, views._SEATS:
        response = reader.get("/maps/500106/wall.pdf")

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "2"
        assert "正在绘制别的挂图" in response.text
        assert reader.get("/maps/500106").status_code == 200


def test_hostile_names_stand_on_the_sheet_as_typed(app: Flask) -> None:
    name = "{{7*191}} $a_b$ <img src=x>"
    with write(app) as session:
        make_project(session, name=name, district=SHAPINGBA, place=site(106.4, 29.6))
        session.commit()

    figure, _ = build_figure(sheet(app, "/maps/500106"), Paper.A0)
    assert name.replace(" ", "") in "".join(words(figure)).replace(" ", "")
