"""Base maps: chosen by administrators, allowed by the page's policy one by one, served from files of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from portfolio.domain.basemaps import MOST_ADDED
from portfolio.domain.roles import Role
from portfolio.store.queries.map_settings import list_base_maps
from tests.builders import client_of, fingerprint, read
from tests.tiles import SHAPINGBA_BOX, picture, squares_of, write_mbtiles, write_pmtiles
from tests.web.pages import change, wrong_fields
from tests.web.test_hostile import HOSTILE

KEY = "0123456789abcdef0123456789abcdef"
TEMPLATE = "https://tiles.example.cn/{z}/{x}/{y}.png"
ONLINE = {"online-name": "规划一张图", "online-template": TEMPLATE, "online-attribution": "区规资局"}
SQUARES = squares_of(SHAPINGBA_BOX, (9, 10))
SQUARE = next(iter(SQUARES))


@pytest.fixture
def folder(app: Flask) -> Path:
    """Folder of base maps with one photo."""
    path = Path(app.instance_path) / "basemaps"
    write_mbtiles(path / "photo.mbtiles", SQUARES, bounds="106.2,29.4,106.6,29.9")
    return path


def add_photo(client: FlaskClient, **answers: str) -> None:
    given = {"file-file": "photo.mbtiles", "file-name": "航拍", "file-attribution": "区规资局"}
    assert change(client, "/settings", ask="file-name", **(given | answers)).status_code == 302


def bases(client: FlaskClient) -> dict[str, dict[str, object]]:
    return {one["key"]: one for one in client.get("/maps/500106/data.json").json["bases"]}


def image_sources(client: FlaskClient, path: str) -> list[str]:
    policy = client.get(path).headers["Content-Security-Policy"]
    return next(part.split()[1:] for part in policy.split(";") if part.strip().startswith("img-src"))


# --- none by default, each only as configured -------------------------------------------------------------------------


def test_without_a_choice_there_is_no_base_and_no_host_is_allowed(reader: FlaskClient) -> None:
    assert bases(reader) == {}
    assert image_sources(reader, "/maps/500106") == ["'self'", "data:"]


def test_the_policy_names_the_hosts_of_chosen_bases_on_maps_only_and_only_while_chosen(client: FlaskClient) -> None:
    change(client, "/settings", ask="services-version", **{"services-osm": "y"})
    change(client, "/settings", ask="online-name", **ONLINE)

    wanted = ["'self'", "data:", "https://tile.openstreetmap.org", "https://tiles.example.cn"]
    for path in ("/maps/500106", "/projects/500101-0001", "/projects/500101-0001/place"):
        assert image_sources(client, path) == wanted, path
    for path in ("/", "/projects", "/projects/500101-0001/edit", "/settings", "/maps/500106/data.json"):
        assert image_sources(client, path) == ["'self'", "data:"], path
    client.post("/settings/map/bases/1/remove", data={"csrf_token": _token(client)})
    client.post("/settings/map/services", data={"csrf_token": _token(client), "services-version": "1"})
    assert image_sources(client, "/maps/500106") == ["'self'", "data:"]


def _token(client: FlaskClient) -> str:
    return client.get("/settings").text.split('csrf_token" type="hidden" value="')[1].split('"')[0]


def test_the_rest_of_the_policy_stays_as_it_is(client: FlaskClient) -> None:
    before = client.get("/maps/500106").headers["Content-Security-Policy"]
    change(client, "/settings", ask="services-version", **{"services-osm": "y"})
    after = client.get("/maps/500106").headers["Content-Security-Policy"]

    def without_nonce(policy: str) -> str:
        return policy.split("'nonce-", maxsplit=1)[0] + policy.split("'nonce-")[1].split("'", 1)[1]

    assert without_nonce(after).replace(" https://tile.openstreetmap.org", "") == without_nonce(before)


def test_tianditu_needs_its_key_and_offers_what_is_ticked(app: Flask, client: FlaskClient) -> None:
    answers = {"tianditu-key": KEY, "tianditu-img": "y", "tianditu-vec": "y"}
    assert change(client, "/settings", ask="tianditu-key", **answers).location == "/settings#tianditu"

    assert list(bases(client)) == ["tianditu-vec", "tianditu-img"]
    assert len(image_sources(client, "/maps/500106")) == 2 + 8


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"tianditu-key": "abc", "tianditu-vec": "y"}, "32 位"),
        ({"tianditu-key": "", "tianditu-vec": "y"}, "请填写密钥"),
        ({"tianditu-key": KEY}, "至少勾选一种"),
        ({"tianditu-key": f"{KEY}&x=", "tianditu-vec": "y"}, "32 位"),
    ],
)
def test_a_wrong_key_saves_nothing(app: Flask, client: FlaskClient, answers: dict[str, str], sentence: str) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    response = change(client, "/settings", ask="tianditu-key", **answers)

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)["tianditu-key"]
    assert fingerprint(app.extensions["portfolio_engine"]) == before


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"online-template": "https://u:p@tiles.example.cn/{z}/{x}/{y}"}, "online-template"),
        ({"online-template": "https://tiles.example.cn/{z}/{x}"}, "online-template"),
        ({"online-template": "javascript:alert(1)"}, "online-template"),
        ({"online-template": ""}, "online-template"),
        ({"online-name": ""}, "online-name"),
        ({"online-attribution": " "}, "online-attribution"),
        ({"online-last_zoom": "40"}, "online-last_zoom"),
        ({"online-last_zoom": "x"}, "online-last_zoom"),
        ({"online-datum": "bd09"}, "online-datum"),
    ],
)
def test_a_wrong_answer_about_an_online_base_saves_nothing(
    app: Flask, client: FlaskClient, answers: dict[str, str], field: str
) -> None:
    before = fingerprint(app.extensions["portfolio_engine"])
    response = change(client, "/settings", ask="online-name", **(ONLINE | answers))

    assert response.status_code == 422
    assert list(wrong_fields(response.text)) == [field]
    assert fingerprint(app.extensions["portfolio_engine"]) == before


def test_two_bases_of_one_name_and_more_than_fit_are_refused(client: FlaskClient) -> None:
    for number in range(MOST_ADDED):
        assert (
            change(client, "/settings", ask="online-name", **(ONLINE | {"online-name": f"图{number}"})).status_code
            == 302
        )
    again = change(client, "/settings", ask="online-name", **(ONLINE | {"online-name": "图3"}))
    more = change(client, "/settings", ask="online-name", **ONLINE)

    assert wrong_fields(again.text) == {"online-name": "已有同名的底图，请换一个名称"}
    assert "最多添加 20 个底图" in wrong_fields(more.text)["online-name"]
    assert len(bases(client)) == MOST_ADDED


def test_a_removed_base_is_gone_and_its_number_is_not_given_again(app: Flask, client: FlaskClient) -> None:
    change(client, "/settings", ask="online-name", **ONLINE)
    client.post("/settings/map/bases/1/remove", data={"csrf_token": _token(client)})
    change(client, "/settings", ask="online-name", **ONLINE)

    assert list(bases(client)) == ["own-2"]
    assert client.post("/settings/map/bases/1/remove", data={"csrf_token": _token(client)}).status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_typed_names_and_sources_stay_text(client: FlaskClient, text: str) -> None:
    before = client.get("/maps/500106/shell.js").data
    change(client, "/settings", ask="online-name", **(ONLINE | {"online-name": text, "online-attribution": text}))
    page = client.get("/settings").text

    assert page.count(str(escape(text))) >= 3  # name, source, question before removing
    assert (bases(client)["own-1"]["label"], bases(client)["own-1"]["attribution"]) == (text, text)
    assert client.get("/maps/500106/shell.js").data == before
    assert text not in client.get("/maps/500106").headers["Content-Security-Policy"] or len(text) == 1
    assert "<img src=x" not in page


def test_a_saved_map_page_names_no_base(client: FlaskClient) -> None:
    change(client, "/settings", ask="online-name", **ONLINE)
    change(client, "/settings", ask="tianditu-key", **{"tianditu-key": KEY, "tianditu-vec": "y"})
    with client.get("/maps/500106/download.html") as response:
        assert KEY not in response.text
        assert "tiles.example.cn" not in response.text


# --- files of this machine --------------------------------------------------------------------------------------------


def test_a_file_is_offered_with_its_zooms_and_edges(client: FlaskClient, folder: Path) -> None:
    add_photo(client, **{"file-datum": "gcj02"})
    base = bases(client)["own-1"]

    assert base["layers"] == [{"url": "/basemaps/1/{z}/{x}/{y}", "servers": []}]
    assert (base["zooms"], base["bounds"], base["shifted"]) == ([9, 10], list(SHAPINGBA_BOX), True)
    assert image_sources(client, "/maps/500106") == ["'self'", "data:"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_square_is_sent_as_the_picture_it_is_and_kept_by_the_browser(
    app: Flask, client: FlaskClient, folder: Path, kind: str
) -> None:
    write_pmtiles(folder / "other.pmtiles", {(1, 0, 1): picture(kind=kind)})
    add_photo(client, **{"file-file": "other.pmtiles"})
    response = client.get("/basemaps/1/1/0/1", headers={"Accept-Encoding": "gzip, br"})

    assert response.data == picture(kind=kind)
    assert response.content_type == f"image/{kind.lower()}"
    assert "Content-Encoding" not in response.headers
    assert response.headers["Cache-Control"] == "private, max-age=86400"
    again = client.get("/basemaps/1/1/0/1", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    (folder / "other.pmtiles").unlink()
    write_pmtiles(folder / "other.pmtiles", {(1, 0, 1): picture((5, 5, 5))})
    changed = client.get("/basemaps/1/1/0/1", headers={"If-None-Match": response.headers["ETag"]})
    assert (changed.status_code, changed.data) == (200, picture((5, 5, 5)))


def test_a_square_outside_the_photo_is_an_empty_picture(client: FlaskClient, folder: Path) -> None:
    add_photo(client)
    response = client.get("/basemaps/1/9/0/0")

    assert (response.status_code, response.content_type) == (200, "image/png")
    assert len(response.data) < 100


def test_squares_are_for_people_who_are_signed_in(app: Flask, client: FlaskClient, folder: Path) -> None:
    add_photo(client)
    path = "/basemaps/1/{}/{}/{}".format(*SQUARE)

    assert client_of(app, Role.VIEWER, "500101").get(path).data == SQUARES[SQUARE]
    assert app.test_client().get(path).location.startswith("/sign-in")


@pytest.mark.parametrize("path", ["/basemaps/2/9/0/0", "/basemaps/0/9/0/0", "/basemaps/1/23/0/0", "/basemaps/x/9/0/0"])
def test_what_is_no_base_of_this_machine_is_404(client: FlaskClient, folder: Path, path: str) -> None:
    add_photo(client)

    assert client.get(path).status_code == 404


def test_an_online_base_and_a_file_that_is_gone_have_no_squares_here(client: FlaskClient, folder: Path) -> None:
    add_photo(client)
    change(client, "/settings", ask="online-name", **ONLINE)
    (folder / "photo.mbtiles").unlink()

    assert client.get("/basemaps/1/9/0/0").status_code == 404
    assert client.get("/basemaps/2/9/0/0").status_code == 404
    assert "文件不在了" in client.get("/settings").text


@pytest.mark.parametrize("name", ["../portfolio.db", "/etc/passwd", "none.mbtiles", ""])
def test_a_file_that_is_not_in_the_folder_is_refused(app: Flask, client: FlaskClient, folder: Path, name: str) -> None:
    answers = {"file-file": name, "file-name": "航拍", "file-attribution": "区规资局"}
    response = change(client, "/settings", ask="file-name", **answers)

    assert response.status_code == 422
    assert wrong_fields(response.text) == {"file-file": "请从列表中选择一个文件"}
    with read(app) as session:
        assert list_base_maps(session) == []


def test_a_damaged_file_is_refused_beside_its_field(app: Flask, client: FlaskClient, folder: Path) -> None:
    (folder / "broken.pmtiles").write_bytes(b"no map")
    answers = {"file-file": "broken.pmtiles", "file-name": "航拍", "file-attribution": "区规资局"}
    response = change(client, "/settings", ask="file-name", **answers)

    assert response.status_code == 422
    assert "读不出来" in wrong_fields(response.text)["file-file"]
    with read(app) as session:
        assert list_base_maps(session) == []


def test_without_files_the_page_says_where_to_put_them(client: FlaskClient) -> None:
    assert "basemaps 文件夹" in client.get("/settings").text
    assert "file-file" not in client.get("/settings").text
