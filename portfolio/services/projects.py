"""Registering projects and moving them through their life."""

from __future__ import annotations

import dataclasses
import re

from sqlalchemy.orm import Session

from portfolio.domain.drafts import PlaceDraft, ProjectDraft
from portfolio.domain.errors import DuplicateError, RuleError, StaleError
from portfolio.domain.sentences import say
from portfolio.domain.terms import Basis, Stage, Status
from portfolio.store.history import values_of
from portfolio.store.hold import hold
from portfolio.store.models import District, Plan, Project
from portfolio.store.queries import districts, phases, projects, revisions

COPIED = tuple(
    field.name
    for field in dataclasses.fields(ProjectDraft)
    if field.name not in ("district", "plan_key", "place", "stage")
)
_PLACE_COLUMNS = (
    "lon",
    "lat",
    "accuracy",
    "datum",
    "place_given",
    "place_basis",
    "place_confirmed_by",
    "site_outline",
)


def add_project(session: Session, draft: ProjectDraft, *, code: str | None = None) -> Project:
    """Register a project under the district's next code, or under a code that a data file gives.

    Raises
    ------
    RuleError
        If the district or plan is unknown, years are out of order or the place makes no sense.
    DuplicateError
        If the district has a project of that name already.
    """
    district = _district(session, draft.district)
    _check(session, draft, district)
    _check_place(draft.place)
    project = Project(code=code or next_code(session, district), status=Status.ACTIVE, stage=draft.stage)
    _fill(project, draft, district, _plan(session, draft))
    _put_place(project, draft.place)
    session.add(project)
    session.flush()
    return project


def update_project(session: Session, project: Project, draft: ProjectDraft, *, version: int) -> Project:
    """Save changed answers to a project that was read at ``version``; its place stays, see ``place_project``.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        As ``add_project``.
    """
    check_version(session, project, version)
    district = _district(session, draft.district)
    if district.id != project.district_id:
        raise RuleError(say("项目编码含区划代码，不能改到其他区县；请在那个区县新登记"), "district")
    _check(session, draft, district, but=project.code)
    _fill(project, draft, district, _plan(session, draft))
    session.flush()
    return project


def place_project(session: Session, project: Project, place: PlaceDraft, *, version: int) -> Project:
    """Say where a project lies that was read at ``version``, or that its place is not known any more.

    Raises
    ------
    StaleError
        If somebody saved it since.
    RuleError
        If the place makes no sense.
    """
    check_version(session, project, version)
    _check_place(place)
    _put_place(project, place)
    session.flush()
    return project


def set_stage(session: Session, project: Project, stage: Stage | None, *, version: int) -> Project:
    """Report the stage a project has reached; None means it is not known.

    Raises
    ------
    RuleError
        If the project is not going on.
    """
    check_version(session, project, version)
    if project.status is not Status.ACTIVE:
        raise RuleError(say("项目已{status}，请先恢复推进再更新阶段", status=project.status), "stage")
    project.stage = stage
    session.flush()
    return project


def set_status(session: Session, project: Project, status: Status, *, version: int) -> Project:
    """Suspend, cancel, merge or restore a project; its stage is kept.

    Raises
    ------
    RuleError
        If it has that status already, or no reason is given.
    """
    check_version(session, project, version)
    if project.status is status:
        raise RuleError(say("项目目前就是“{status}”状态", status=status), "status")
    if not session.info.get("reason"):
        raise RuleError(say("请写明原因，将记入沿革"), "reason")
    project.status = status
    session.flush()
    return project


def set_programme(session: Session, project: Project, code: str | None, *, version: int) -> Project:
    """Make a project a phase (分期) of the programme (总项目) with that code, or of none.

    Raises
    ------
    StaleError
        If somebody saved it since it was read at ``version``.
    RuleError
        If the other is no project of the district, is itself a phase, or this one has phases.
    """
    check_version(session, project, version)
    programme = projects.find_project(session, code) if code else None
    if code and (programme is None or programme.district_id != project.district_id):
        raise RuleError(say("本区县没有编码为 {code} 的项目，请到项目库查编码", code=code[:20]), "programme")
    _check_programme(session, project, programme)
    project.parent_id = programme.id if programme else None
    session.flush()
    return project


def restore_version(session: Session, project: Project, earlier: int, *, version: int) -> Project:
    """Make a project what it was in version ``earlier``, as a new version; what lies between stays in the history.

    Raises
    ------
    StaleError
        If somebody saved it since it was read at ``version``.
    NotFoundError
        If it never had that version.
    RuleError
        If it was a phase then, and its programme is one itself by now, or it has phases.
    """
    check_version(session, project, version)
    session.info["reason"] = say("恢复到第 {version} 版", version=earlier)
    values = values_of(Project, revisions.get_revision(session, project, earlier))
    _check_programme(session, project, session.get(Project, values.get("parent_id") or 0))
    for name in (*COPIED, *_PLACE_COLUMNS, "stage", "status", "plan_id", "parent_id"):
        setattr(project, name, values.get(name))
    session.flush()
    session.refresh(project)
    return project


def check_version(session: Session, project: Project, version: int) -> None:
    """Raise StaleError unless the project still stands at ``version``."""
    if project.version != version:
        raise StaleError(project.version, revisions.list_revisions(session, project)[0].actor)


def next_code(session: Session, district: District) -> str:
    """Return the code after the district's highest; projects are never deleted, so no code comes twice."""
    last = projects.last_code(session, district)
    return f"{district.adcode}-{int(last[-4:]) + 1 if last else 1:04d}"


def _district(session: Session, adcode: str) -> District:
    district = districts.find_district(session, adcode)
    if district is None:
        raise RuleError(say("没有代码为“{adcode}”的区县，请从列表中选择", adcode=adcode[:12]), "district")
    return district


def _plan(session: Session, draft: ProjectDraft) -> Plan | None:
    if draft.basis is Basis.OUTSIDE:
        return None
    plan = districts.find_plan(session, draft.plan_key) if draft.plan_key else None
    if plan is None or plan.district.adcode != draft.district:
        raise RuleError(say("规划内项目须选择本区县的规划"), "plan_key")
    return plan


def _check(session: Session, draft: ProjectDraft, district: District, *, but: str | None = None) -> None:
    if draft.start_year and draft.completion_year and draft.completion_year < draft.start_year:
        raise RuleError(say("建成年份早于开工年份，请核对"), "completion_year")
    if draft.basis is not Basis.OUTSIDE and not draft.section:
        raise RuleError(say("规划内项目须写明所在章节或专栏"), "section")
    namesake = projects.find_namesake(session, district, _full_name(draft), but=but)
    if namesake is not None:
        raise DuplicateError(
            say("本区县已有同名项目 {code}；若是另一期或另一校区，请在备注中写明", code=namesake.code), "name"
        )


def _check_programme(session: Session, project: Project, programme: Project | None) -> None:
    """Phases are one level deep; those of a district are made one at a time, so that two people cannot make it two."""
    if programme is None:
        return
    if programme.id == project.id:
        raise RuleError(say("项目不能是自己的分期，请填总项目的编码"), "programme")
    hold(session, project.district)
    session.refresh(programme)
    if programme.parent_id is not None:
        raise RuleError(say("{name}本身是分期，请填它所属的总项目", name=programme.name), "programme")
    if phases.has_phases(session, project):
        raise RuleError(say("{name}已有分期，不能再归入别的总项目", name=project.name), "programme")


def _check_place(place: PlaceDraft) -> None:
    if (place.lon is None) != (place.lat is None):
        raise RuleError(say("经度和纬度须同时填写"), "lat" if place.lat is None else "lon")
    if place.lon is None and place.accuracy.is_located:
        raise RuleError(say("填写了位置精度但没有坐标，请选择地名或填写经纬度"), "accuracy")
    if place.lon is not None and place.lat is not None and not (73 < place.lon < 136 and 3 < place.lat < 54):
        raise RuleError(say("坐标不在中国境内，请检查经度、纬度是否填反"), "lon")


def _full_name(draft: ProjectDraft) -> str:
    return f"{draft.name}（{draft.remark}）" if draft.remark else draft.name


def _fill(project: Project, draft: ProjectDraft, district: District, plan: Plan | None) -> None:
    for name in COPIED:
        setattr(project, name, getattr(draft, name))
    project.district, project.plan = district, plan
    if plan is None:
        project.section = project.item = None


def _put_place(project: Project, place: PlaceDraft) -> None:
    """Keep a point only where it says more than the district: no project pretends to be placed."""
    known = place.accuracy.is_located
    project.lon, project.lat = (place.lon, place.lat) if known else (None, None)
    project.accuracy = place.accuracy
    project.datum = place.datum
    project.place_given = place.given
    project.place_basis = place.basis
    project.place_confirmed_by = place.confirmed_by
    project.site_outline = place.outline if known else None


def is_valid_code(code: str) -> bool:
    """Return whether a data file's project code has the form adcode-0001."""
    return re.fullmatch(r"\d{6}-\d{4}", code, re.ASCII) is not None
