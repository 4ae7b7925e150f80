"""Forms of the map's settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from portfolio.domain.basemaps import HIGHEST_ZOOM, Service, TiandituLayer, check_template, check_tianditu_key
from portfolio.domain.terms import Datum
from portfolio.exchange.tilefiles import TileFile
from portfolio.services.map_settings import BaseDraft
from portfolio.store.models import District
from portfolio.web.forms.fields import QuantityField, TermField, TextLineField, read_answer, required
from portfolio.web.forms.settings import SettingForm

_DATUMS = (Datum.WGS84, Datum.CGCS2000, Datum.GCJ02)


class TiandituForm(SettingForm):
    """The office's key for Tianditu, and which of its maps are offered."""

    key = TextLineField(
        _l("密钥（tk）"),
        max_length=100,
        description=_l("在天地图控制台申请“浏览器端”密钥；看地图的人的浏览器会用到它"),
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    vec = BooleanField(_l(TiandituLayer.VECTOR.label))
    img = BooleanField(_l(TiandituLayer.IMAGE.label))
    ter = BooleanField(_l(TiandituLayer.TERRAIN.label))

    @property
    def layers(self) -> list[str]:
        """Return the maps ticked."""
        return [layer.value for layer in TiandituLayer if self[layer.value].data]

    def validate_key(self, field: TextLineField) -> None:
        """Ask for a key where maps are ticked, and for maps where a key is given."""
        if not field.text and self.layers:
            raise ValidationError(gettext("请填写密钥；不再使用天地图时，把三种地图的勾去掉"))
        if not field.text:
            return
        read_answer(lambda: check_tianditu_key(field.text or ""))
        if not self.layers:
            raise ValidationError(gettext("请至少勾选一种地图；不再使用天地图时，把密钥清空"))

    def value(self) -> dict[str, Any] | None:
        """Return the validated answers as they are stored."""
        return {"key": self.key.text, "layers": self.layers} if self.key.text else None


class ServicesForm(SettingForm):
    """Which public services are offered."""

    amap_road = BooleanField(_l(Service.AMAP_ROAD.label))
    amap_image = BooleanField(_l(Service.AMAP_IMAGE.label))
    osm = BooleanField(_l(Service.OSM.label))

    def value(self) -> list[str] | None:
        """Return the services ticked."""
        return [one.value for one in Service if self[one.value].data] or None


class _OwnBaseForm(FlaskForm):  # type: ignore[misc]
    name = TextLineField(_l("名称"), [required(_l("请填写名称，它会出现在地图的底图列表里"))], max_length=40)
    attribution = TextLineField(
        _l("来源说明"),
        [required(_l("请填写来源，它会印在地图右下角"))],
        max_length=100,
        description=_l("谁的图、哪一年，例如：万州区规资局 2024 年航拍"),
    )
    datum = TermField(
        _l("坐标系"), Datum, among=_DATUMS, default=Datum.WGS84, description=_l("高德、腾讯的图是 GCJ-02")
    )


class OnlineBaseForm(_OwnBaseForm):
    """Add a base whose squares lie at an address."""

    template = TextLineField(
        _l("瓦片地址"),
        [required(_l("请填写瓦片地址"))],
        max_length=500,
        description=_l("XYZ 或 WMTS（球面墨卡托 EPSG:3857），含 {z}、{x}、{y} 或 {TileMatrix}、{TileCol}、{TileRow}"),
        render_kw={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"},
    )
    last_zoom = QuantityField(
        _l("最大级别"), [required(_l("请填写最大级别"))], places=0, default="18", description=_l("服务最细到第几级")
    )

    def validate_template(self, field: TextLineField) -> None:
        """Refuse what is no address of squares."""
        read_answer(lambda: check_template(field.text or ""))

    def validate_last_zoom(self, field: QuantityField) -> None:
        """Refuse a zoom that no map has."""
        if field.whole is not None and field.whole > HIGHEST_ZOOM:
            raise ValidationError(gettext("级别在 1 至 %(highest)s 之间", highest=HIGHEST_ZOOM))

    def draft(self) -> BaseDraft:
        """Return the validated answers as a frozen draft."""
        return BaseDraft(
            name=self.name.text or "",
            attribution=self.attribution.text or "",
            datum=self.datum.data,
            template=self.template.data,
            last_zoom=self.last_zoom.whole or HIGHEST_ZOOM,
        )


class FileBaseForm(_OwnBaseForm):
    """Add a base whose squares lie in a file of this machine."""

    file = SelectField(_l("文件"), invalid_choice_message=_l("请从列表中选择一个文件"))

    def __init__(self, files: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.file.choices = [SelectChoice(name, name) for name in files]

    def draft(self, found: TileFile) -> BaseDraft:
        """Return the validated answers and what the file says of itself as a frozen draft."""
        return BaseDraft(
            name=self.name.text or "",
            attribution=self.attribution.text or "",
            datum=self.datum.data,
            file=self.file.data,
            first_zoom=found.first_zoom,
            last_zoom=found.last_zoom,
            bounds=found.bounds,
        )


class ReviewForm(SettingForm):
    """Review numbers (审图号): one for all maps, and one for each district in a field called ``of_<adcode>``."""

    of_all = TextLineField(_l("所有地图"), max_length=60, description=_l("没有单独填写的区县用这个号"))

    def numbers(self) -> dict[str, str]:
        """Return the numbers given, by adcode or "all"."""
        fields = {name.removeprefix("of_"): field for name, field in self._fields.items() if name.startswith("of_")}
        return {key: field.text for key, field in fields.items() if field.text}


class PublicForm(SettingForm):
    """Whose map everybody may see: a box for each district, called ``of_<adcode>``."""

    def adcodes(self) -> list[str]:
        """Return the districts ticked."""
        return [
            name.removeprefix("of_") for name, field in self._fields.items() if name.startswith("of_") and field.data
        ]


def review_form(districts: Iterable[District], **options: Any) -> ReviewForm:
    """Return the form with a field for each district."""
    fields = {f"of_{one.adcode}": TextLineField(one.name, max_length=60) for one in districts}
    form: ReviewForm = type("DistrictReviewForm", (ReviewForm,), fields)(prefix="review-", **options)
    return form


def public_form(districts: Iterable[District], **options: Any) -> PublicForm:
    """Return the form with a box for each district."""
    fields = {f"of_{one.adcode}": BooleanField(one.name) for one in districts}
    form: PublicForm = type("DistrictPublicForm", (PublicForm,), fields)(prefix="public-", **options)
    return form
