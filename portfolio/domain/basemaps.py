"""Base maps: pictures in squares under everything that we draw; which there are, and what an address may look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from portfolio.domain.errors import RuleError
from portfolio.domain.sentences import say, several
from portfolio.domain.terms import Datum, Term

HIGHEST_ZOOM = 22
MOST_ADDED = 20

_CELLS = ("{z}", "{x}", "{y}")
_WMTS_CELLS = {"{tilematrix}": "{z}", "{tilecol}": "{x}", "{tilerow}": "{y}"}
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_HOST = re.compile(r"(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.IGNORECASE)
_ADDRESS_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#@!$&()*+,;=%{}\[\]-]*")
_TIANDITU_KEY = re.compile(r"[0-9A-Za-z]{32}")


class TiandituLayer(Term):
    """One base of Tianditu, drawn with the layer of its labels."""

    VECTOR = "vec", "天地图 · 矢量"
    IMAGE = "img", "天地图 · 影像"
    TERRAIN = "ter", "天地图 · 地形"


class Service(Term):
    """A public service that needs no key."""

    AMAP_ROAD = "amap_road", "高德 · 道路"
    AMAP_IMAGE = "amap_image", "高德 · 影像"
    OSM = "osm", "OpenStreetMap"


@dataclass(frozen=True)
class TileLayer:
    """Squares at ``template``, which holds {z}, {x}, {y} and, where there are several ``servers``, {s}."""

    template: str
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BaseMap:
    """One base map; ``file`` is set instead of ``layers`` where this machine has its squares in a file.

    ``key`` stands in addresses; ``number`` is that of a base of the office's own. ``bounds`` are west, south, east,
    north in degrees.
    """

    key: str
    name: str
    attribution: str
    layers: tuple[TileLayer, ...] = ()
    number: int | None = None
    file: str | None = None
    datum: Datum = Datum.WGS84
    first_zoom: int = 0
    last_zoom: int = 18
    bounds: tuple[float, float, float, float] | None = None
    has_labels: bool = False
    credit_url: str | None = None

    @property
    def hosts(self) -> list[str]:
        """Return where its squares come from, as a content security policy names it: scheme, host and port."""
        return [host for layer in self.layers for host in _hosts(layer)]


def _hosts(layer: TileLayer) -> list[str]:
    addresses = [layer.template.replace("{s}", server) for server in layer.servers] or [layer.template]
    split = map(urlsplit, addresses)
    return [f"{one.scheme}://{one.hostname}{f':{one.port}' if one.port else ''}" for one in split]


def tianditu(layer: TiandituLayer, key: str) -> BaseMap:
    """Return a base of Tianditu with its labels, for the office's own key."""
    labels = {TiandituLayer.VECTOR: "cva", TiandituLayer.IMAGE: "cia", TiandituLayer.TERRAIN: "cta"}[layer]
    return BaseMap(
        key=f"tianditu-{layer.value}",
        name=layer.label,
        attribution="国家地理信息公共服务平台“天地图”",
        layers=(_tianditu_layer(layer.value, key), _tianditu_layer(labels, key)),
        last_zoom=14 if layer is TiandituLayer.TERRAIN else 18,
        has_labels=True,
    )


def _tianditu_layer(name: str, key: str) -> TileLayer:
    query = (
        f"SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles"
        f"&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
    )
    return TileLayer(f"https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?{query}", tuple("01234567"))


def service(which: Service) -> BaseMap:
    """Return the base of a public service."""
    key = which.value.replace("_", "-")
    if which is Service.OSM:
        layer = TileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png")
        credit = "https://www.openstreetmap.org/copyright"
        return BaseMap(
            key=key,
            name=which.label,
            attribution="© OpenStreetMap contributors",
            layers=(layer,),
            has_labels=True,
            credit_url=credit,
        )
    road = "https://webrd0{s}.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
    image = "https://webst0{s}.is.autonavi.com/appmaptile?style={style}&x={x}&y={y}&z={z}"
    templates = [road] if which is Service.AMAP_ROAD else [image.replace("{style}", style) for style in ("6", "8")]
    layers = tuple(TileLayer(template, tuple("1234")) for template in templates)
    return BaseMap(key=key, name=which.label, attribution="高德地图", layers=layers, datum=Datum.GCJ02, has_labels=True)


def check_tianditu_key(key: str) -> str:
    """Return the key, or raise RuleError where it is none."""
    if not _TIANDITU_KEY.fullmatch(key):
        raise RuleError(say("天地图密钥是 32 位字母和数字，请从天地图控制台的“应用管理”复制完整"), "key")
    return key


def check_template(text: str) -> str:
    """Return the address of squares with {z}, {x}, {y}; the names that WMTS gives them are taken too.

    Raises
    ------
    RuleError
        If it is no address of squares that a browser may safely be sent to.
    """
    template = _PLACEHOLDER.sub(lambda found: _WMTS_CELLS.get(found.group().lower(), found.group()), text.strip())
    _check_address(template)
    cells = _PLACEHOLDER.findall(template)
    if missing := [cell for cell in _CELLS if cell not in cells]:
        raise RuleError(say("地址里缺少 {names}：它们是瓦片的级别、列和行", names=several(missing)), "template")
    if unknown := [cell for cell in cells if cell not in _CELLS]:
        raise RuleError(
            say("地址里的 {text} 不认识；只用 {{z}}、{{x}}、{{y}}，其余请写成实际的值", text=unknown[0][:20]),
            "template",
        )
    if template.count("{") != len(cells) or template.count("}") != len(cells):
        raise RuleError(say("地址里的花括号没有成对"), "template")
    return template


def _check_address(template: str) -> None:
    if not _ADDRESS_CHARACTERS.fullmatch(template):
        raise RuleError(say("地址只能含字母、数字和常用的网址符号，不能有空格、引号、反斜线和汉字"), "template")
    try:
        parts = urlsplit(template)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise RuleError(say("这不是网址：主机名或端口写错了"), "template") from error
    if parts.scheme not in ("http", "https"):
        raise RuleError(say("地址须以 https:// 或 http:// 开头"), "template")
    if parts.username is not None or parts.password is not None:
        raise RuleError(say("地址里不能带用户名和密码：看地图的人都会看到它"), "template")
    if not _HOST.fullmatch(host):
        raise RuleError(
            say("主机名只能是字母、数字、点和连字符，例如 tiles.example.cn；占位符只能写在主机名之后"), "template"
        )
    if "#" in template:
        raise RuleError(say("地址里不能有 #"), "template")
