"""Leadership packs (报告): asking for one, watching it being made, taking its files, freezing it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from geo.errors import GeoError
from portfolio.domain.clock import today
from portfolio.domain.colours import ColourBy
from portfolio.domain.errors import NotFoundError, RuleError
from portfolio.domain.packs import PackKind, PackState
from portfolio.domain.roles import Permission
from portfolio.exchange.pack.files import PackExtras
from portfolio.exchange.pack.own_templates import FOLDER, LETTER, SLIDES, find_template
from portfolio.exchange.wallmap import WallMap
from portfolio.reports.pack import PackOrder
from portfolio.reports.pack_table import PackTable, from_json
from portfolio.reports.pack_words import scope_key, scope_words
from portfolio.services import packs as service
from portfolio.store.base import utc_now
from portfolio.store.models import PackJob
from portfolio.store.queries import packs as queries
from portfolio.store.queries.projects import ProjectFilter
from portfolio.web import filters, pack_jobs
from portfolio.web.database import get_engine, get_session
from portfolio.web.forms.packs import PackForm
from portfolio.web.language import selected_language, tell, translate
from portfolio.web.map_scope import ALL, MapScope
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import visible_districts
from portfolio.web.signin import scope_adcode, signed_in_user
from portfolio.web.wallmaps import WallChoice, wall_map

blueprint = Blueprint("packs", __name__, url_prefix="/packs")

_IN_FORM = ("district", "level", "nature", "phase", "status", "basis")


@blueprint.get("")
@requires(Permission.EXPORT)
def index() -> ResponseReturnValue:
    """Show the form, the latest packs and the frozen ones."""
    chosen = filters.read_filter(request.args)
    given = {name: getattr(chosen, name) or "" for name in _IN_FORM}
    files = dict.fromkeys((kind.value for kind in PackKind), True)
    return _show_index(_form(formdata=None, data={**given, **files, "as_of": today().isoformat()}))


@blueprint.post("")
@requires(Permission.EXPORT)
def ask() -> ResponseReturnValue:
    """Ask for a pack; it is made behind the pages."""
    form = _form()
    if not form.validate():
        return _show_index(form), 422
    session, chosen = get_session(), filters.read_filter(request.form)
    district = filters.scope_title(chosen)
    draft = service.PackDraft(
        scope_key=scope_key(chosen),
        district_adcode=chosen.district,
        scope=scope_words(chosen, district, _zones(chosen)),
        as_of=form.as_of.day or today(),
        kinds=form.kinds,
        made_by=_own_name(),
        issuer=form.issuer.text,
    )
    try:
        job = service.ask_for_pack(session, draft)
    except RuleError as error:
        put_beside(form, error, "as_of")
        return _show_index(form), 422
    session.commit()
    pack_jobs.start(_task(job, chosen))
    return redirect(url_for(".show", pack_id=job.id))


def _given() -> dict[str, str]:
    """Return the filters that the address or the form carries."""
    return {name: request.values[name] for name in filters.FILTER_LABELS if request.values.get(name)}


def _form(**options: Any) -> PackForm:
    return PackForm(visible_districts(), may_see_all=scope_adcode() is None, **options)


def _show_index(form: PackForm) -> str:
    within, now = scope_adcode(), utc_now()
    jobs = queries.list_jobs(get_session(), within=within)
    return render_template(
        "packs/index.html",
        form=form,
        jobs=[(job, _state_words(job)) for job in jobs],
        interrupted={job.id for job in jobs if queries.is_interrupted(job, now)},
        frozen=queries.list_frozen(get_session(), within=within),
        own=[name for name in (LETTER, SLIDES) if find_template(_templates(), name)],
        kept={name: value for name, value in _given().items() if name not in _IN_FORM},
    )


def _zones(chosen: ProjectFilter) -> list[str]:
    """Return the names of the zones that a filter names."""
    keys = [(kind, getattr(chosen, name)) for name, kind in filters.ZONE_FILTERS.items()]
    return [filters.zone_names(kind, chosen.district).get(key, key) for kind, key in keys if key is not None]


def _own_name() -> str:
    user = signed_in_user()
    return user.full_name or user.name


def _task(job: PackJob, chosen: ProjectFilter) -> pack_jobs.PackTask:
    order = PackOrder(
        chosen=chosen,
        as_of=job.as_of,
        scope=job.scope,
        query=_query(chosen),
        made_by=job.made_by,
        made_at=job.asked_at,
    )
    return pack_jobs.PackTask(
        engine=get_engine(),
        job_id=job.id,
        actor=job.asked_by,
        order=order,
        scope_key=job.scope_key,
        kinds=[PackKind.from_label(code) for code in job.kinds.split(",")],
        extras=PackExtras(issuer=job.issuer, templates=_templates()),
        sheet=_sheet(chosen) if PackKind.PPTX.value in job.kinds else None,
        language=selected_language(),
        **pack_jobs.failure_words(),
    )


def _templates() -> Path:
    return Path(current_app.instance_path) / FOLDER


def _sheet(chosen: ProjectFilter) -> WallMap | None:
    """Return the map of the projects meant, None where they are too many for one."""
    shown = [one for one in visible_districts() if chosen.district in (None, one.adcode)]
    try:
        return wall_map(MapScope(chosen.district or ALL, shown, chosen), WallChoice(ColourBy.STAGE, None))
    except (RuleError, GeoError):
        return None


def _query(chosen: ProjectFilter) -> str:
    """Return the filter as the pages' addresses carry it, the district always among it."""
    return urlencode(_given() | ({"district": chosen.district} if chosen.district else {}))


# --- one pack ---------------------------------------------------------------------------------------------------------


@blueprint.get("/<int(max=2147483647):pack_id>")
@requires(Permission.EXPORT)
def show(pack_id: int) -> ResponseReturnValue:
    """Show how far a pack has come, then its figures and files."""
    job = _job(pack_id)
    return render_template(
        "packs/show.html",
        job=job,
        words=_state_words(job),
        is_over=job.state.is_over or _is_interrupted(job),
        failed=job.state is PackState.FAILED or _is_interrupted(job),
        pack=from_json(job.content) if job.content else None,
        files=queries.list_job_files(get_session(), job),
    )


@blueprint.get("/<int(max=2147483647):pack_id>/progress")
@requires(Permission.EXPORT)
def progress(pack_id: int) -> ResponseReturnValue:
    """Say how far a pack has come, for the page that waits for it."""
    job = _job(pack_id)
    answer = jsonify(over=job.state.is_over or _is_interrupted(job), words=_state_words(job))
    answer.cache_control.no_store = True
    return answer


def _job(pack_id: int) -> PackJob:
    return queries.get_job(get_session(), pack_id, within=scope_adcode())


def _is_interrupted(job: PackJob) -> bool:
    return queries.is_interrupted(job, utc_now())


def _state_words(job: PackJob) -> str:
    """Say how far a pack has come."""
    if _is_interrupted(job):
        return str(gettext("生成中断：服务器可能重新启动过。请重新生成。"))
    if job.state is PackState.FAILED:
        return job.message or translate(job.state.label)
    if job.state is not PackState.RUNNING or not job.step:
        return translate(job.state.label)
    if job.step == pack_jobs.READING:
        return str(gettext("正在读取数据并核对合计…"))
    kinds = job.kinds.split(",")
    place = {
        "number": kinds.index(job.step) + 1,
        "count": len(kinds),
        "name": translate(PackKind.from_label(job.step).label),
    }
    return str(gettext("正在生成第 %(number)s 个文件，共 %(count)s 个：%(name)s…", **place))


@blueprint.get("/<int(max=2147483647):pack_id>/files/<ending>")
@requires(Permission.EXPORT)
def file(pack_id: int, ending: str) -> ResponseReturnValue:
    """Send one file of a pack, or all of them as a zip."""
    session, job = get_session(), _job(pack_id)
    if ending == "zip":
        return _zip(((one.name, one.content) for one in queries.list_job_files(session, job)), job.scope)
    found = queries.get_job_file(session, job, _kind(ending))
    return _send(found.content, found.kind, found.name)


@blueprint.post("/<int(max=2147483647):pack_id>/freeze")
@requires(Permission.FREEZE_PACKS)
def freeze(pack_id: int) -> ResponseReturnValue:
    """Keep a pack for good."""
    session = get_session()
    try:
        frozen = service.freeze_pack(session, _job(pack_id))
    except RuleError as error:
        flash(tell(error.sentence), "error")
        return redirect(url_for(".show", pack_id=pack_id))
    session.commit()
    flash(gettext("已定版。以后同一范围的报告会注明与这一版相比的增减。"), "success")
    return redirect(url_for(".frozen", frozen_id=frozen.id))


# --- frozen packs -----------------------------------------------------------------------------------------------------


@blueprint.get("/frozen/<int(max=2147483647):frozen_id>")
@requires(Permission.EXPORT)
def frozen(frozen_id: int) -> ResponseReturnValue:
    """Show a frozen pack as it was made."""
    found = queries.get_frozen(get_session(), frozen_id, within=scope_adcode())
    pack: PackTable = from_json(found.content.content.decode())
    files = queries.list_frozen_files(get_session(), found)
    return render_template("packs/frozen.html", frozen=found, pack=pack, files=files)


@blueprint.get("/frozen/<int(max=2147483647):frozen_id>/files/<ending>")
@requires(Permission.EXPORT)
def frozen_file(frozen_id: int, ending: str) -> ResponseReturnValue:
    """Send one file of a frozen pack as it was kept, or all of them as a zip."""
    session = get_session()
    found = queries.get_frozen(session, frozen_id, within=scope_adcode())
    files = queries.list_frozen_files(session, found)
    if ending == "zip":
        return _zip(((one.file.name, one.file.content) for one in files), found.scope)
    kind = _kind(ending)
    kept = next((one.file for one in files if one.kind is kind), None)
    if kept is None:
        raise NotFoundError(gettext("这份定版报告没有这种文件"))
    return _send(kept.content, kind, kept.name)


def _kind(ending: str) -> PackKind:
    try:
        return PackKind.from_label(ending)
    except RuleError as error:
        raise NotFoundError(gettext("报告没有这种文件")) from error


def _send(content: bytes, kind: PackKind, name: str) -> Response:
    return send_file(io.BytesIO(content), service.MEDIA_TYPES[kind], as_attachment=True, download_name=name)


def _zip(files: Iterable[tuple[str, bytes]], scope: str) -> Response:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    target.seek(0)
    name = gettext("%(scope)s报告", scope=scope).replace("/", "／")
    return send_file(target, "application/zip", as_attachment=True, download_name=f"{name}.zip")
