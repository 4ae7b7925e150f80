"""What the signed-in person may see: records of another district do not exist for somebody who works in one."""

from __future__ import annotations

from flask import g
from flask_babel import gettext

from portfolio.domain.errors import NotFoundError
from portfolio.store.models import Commitment, District, Plan, Project, ReportingRound
from portfolio.store.queries import commitments, districts, projects, rounds
from portfolio.web.database import get_session
from portfolio.web.signin import in_scope, scope_adcode


def get_project_in_scope(code: str) -> Project:
    """Return a project of a district that the person may see; otherwise answer as if it did not exist."""
    return projects.get_project(get_session(), code, within=scope_adcode())


def get_commitment_in_scope(key: str) -> Commitment:
    """Return a commitment of a district that the person may see; otherwise answer as if it did not exist."""
    return commitments.get_commitment(get_session(), key, within=scope_adcode())


def get_district_in_scope(adcode: str) -> District:
    """Return a district that the person may see; otherwise answer as if it did not exist."""
    if not in_scope(adcode):
        raise NotFoundError(gettext("没有行政区划代码为 %(adcode)s 的区县", adcode=adcode[:12]))
    return districts.get_district(get_session(), adcode)


def known_districts() -> dict[str, District]:
    """Return every district by its adcode, read once for each request."""
    if "districts" not in g:
        g.districts = {one.adcode: one for one in districts.list_districts(get_session())}
    found: dict[str, District] = g.districts
    return found


def visible_districts() -> list[District]:
    """Return the districts that the person may see."""
    return [one for one in known_districts().values() if in_scope(one.adcode)]


def visible_plans() -> list[Plan]:
    """Return the plans of the districts that the person may see."""
    return [plan for plan in districts.list_plans(get_session()) if in_scope(plan.district.adcode)]


def get_round_in_scope(adcode: str, period: str) -> ReportingRound:
    """Return a reporting round of a district that the person may see; otherwise answer as if it did not exist."""
    if not in_scope(adcode):
        raise NotFoundError(gettext("没有 %(period)s 这一期月报，请回到“月报”页选择", period=period))
    return rounds.get_round(get_session(), adcode, period)
