"""Forms of layouts: a version with its zones, a file of outlines, a project's zone chosen by hand."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice

from portfolio.domain.layouts import MOST_ZONES, LineRole
from portfolio.web.forms.fields import QuantityField, TermField, TextBlockField, TextLineField, required
from portfolio.web.forms.money import DayField
from portfolio.web.forms.projects import VersionedForm

MOST_LINE_CHARACTERS = 500_000
MOST_SHAPE_CHARACTERS = 3_000_000


class ZoneForm(Form):  # type: ignore[misc]
    """One zone of a version; one without a name, line and area is no zone."""

    key = HiddenField()
    name = TextLineField(_l("名称"), max_length=40)
    short = TextLineField(_l("简称"), max_length=12, description=_l("写在地图上；不填时用名称"))
    colour = TextLineField(_l("颜色"), max_length=7, default="#1C7C94", render_kw={"type": "color"})
    width_m = QuantityField(_l("宽度（米）"), places=0, description=_l("两侧合计，如 1000"))
    line_name = TextLineField(_l("中心线依据"), max_length=60, description=_l("沿什么画，如：轨道交通环线"))
    line_role = TermField(_l("中心线类型"), LineRole, default=LineRole.ROAD)
    line = TextBlockField(
        _l("中心线（GeoJSON）"),
        max_length=MOST_LINE_CHARACTERS,
        description=_l("WGS-84 经纬度的 LineString 或 MultiLineString；在地图上改动会写到这里"),
        render_kw={"rows": 3, "spellcheck": "false"},
    )
    shape = TextBlockField(
        _l("范围（GeoJSON）"),
        max_length=MOST_SHAPE_CHARACTERS,
        description=_l("WGS-84 经纬度的 Polygon 或 MultiPolygon；在地图上改动会写到这里"),
        render_kw={"rows": 3, "spellcheck": "false"},
    )
    towns = SelectMultipleField(_l("按镇街归并"), description=_l("选了镇街，就用这些镇街合起来的范围，不看上面的文字"))
    file = FileField(_l("上传文件"), description=_l("GeoJSON；选了文件，就用文件里的，不看上面的文字"))
    remove = BooleanField(_l("去掉这个分区"))

    @property
    def is_blank(self) -> bool:
        """Return whether nothing was answered, or the zone is to go."""
        answers = (self.name.data, self.line.data, self.shape.data, self.towns.data)
        return bool(self.remove.data) or not (any(answers) or (self.file.data and self.file.data.filename))


class LayoutForm(FlaskForm):  # type: ignore[misc]
    """A new version of a layout."""

    name = TextLineField(_l("布局名称"), [required(_l("请填写布局名称"))], max_length=40)
    valid_from = DayField(
        _l("生效日期"),
        [required(_l("请填写生效日期"))],
        max_length=10,
        description=_l("从这一天起用于地图、筛选和汇总；可以晚于今天"),
        render_kw={"type": "date"},
    )
    source = TextLineField(_l("来源"), max_length=200, description=_l("如：空间布局专项规划图，某年某月"))
    note = TextLineField(_l("说明"), max_length=200, description=_l("写在地图下方，如：示意，未经测绘"))
    after = HiddenField()
    previewed = HiddenField()
    zones = FieldList(FormField(ZoneForm), max_entries=MOST_ZONES)

    @property
    def after_number(self) -> int:
        """Return the newest version when the form was opened; a mangled one is none that exists."""
        text = self.after.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else -1

    def offer_towns(self, names: Sequence[tuple[str, str]]) -> None:
        """Offer the towns whose outlines are there, key and name, to every zone."""
        for zone in self.zones:
            zone.form.towns.choices = [SelectChoice(key, name) for key, name in names]


class OutlineFileForm(FlaskForm):  # type: ignore[misc]
    """A file of outlines."""

    file = FileField(
        _l("界线文件"),
        [FileRequired(_l("请选择文件"))],
        description=_l("GeoJSON、GeoPackage（.gpkg），或打成 zip 的 Shapefile（含 .prj）；不超过 20 MB"),
    )
    name_column = TextLineField(
        _l("名称所在的列"), max_length=60, description=_l("文件里写名称的字段，如 NAME；不填时自动挑选")
    )


class ZoneChoiceForm(VersionedForm):
    """A project's zone, chosen by hand."""

    zone = SelectField(_l("归入"), invalid_choice_message=_l("没有这个分区，请从列表中选择"))
    reason = TextLineField(_l("理由"), [required(_l("请写明理由，将与计算结果一并保留"))])

    def offer(self, names: Sequence[tuple[str, str]]) -> None:
        """Offer the zones there are: key and name."""
        self.zone.choices = [SelectChoice(key, name) for key, name in names]
