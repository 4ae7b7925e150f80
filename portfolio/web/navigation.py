"""The frame around every page: navigation in the users' words, banner, version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString, lazy_gettext

from portfolio.domain.roles import Permission
from portfolio.web.signin import can

BANNER = "portfolio_banner"


@dataclass(frozen=True)
class Entry:
    """One entry of the navigation; shown to people with ``permission`` when its page exists.

    ``nouns`` are the blueprints and the single pages that belong to it, beside its own.
    """

    endpoint: str
    label: LazyString
    permission: Permission = Permission.VIEW
    nouns: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return url_for(self.endpoint)


ENTRIES = (
    Entry("overview.show", lazy_gettext("总览")),
    Entry("projects.index", lazy_gettext("项目库"), nouns=("milestones", "lights")),
    Entry("maps.index", lazy_gettext("地图"), nouns=("places", "placetables")),
    Entry(
        "money.summary",
        lazy_gettext("资金"),
        nouns=(
            "entries",
            "investment",
            "kpis",
            "cashflow",
            "budgets",
            "documents",
            "attachments",
            "sources",
            "contracts",
            "estimates",
        ),
    ),
    Entry("commitments.index", lazy_gettext("规划任务")),
    Entry("reports.index", lazy_gettext("月报")),
    Entry("commitments.indicators", lazy_gettext("指标")),
    Entry("facts.index", lazy_gettext("公开资料")),
    Entry("packs.index", lazy_gettext("报告"), Permission.EXPORT),
    Entry(
        "users.index",
        lazy_gettext("管理"),
        Permission.ADMINISTER,
        ("settings", "map_settings", "lights.rules", "milestones.template"),
    ),
)
FUNDING = (
    Entry("money.summary", lazy_gettext("资金总览")),
    Entry("entries.index", lazy_gettext("资金记录")),
    Entry("kpis.index", lazy_gettext("资金指标")),
    Entry("investment.index", lazy_gettext("年度计划")),
    Entry("cashflow.show", lazy_gettext("资金曲线")),
    Entry("cashflow.readiness", lazy_gettext("入库纳统")),
    Entry("budgets.index", lazy_gettext("两个只增不减")),
    Entry("documents.index", lazy_gettext("资金文件")),
    Entry("sources.index", lazy_gettext("资金来源")),
    Entry("contracts.index", lazy_gettext("合同")),
    Entry("estimates.index", lazy_gettext("四算")),
)
ADMINISTRATION = (
    Entry("users.index", lazy_gettext("用户"), Permission.ADMINISTER),
    Entry("settings.index", lazy_gettext("设置"), Permission.ADMINISTER),
    Entry("lights.rules", lazy_gettext("亮灯规则"), Permission.ADMINISTER),
    Entry("milestones.template", lazy_gettext("里程碑模板"), Permission.ADMINISTER),
)


KEPT_PAGES = (
    "overview.show",
    "projects.index",
    "maps.show",
    "money.summary",
    "milestones.index",
    "commitments.index",
)


def init_app(app: Flask) -> None:
    """Offer the frame's parts to templates.

    ``app.extensions["portfolio_banner"]`` may hold a function that says whether the database holds sample projects.
    """
    app.extensions[BANNER] = _no_sample
    app.jinja_env.globals.update(
        navigation=navigation,
        administration=ADMINISTRATION,
        funding=FUNDING,
        can_be_kept=can_be_kept,
        current_entry=current_entry,
        has_sample=has_sample,
        url_with=url_with,
        version=metadata.version("education-portfolio"),
    )


def _no_sample() -> bool:
    return False


def has_sample() -> bool:
    """Return whether sample projects are shown among the real ones."""
    check: Callable[[], bool] = current_app.extensions[BANNER]
    return check()


def navigation() -> list[Entry]:
    """Return the entries that the signed-in person can open."""
    return [entry for entry in ENTRIES if entry.endpoint in current_app.view_functions and can(entry.permission)]


def current_entry() -> Entry | None:
    """Return the entry of the page that is shown: its own, else the first of the same noun."""
    entries = navigation()
    exact = (entry for entry in entries if request.endpoint in (entry.endpoint, *entry.nouns))
    noun = (entry for entry in entries if request.blueprint in (entry.endpoint.split(".")[0], *entry.nouns))
    return next(exact, None) or next(noun, None)


def can_be_kept() -> bool:
    """Return whether the page that is shown can be kept as a view of one's own."""
    return request.method == "GET" and request.endpoint in KEPT_PAGES


def home_url() -> str:
    """Return the address of the first page that the signed-in person can open."""
    entries = navigation()
    return entries[0].url if entries else url_for("account.password")


def url_with(**changes: str | int | None) -> str:
    """Return the address of this page with other answers in its query; None takes one out."""
    answers: dict[str, list[str]] = request.args.to_dict(flat=False)
    kept = {name: values for name, values in answers.items() if name not in changes}
    given = {name: [str(value)] for name, value in changes.items() if value is not None}
    query = urlencode({**kept, **given}, doseq=True)
    return f"{request.path}?{query}" if query else request.path
