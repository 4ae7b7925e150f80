"""Forms of placing: one project's place, and a table of places."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from portfolio.domain.coordinates import LONGEST, parse_coordinates, write_pair
from portfolio.domain.errors import RuleError
from portfolio.domain.terms import Accuracy, Datum
from portfolio.store.models import Project
from portfolio.web.forms.fields import TermField, TextBlockField, TextLineField, required
from portfolio.web.forms.projects import VersionedForm


class PlaceForm(VersionedForm):
    """Say where one project lies."""

    coordinates = TextLineField(
        _l("坐标"),
        max_length=LONGEST,
        description=_l("经度和纬度一起粘贴，如 106.4529, 29.5437 或 106°27′10″E 29°32′37″N；撤下位置就清空"),
    )
    datum = TermField(_l("坐标系"), Datum, description=_l("从高德、腾讯地图复制的是 GCJ-02，从百度复制的是 BD-09"))
    place_name = TextLineField(
        _l("地名"), description=_l("镇街、社区、学校或地标，从列表中选；坐标、精度和依据随之填入")
    )
    photo = FileField(
        _l("现场照片"), description=_l("读出照片里的定位填到坐标栏，由您核对；照片本身不保存。JPEG 或 PNG，20 MB 以内")
    )
    accuracy = TermField(_l("位置精度"), Accuracy, default=Accuracy.UNKNOWN)
    place_basis = TextLineField(_l("位置依据"), max_length=400, description=_l("如：规划红线图、现场核实、地名推断"))
    place_confirmed_by = TextLineField(
        _l("位置核实人"), max_length=50, description=_l("谁到现场或对图纸核实过；没有核实就不填")
    )
    outline_file = FileField(
        _l("上传用地范围"),
        description=_l("GeoJSON、GeoPackage 或打成 zip 的 Shapefile，只含一个面，20 MB 以内"),
    )
    outline = TextBlockField(
        _l("用地范围（GeoJSON）"),
        max_length=200_000,
        description=_l("WGS-84 的 Polygon 或 MultiPolygon；清空即撤下范围"),
    )
    outside_reason = TextLineField(_l("区界外的理由"), description=_l("位置在区界以外时必填，记入沿革；平时不填"))
    back = HiddenField()


def stored_place(project: Project) -> dict[str, Any]:
    """Return a project's place as the form shows it: as it was given where that can be read again, else in WGS-84."""
    text, datum = stored_coordinates(project)
    return {
        "coordinates": text,
        "datum": datum,
        "accuracy": project.accuracy,
        "place_basis": project.place_basis,
        "place_confirmed_by": project.place_confirmed_by,
        "outline": project.site_outline,
        "version": str(project.version),
    }


def stored_coordinates(project: Project) -> tuple[str, Datum]:
    """Return the text that stands for a project's point, and the datum it is in; empty without a point."""
    if project.lon is None or project.lat is None:
        return "", Datum.WGS84
    if project.datum is not Datum.WGS84 and is_readable(project.place_given):
        return str(project.place_given), project.datum
    return write_pair(project.lon, project.lat), Datum.WGS84


def is_readable(given: str | None) -> bool:
    """Return whether what was given once can be given again."""
    try:
        parse_coordinates(given or "")
    except RuleError:
        return False
    return True


class PlaceTableForm(FlaskForm):  # type: ignore[misc]
    """Say where many projects lie, by a table; the hidden fields go from the check to the save."""

    table = FileField(
        _l("坐标表"),
        description=_l("CSV 或 XLSX，20 MB、2,000 行以内。列：项目编码（或项目名称），坐标（或经度、纬度两列）"),
    )
    datum = TermField(
        _l("表中坐标的坐标系"), Datum, description=_l("从高德、腾讯地图取的是 GCJ-02，从百度取的是 BD-09")
    )
    accuracy = TermField(_l("位置精度"), Accuracy, among=[one for one in Accuracy if one.is_located])
    place_basis = TextLineField(
        _l("位置依据"),
        [required(_l("请写明坐标的来历"))],
        description=_l("写到每个项目上，如：2026年3月现场踏勘坐标表"),
    )
    place_confirmed_by = TextLineField(_l("位置核实人"), max_length=50, description=_l("没有核实就不填"))
    outside_reason = TextLineField(_l("区界外的理由"), description=_l("有行在区界以外时必填，记入沿革；平时不填"))
    is_sure = BooleanField(_l("我已核对，表中坐标确实是所选坐标系"))
    rows = HiddenField()
    versions = HiddenField()
