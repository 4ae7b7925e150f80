"""Base maps: an address is taken only if a browser may safely be sent there, and its host is named exactly."""

from __future__ import annotations

import pytest

from portfolio.domain.basemaps import (
    BaseMap,
    Service,
    TiandituLayer,
    TileLayer,
    check_template,
    check_tianditu_key,
    service,
    tianditu,
)
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import Datum

KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://tiles.example.cn/{z}/{x}/{y}.png", "https://tiles.example.cn/{z}/{x}/{y}.png"),
        (" http://10.0.0.8:8080/t/{z}/{y}/{x}?v=1 ", "http://10.0.0.8:8080/t/{z}/{y}/{x}?v=1"),
        ("https://a.cn/wmts?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TILECOL}&tk=1",
         "https://a.cn/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=1"),
    ],
)  # fmt: skip
def test_an_address_of_squares_is_taken(given: str, taken: str) -> None:
    assert check_template(given) == taken


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ftp://a.cn/{z}/{x}/{y}", "https://"),
        ("javascript:alert(1)//{z}{x}{y}", "https://"),
        ("//a.cn/{z}/{x}/{y}", "https://"),
        ("/basemaps/{z}/{x}/{y}", "https://"),
        ("https://user:secret@a.cn/{z}/{x}/{y}", "用户名和密码"),
        ("https://@a.cn/{z}/{x}/{y}", "用户名和密码"),
        ("https://a.cn/{z}/{x}.png", "{y}"),
        ("https://a.cn/tiles.png", "{z}、{x}、{y}"),
        ("https://a.cn/{z}/{x}/{y}/{token}", "{token}"),
        ("https://{s}.a.cn/{z}/{x}/{y}", "主机名"),
        ("https:///{z}/{x}/{y}", "主机名"),
        ("https://*/{z}/{x}/{y}", "主机名"),
        ("https://a.cn;script-src/{z}/{x}/{y}", "主机名"),
        ("https://a.cn:99999/{z}/{x}/{y}", "端口"),
        ("https://a.cn/{z}/{x}/{y} img-src *", "空格"),
        ("https://a.cn/{z}/{x}/{y}\"onerror='x'", "引号"),
        ("https://瓦片.cn/{z}/{x}/{y}", "汉字"),
        ("https://a.cn/{{7*191}}/{z}/{x}/{y}", "{7*191}"),
        ("https://a.cn/{z}/{x}/{y}/{", "花括号"),
        ("https://a.cn/{z}/{x}/{y}#a", "#"),
    ],
)
def test_anything_else_is_refused_with_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(RuleError) as caught:
        check_template(text)
    assert why in str(caught.value)
    assert caught.value.field == "template"


def test_every_host_is_named_with_scheme_and_port_and_nothing_else() -> None:
    address = "http://Tiles.example.cn:8080/{z}/{x}/{y}?a=b"
    base = BaseMap(key="own-1", name="x", attribution="x", layers=(TileLayer(address),))

    assert base.hosts == ["http://tiles.example.cn:8080"]
    assert tianditu(TiandituLayer.IMAGE, KEY).hosts[:8] == [f"https://t{n}.tianditu.gov.cn" for n in range(8)]
    assert service(Service.OSM).hosts == ["https://tile.openstreetmap.org"]
    assert service(Service.AMAP_ROAD).hosts == [f"https://webrd0{n}.is.autonavi.com" for n in range(1, 5)]


def test_only_amap_lies_by_gcj02() -> None:
    shifted = [one for one in Service if service(one).datum is Datum.GCJ02]

    assert shifted == [Service.AMAP_ROAD, Service.AMAP_IMAGE]
    assert {tianditu(layer, KEY).datum for layer in TiandituLayer} == {Datum.WGS84}


def test_every_map_of_tianditu_comes_with_its_labels() -> None:
    layers = {
        layer: [one.template.split("LAYER=")[1][:3] for one in tianditu(layer, KEY).layers] for layer in TiandituLayer
    }

    assert layers == {
        TiandituLayer.VECTOR: ["vec", "cva"],
        TiandituLayer.IMAGE: ["img", "cia"],
        TiandituLayer.TERRAIN: ["ter", "cta"],
    }
    assert all(one.template.endswith(f"tk={KEY}") for one in tianditu(TiandituLayer.VECTOR, KEY).layers)


@pytest.mark.parametrize("key", ["", "short", KEY + "0", KEY[:-1] + "&", KEY[:-1] + " "])
def test_a_key_that_tianditu_does_not_give_is_refused(key: str) -> None:
    with pytest.raises(RuleError, match="32"):
        check_tianditu_key(key)
