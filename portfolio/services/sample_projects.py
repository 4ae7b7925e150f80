"""Synthetic projects: what each is, how far it has come, how large it is and where it lies."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from portfolio.domain.samples import MARK
from portfolio.domain.terms import Accuracy, Basis, Datum, DeliveryMode, Level, Nature, Stage, Status
from portfolio.store.models import District, Plan, Project

WAN_FEN = 1_000_000
FIRST_YEAR, LAST_YEAR = 2021, 2025
SPREAD_DEGREES = 0.03  # about 3 km

OptionT = TypeVar("OptionT")

_SCHOOLS: dict[Level, str] = {
    Level.PRESCHOOL: "幼儿园",
    Level.PRIMARY: "小学",
    Level.JUNIOR: "初中",
    Level.NINE_YEAR: "九年一贯制学校",
    Level.SENIOR: "高中",
    Level.COMPLETE: "完全中学",
    Level.VOCATIONAL: "职业学校",
    Level.HIGHER: "学院",
    Level.SPECIAL: "特殊教育学校",
    Level.CORRECTIONAL: "专门学校",
    Level.LIFELONG: "党校",
}
_LOCATED = tuple(accuracy for accuracy in Accuracy if accuracy.is_located)
_UNLOCATED = tuple(accuracy for accuracy in Accuracy if not accuracy.is_located)
_HALTED = tuple(status for status in Status if status is not Status.ACTIVE)


@dataclass(frozen=True, kw_only=True)
class Home:
    """A district, and its plan if it has one."""

    district: District
    plan: Plan | None


class ProjectMaker:
    """Makes projects one after the other; kinds go round in turn so that every one occurs, numbers are drawn."""

    def __init__(self, homes: Sequence[Home], draw: random.Random, first: int) -> None:
        self.homes, self.draw, self.first = homes, draw, first

    def project(self, number: int) -> Project:
        """Return the project with that running number, counted from 1."""
        home, level = turn(self.homes, number), turn(tuple(Level), number)
        return Project(
            id=self.first + number - 1,
            code=f"{home.district.adcode}-S{number:05d}",
            district_id=home.district.id,
            name=f"{MARK}{_SCHOOLS[level]}{number:04d}",
            nature=turn(tuple(Nature), number),
            level=level,
            delivery_mode=turn((*DeliveryMode, None), number),
            owner=f"{MARK}建设单位",
            lead_unit=f"{MARK}牵头单位{number % 5 + 1}",
            is_sample=True,
            **self._standing(number, home),
            **self._scale(),
            **self._place(number, home.district),
        )

    def _standing(self, number: int, home: Home) -> dict[str, Any]:
        start_year = self.draw.randint(FIRST_YEAR, LAST_YEAR)
        basis = turn(tuple(Basis), number) if home.plan else Basis.OUTSIDE
        is_planned = home.plan is not None and basis is not Basis.OUTSIDE
        return {
            "stage": turn((*Stage, None), number),
            "status": turn(_HALTED, number // 10) if number % 10 == 0 else Status.ACTIVE,
            "basis": basis,
            "plan_id": home.plan.id if home.plan and is_planned else None,
            "section": MARK if is_planned else None,
            "start_year": start_year,
            "completion_year": start_year + self.draw.randint(1, 3),
        }

    def _scale(self) -> dict[str, Any]:
        classes = self.draw.randint(6, 60)
        return {
            "site_area_m2": Decimal(self.draw.randint(500_000, 8_000_000)) / 100,
            "floor_area_m2": Decimal(self.draw.randint(300_000, 6_000_000)) / 100,
            "classes": classes,
            "seats": classes * 45,
            "total_investment_fen": self.draw.randint(500, 30_000) * WAN_FEN,
        }

    def _place(self, number: int, district: District) -> dict[str, Any]:
        lon = round(district.seat_lon + self.draw.uniform(-SPREAD_DEGREES, SPREAD_DEGREES), 6)
        lat = round(district.seat_lat + self.draw.uniform(-SPREAD_DEGREES, SPREAD_DEGREES), 6)
        is_located = number % 5 != 0
        return {
            "lon": lon if is_located else None,
            "lat": lat if is_located else None,
            "accuracy": turn(_LOCATED, number) if is_located else turn(_UNLOCATED, number // 5),
            "datum": turn(tuple(Datum), number) if is_located else Datum.WGS84,
            "place_basis": MARK,
        }


def turn(options: Sequence[OptionT], number: int) -> OptionT:
    """Return the options one after the other, round and round."""
    return options[number % len(options)]
