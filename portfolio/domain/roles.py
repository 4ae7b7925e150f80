"""Roles, and what each may do."""

from __future__ import annotations

from portfolio.domain.terms import Term


class Permission(Term):
    """One thing that a route may ask for."""

    VIEW = "view", "查看"
    EXPORT = "export", "下载"
    EDIT_PROJECTS = "edit_projects", "登记和修改项目"
    EDIT_MONEY = "edit_money", "登记资金"
    EDIT_COMMITMENTS = "edit_commitments", "关联规划任务"
    REPORT = "report", "填报月报和问题"
    REVIEW_REPORTS = "review_reports", "开启、核定和退回月报"
    EDIT_LAYOUTS = "edit_layouts", "划定圈带等布局"
    FREEZE_PACKS = "freeze_packs", "报告定版"
    ADMINISTER = "administer", "管理用户"


class Role(Term):
    """What a person is here."""

    VIEWER = "viewer", "查看人员"
    PLANNER = "planner", "规划人员"
    LEADER = "leader", "分管领导"
    ADMINISTRATOR = "administrator", "管理员"

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return everything the role may do."""
        return _PERMISSIONS[self]


_READING = frozenset({Permission.VIEW, Permission.EXPORT})
_PLANNING = _READING | {
    Permission.EDIT_PROJECTS,
    Permission.EDIT_MONEY,
    Permission.EDIT_COMMITMENTS,
    Permission.EDIT_LAYOUTS,
    Permission.REPORT,
    Permission.FREEZE_PACKS,
}
_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _READING,
    Role.LEADER: _READING | {Permission.REVIEW_REPORTS, Permission.FREEZE_PACKS},
    Role.PLANNER: _PLANNING,
    Role.ADMINISTRATOR: frozenset(Permission),
}
