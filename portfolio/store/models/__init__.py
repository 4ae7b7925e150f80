"""The tables, one file per noun."""

from portfolio.store.models.access import ApiToken, User, UserSession
from portfolio.store.models.attachment import ContractFile, DocumentFile, EstimateFile, FileWithdrawal
from portfolio.store.models.budget import BudgetFigure, BudgetRule
from portfolio.store.models.calendar import CalendarFeed
from portfolio.store.models.commitment import Commitment, CommitmentLink, Indicator
from portfolio.store.models.contract import Contract, ContractChange
from portfolio.store.models.desk import Followed, SavedView
from portfolio.store.models.district import District, GazetteerPlace, Plan
from portfolio.store.models.document import FundingDocument
from portfolio.store.models.estimate import Estimate
from portfolio.store.models.fact import Fact
from portfolio.store.models.investment import PlanChange, PlanLine
from portfolio.store.models.layout import Layout, Zone, ZoneChoice, ZoneShare
from portfolio.store.models.ledger import LedgerEntry
from portfolio.store.models.light import LightChange, LightOverride, ProjectLight
from portfolio.store.models.milestone import Approval, Baseline, Milestone
from portfolio.store.models.pack import FrozenPack, FrozenPackFile, PackJob, PackJobFile
from portfolio.store.models.problem import Problem
from portfolio.store.models.project import Project
from portfolio.store.models.report_photo import ReportPhoto
from portfolio.store.models.reporting import ProgressReport, ReportingRound
from portfolio.store.models.revision import Revision
from portfolio.store.models.setting import Setting
from portfolio.store.models.stored_file import StoredFile

__all__ = [
    "ApiToken",
    "Approval",
    "Baseline",
    "BudgetFigure",
    "BudgetRule",
    "CalendarFeed",
    "Commitment",
    "CommitmentLink",
    "Contract",
    "ContractChange",
    "ContractFile",
    "District",
    "DocumentFile",
    "Estimate",
    "EstimateFile",
    "Fact",
    "FileWithdrawal",
    "Followed",
    "FrozenPack",
    "FrozenPackFile",
    "FundingDocument",
    "GazetteerPlace",
    "Indicator",
    "Layout",
    "LedgerEntry",
    "LightChange",
    "LightOverride",
    "Milestone",
    "PackJob",
    "PackJobFile",
    "Plan",
    "PlanChange",
    "PlanLine",
    "Problem",
    "ProgressReport",
    "Project",
    "ProjectLight",
    "ReportPhoto",
    "ReportingRound",
    "Revision",
    "SavedView",
    "Setting",
    "StoredFile",
    "User",
    "UserSession",
    "Zone",
    "ZoneChoice",
    "ZoneShare",
]
