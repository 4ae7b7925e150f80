"""The filter offers the zones of the district that is looked at, and knows no other's."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portfolio.domain.layouts import NOWHERE, OUTSIDE
from portfolio.domain.roles import Role
from tests.builders import SHAPINGBA, WANZHOU, belt_draft, client_of, make_layout, write

LISTS = ("/projects", "/", "/money", "/money/kpis", "/money/cashflow", "/money/readiness", "/seats")
NONE = [OUTSIDE, NOWHERE]
SHIPPED = ["loop", "jialing", "kexue", "gele"]


@pytest.fixture
def shared_key(app: Flask) -> None:
    """Wanzhou has belts too, and calls one of them by a key that Shapingba uses."""
    with write(app) as session:
        make_layout(session, belt_draft(("kexue", 108.3, 1000), ("east", 108.45, 1000)), WANZHOU)
        session.commit()


def offered(page: str, name: str = "belt") -> dict[str, str]:
    """Return what a page's filter offers for a kind of zone, words by key; nothing where there is no such choice."""
    found = re.search(rf'<select id="filter-{name}".*?</select>', page, re.DOTALL)
    return dict(re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)<', found[0])) if found else {}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_offers_the_belts_of_the_district_that_it_is_narrowed_to(reader: FlaskClient, path: str) -> None:
    assert list(offered(reader.get(f"{path}?district={SHAPINGBA}").text)) == SHIPPED + NONE
    assert offered(reader.get(f"{path}?district={WANZHOU}").text) == {}
    assert list(offered(reader.get(path).text)) == SHIPPED + NONE


def test_a_map_offers_the_zones_of_its_own_district(reader: FlaskClient) -> None:
    of_wanzhou = reader.get(f"/maps/{WANZHOU}").text

    assert list(offered(reader.get(f"/maps/{SHAPINGBA}").text)) == SHIPPED + NONE
    assert offered(of_wanzhou) == {}
    assert {key.partition("-")[0] for key in offered(of_wanzhou, "town")} == {"wz", *NONE}
    assert list(offered(reader.get("/maps/all").text)) == SHIPPED + NONE


@pytest.mark.parametrize(
    "path",
    [
        *(f"{path}?district={WANZHOU}&" for path in LISTS),
        *(f"/maps/{WANZHOU}{file}?" for file in ("", "/points.json", "/data.json", "/facets.json", "/download.kml")),
        f"/downloads/register.csv?district={WANZHOU}&",
    ],
)
def test_an_address_that_names_the_zone_of_another_district_is_told_so(client: FlaskClient, path: str) -> None:
    answer = client.get(f"{path}belt=loop")

    assert answer.status_code == 422
    assert "没有“loop”这个圈带，请从列表中选择" in answer.text


def test_whoever_works_in_one_district_is_offered_no_zone_of_another(app: Flask) -> None:
    stranger = client_of(app, Role.PLANNER, WANZHOU)

    assert [offered(stranger.get(path).text) for path in LISTS] == [{}] * len(LISTS)
    assert stranger.get("/projects?belt=loop").status_code == 422


@pytest.mark.usefixtures("shared_key")
def test_a_key_that_two_districts_use_is_named_as_each_of_them_does(client: FlaskClient) -> None:
    def names(path: str) -> str:
        return re.sub(r"\s*<[^>]+>\s*", "", client.get(path).text)

    assert offered(client.get(f"/projects?district={WANZHOU}").text)["kexue"] == "kexue带"
    assert offered(client.get("/projects").text)["kexue"] == "kexue带、沿科学大道新优质教育集群带"
    assert "圈带：kexue带×" in names(f"/projects?district={WANZHOU}&belt=kexue")
    assert "圈带：沿科学大道新优质教育集群带×" in names(f"/maps/{SHAPINGBA}?belt=kexue")


def test_the_way_from_a_zone_to_the_map_leads_to_its_district_too(reader: FlaskClient) -> None:
    assert reader.get("/maps?belt=loop").location == "/maps/all?belt=loop"
