"""Reading a district's folder of data files into the database, through the services.

A folder holds ``plan.toml`` and any of ``gazetteer.csv``, ``projects.csv``, ``commitments.csv``, ``indicators.csv``,
``facts.csv``, ``links.csv`` and ``layout.geojson``. Loading adds what is missing and never overwrites: a second load
adds nothing. README.md describes every column, so that any district can start with its own files.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from geo.districts import district_outline
from geo.errors import GeoError
from portfolio.domain.budget import BudgetMeasure
from portfolio.domain.drafts import PlaceDraft, ProjectDraft
from portfolio.domain.errors import DataFileError, PortfolioError, RuleError
from portfolio.domain.quantities import parse_decimal
from portfolio.domain.sentences import say
from portfolio.domain.terms import (
    Accuracy,
    Basis,
    Confidence,
    DeliveryMode,
    FactField,
    Level,
    Measure,
    Nature,
    Stage,
    Term,
)
from portfolio.plans.layout import read_layout
from portfolio.services import budgets as budget_service
from portfolio.services import commitments as commitment_service
from portfolio.services import facts as fact_service
from portfolio.services import layouts as layout_service
from portfolio.services import plans as plan_service
from portfolio.services import projects as project_service
from portfolio.store.models import District, GazetteerPlace, Plan
from portfolio.store.queries import commitments as commitment_queries
from portfolio.store.queries import districts as district_queries
from portfolio.store.queries import projects as project_queries

SHIPPED = Path(__file__).parent
Row = dict[str, str]
TermT = TypeVar("TermT", bound=Term)


def plan_folders(*parents: Path) -> list[Path]:
    """List the district folders below ``parents``, by adcode."""
    found = {path.parent.name: path.parent for parent in parents for path in sorted(parent.glob("*/plan.toml"))}
    return [found[name] for name in sorted(found)]


def load_shipped_plans(session: Session) -> Counter[str]:
    """Load every shipped district; return how many records of each kind were added."""
    return sum((load_plan(session, folder) for folder in plan_folders(SHIPPED)), Counter())


def read_plan_file(folder: Path) -> dict[str, Any]:
    """Read ``plan.toml``.

    Raises
    ------
    DataFileError
        If it is missing or not TOML.
    """
    try:
        return tomllib.loads((folder / "plan.toml").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataFileError(say("{folder} 中没有 plan.toml，请照 README 的说明补上", folder=folder)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(say("{file} 无法读取：{error}", file=folder / "plan.toml", error=error)) from error


def load_plan(session: Session, folder: Path, *, boundaries: Path | None = None) -> Counter[str]:
    """Load one district's folder; the office's own outlines, to which belts are clipped, are in ``boundaries``.

    Raises
    ------
    DataFileError
        If a file does not read as it should; file, line and what is wrong are named. Nothing is committed here.
    """
    about = read_plan_file(folder)
    loader = _Loader(session, folder, about)
    loader.load()
    loader.load_layout(about, boundaries)
    return loader.added


class _Loader:
    """One district's folder on its way in; the order of the steps is the order of dependence."""

    def __init__(self, session: Session, folder: Path, about: dict[str, Any]) -> None:
        self.session, self.folder, self.added = session, folder, Counter[str]()
        try:
            self.district = self._district(about)
            self.plan = self._plan(about)
        except KeyError as error:
            raise DataFileError(say("{file} 缺少 {key}", file=folder / "plan.toml", key=error.args[0])) from error

    def _district(self, about: dict[str, Any]) -> District:
        seat = about["seat"]
        values = {
            "name": about["district"],
            "city": about.get("city"),
            "seat_lon": seat["lon"],
            "seat_lat": seat["lat"],
        }
        district, added = plan_service.ensure_district(self.session, about["adcode"], values)
        self.added["districts"] += added
        return district

    def _plan(self, about: dict[str, Any]) -> Plan:
        values = {name: about[name] for name in ("title", "short", "start_year", "end_year")}
        values |= {name: about.get(name) or None for name in ("issued", "publisher", "index_number")}
        key = f"{about['adcode']}-{about['start_year']}"
        plan, added = plan_service.ensure_plan(self.session, self.district, key, values)
        self.added["plans"] += added
        return plan

    def load(self) -> None:
        """Load every file that is there."""
        steps: dict[str, Callable[[Row], bool]] = {
            "gazetteer": self._place,
            "projects": self._project,
            "commitments": self._commitment,
            "indicators": self._indicator,
            "links": self._link,
            "facts": self._fact,
            "budget": self._budget_rule,
        }
        for name, step in steps.items():
            path = self.folder / f"{name}.csv"
            for number, row in _rows(path):
                try:
                    self.added[name] += step(row)
                except (KeyError, ValueError, PortfolioError) as error:
                    raise DataFileError(
                        say("{path} 第 {number} 行：{reason}", path=path, number=number, reason=_explain(error))
                    ) from error

    def load_layout(self, about: dict[str, Any], boundaries: Path | None) -> None:
        """Load the layout, as its first version, unless the district has one."""
        draft = read_layout(self.folder, about)
        if draft is None:
            return
        outline = district_outline(self.district.adcode, boundaries)
        shape = outline.geometry if outline else None
        try:
            self.added["layouts"] += layout_service.ensure_layout(self.session, self.district, draft, shape)
        except (RuleError, GeoError) as error:
            raise DataFileError(
                say("{file} 的 [layout]：{reason}", file=self.folder / "plan.toml", reason=error.sentence)
            ) from error

    def _place(self, row: Row) -> bool:
        values = {
            "name": row["name_zh"],
            "lon": float(row["lon_wgs84"]),
            "lat": float(row["lat_wgs84"]),
            "accuracy": Accuracy.from_label(row["accuracy"]),
            "basis": row["basis"] or None,
            "note": row["note"] or None,
        }
        return plan_service.ensure_place(self.session, self.district, row["key"], values)

    def _project(self, row: Row) -> bool:
        if project_queries.find_project(self.session, row["code"]) is not None:
            return False
        if not project_service.is_valid_code(row["code"]) or not row["code"].startswith(self.district.adcode):
            raise RuleError(
                say("项目编码 {code} 应为 {adcode}-0001 的形式", code=row["code"], adcode=self.district.adcode)
            )
        project_service.add_project(self.session, self._project_draft(row), code=row["code"])
        return True

    def _project_draft(self, row: Row) -> ProjectDraft:
        basis = Basis.from_label(row["basis"])
        return ProjectDraft(
            name=row["name"],
            remark=row["remark"] or None,
            note=row["note"] or None,
            also_called=row["search_also"] or None,
            district=self.district.adcode,
            nature=Nature.from_label(row["nature"]),
            level=Level.from_label(row["level"]),
            basis=basis,
            plan_key=None if basis is Basis.OUTSIDE else self.plan.key,
            section=row["section"] or None,
            item=row["item"] or None,
            quote=row["quote"] or None,
            delivery_mode=_term(DeliveryMode, row["delivery_mode"]),
            lead_unit=row["lead_unit"] or None,
            place=self._place_draft(row["place_key"]),
        )

    def _place_draft(self, key: str) -> PlaceDraft:
        if not key:
            return PlaceDraft(accuracy=Accuracy.DISTRICT, basis="计划和公开资料只说明所在区县")
        place = district_queries.find_place(self.session, key)
        if place is None:
            raise RuleError(say("gazetteer.csv 中没有地名 {key}", key=key))
        return place_draft(place)

    def _commitment(self, row: Row) -> bool:
        values: dict[str, Any] = {name: row[name] or None for name in ("item", "unit", "qualifier", "also_at")}
        values |= {name: row[name] for name in ("section", "what", "quote")}
        values |= {
            "value": _decimal(row["value"]),
            "value_max": _decimal(row["value_max"]),
            "year": _whole(row["year"]),
            "measure": Measure.from_label(row["measure"]),
            "levels": _codes(Level, row["levels"]),
            "natures": _codes(Nature, row["natures"]),
        }
        return plan_service.ensure_commitment(self.session, self.plan, row["key"], values)

    def _indicator(self, row: Row) -> bool:
        values: dict[str, Any] = {name: row[name] or None for name in ("category", "unit", "attribute", "quote")}
        values |= {name: row[name] or None for name in ("baseline_qualifier", "target_qualifier")}
        values |= {name: _decimal(row[name]) for name in ("baseline", "target")}
        values |= {name: _whole(row[name]) for name in ("baseline_year", "target_year")}
        return plan_service.ensure_indicator(
            self.session, self.plan, int(row["number"]), {"name": row["name"], **values}
        )

    def _link(self, row: Row) -> bool:
        commitment = commitment_queries.get_commitment(self.session, row["commitment_key"])
        project = project_queries.get_project(self.session, row["project_code"])
        if commitment_queries.find_link(self.session, commitment, project) is not None:
            return False
        quantity, basis = _decimal(row["quantity"]), row["basis"] or None
        commitment_service.link_project(self.session, commitment, project, quantity=quantity, basis=basis)
        return True

    def _fact(self, row: Row) -> bool:
        draft = _fact_draft(row)
        project = project_queries.get_project(self.session, row["project_code"]) if row["project_code"] else None
        fact = fact_service.add_fact(self.session, self.district, draft, project)
        if fact is not None and fact_service.can_accept(fact) and fact.confidence is Confidence.OFFICIAL:
            fact_service.accept_fact(self.session, fact)
            self.added["accepted facts"] += 1
        return fact is not None

    def _budget_rule(self, row: Row) -> bool:
        measure = BudgetMeasure.from_label(row["measure"])
        return budget_service.ensure_rule(self.session, self.plan, measure, section=row["section"], quote=row["quote"])


def place_draft(place: GazetteerPlace) -> PlaceDraft:
    """Return a named place as the place of a project."""
    basis = f"{place.name}；{place.basis or ''}" + (f"；{place.note}" if place.note else "")
    return PlaceDraft(lon=place.lon, lat=place.lat, accuracy=place.accuracy, given=place.key, basis=basis)


def _fact_draft(row: Row) -> fact_service.FactDraft:
    return fact_service.FactDraft(
        subject=row["subject"],
        field=FactField.from_label(row["field"]),
        value=row["value"],
        unit=row["unit"] or None,
        as_of=row["as_of"] or None,
        source_title=row["source_title"],
        publisher=row["publisher"] or None,
        address=row["address"] or None,
        confidence=Confidence.from_label(row["confidence"]),
        note=row["note"] or None,
        is_whole=row["scope"] == "whole",
        stage=_term(Stage, row["stage"]),
    )


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield line number and row of a data file; nothing where the file is missing."""
    if not path.exists():
        return
    with path.open(encoding="utf-8-sig", newline="") as lines:
        try:
            reader = csv.DictReader(lines, strict=True, restval="")
            for row in reader:
                if None in row:
                    raise DataFileError(say("{path} 第 {number} 行的列数多于表头", path=path, number=reader.line_num))
                yield reader.line_num, {key: value.strip() for key, value in row.items()}
        except (csv.Error, UnicodeDecodeError) as error:
            raise DataFileError(say("{path} 不是 UTF-8 编码的 CSV 文件：{error}", path=path, error=error)) from error


def _explain(error: Exception) -> object:
    if isinstance(error, KeyError):
        return say("缺少“{column}”列", column=error.args[0])
    return error.sentence if isinstance(error, PortfolioError | GeoError) else error


def _term(terms: type[TermT], label: str) -> TermT | None:
    return terms.from_label(label) if label else None


def _codes(terms: type[TermT], labels: str) -> str | None:
    return ",".join(terms.from_label(label).value for label in labels.split("、")) if labels else None


def _decimal(text: str) -> Any:
    return parse_decimal(text) if text else None


def _whole(text: str) -> int | None:
    return int(text) if text else None
