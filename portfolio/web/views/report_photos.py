"""Photos of a report: taken in, with their time and place offered before anything of it is kept."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from flask import current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from itsdangerous import BadData, URLSafeTimedSerializer

from portfolio.domain.errors import RuleError
from portfolio.domain.roles import Permission
from portfolio.exchange.pictures import Picture, read_picture
from portfolio.services import photos as service
from portfolio.store.models import ReportPhoto
from portfolio.store.queries import reports
from portfolio.web.database import get_session
from portfolio.web.forms.reports import PhotoForm
from portfolio.web.permissions import requires
from portfolio.web.refusals import put_beside
from portfolio.web.scope import get_project_in_scope
from portfolio.web.views.report import fresh_row, show_report
from portfolio.web.views.reports import blueprint

OFFER_SECONDS = 3600


@blueprint.post("/projects/<code>/reports/<period>/photos")
@requires(Permission.REPORT)
def add_photo(code: str, period: str) -> ResponseReturnValue:
    """Keep a photo without its metadata; what the camera had written of time and place is offered next."""
    project, form = get_project_in_scope(code), PhotoForm()
    report = reports.get_report(get_session(), project, period)
    try:
        if not form.validate():
            raise RuleError(next(iter(form.errors.values()))[0], "photo")
        picture = read_picture(_sent_bytes(form))
        photo = service.add_photo(get_session(), report, picture.body, caption=form.caption.text)
    except RuleError as error:
        get_session().rollback()
        put_beside(form, error, "photo")
        project = get_project_in_scope(code)
        return show_report(project, fresh_row(project, period), photo_form=form, status=422)
    get_session().commit()
    flash(gettext("已存照片，照片自带的信息已去掉"), "success")
    return _offer(photo, picture) if picture.taken_at or picture.lon is not None else _back(photo)


def _sent_bytes(form: PhotoForm) -> bytes:
    if not form.photo.data:
        return b""
    with contextlib.closing(form.photo.data) as sent:
        body: bytes = sent.read()
        return body


def _offer(photo: ReportPhoto, picture: Picture) -> ResponseReturnValue:
    """Ask whether time and place may be kept; they travel in the page, signed, and are stored nowhere yet."""
    origin = {"photo": photo.id, "taken_at": picture.taken_at, "lon": picture.lon, "lat": picture.lat}
    return render_template("reports/photo_offer.html", photo=photo, origin=origin, token=_signer().dumps(origin))


def _back(photo: ReportPhoto) -> ResponseReturnValue:
    code, period = photo.report.project.code, photo.report.round.period
    return redirect(url_for(".show", code=code, period=period, _anchor="photos"))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="report-photo-origin")


@blueprint.post("/projects/<code>/photos/<int(max=2147483647):number>/origin")
@requires(Permission.REPORT)
def keep_origin(code: str, number: int) -> ResponseReturnValue:
    """Keep time and place of a photo as far as they are ticked."""
    photo = reports.get_photo(get_session(), get_project_in_scope(code), number)
    origin = _read_offer(number)
    is_placed = "place" in request.form and origin["lon"] is not None
    service.keep_origin(
        get_session(),
        photo,
        taken_at=origin["taken_at"] if "time" in request.form else None,
        place=(origin["lon"], origin["lat"]) if is_placed else None,
    )
    get_session().commit()
    return _back(photo)


def _read_offer(number: int) -> dict[str, Any]:
    try:
        origin: dict[str, Any] = _signer().loads(request.form.get("origin", ""), max_age=OFFER_SECONDS)
    except BadData as error:
        raise RuleError(gettext("这一步隔得太久，照片已存但没有记下时间和位置；如需要，请删去后重新上传")) from error
    if origin["photo"] != number:
        raise RuleError(gettext("照片与页面不符，请返回月报重试"))
    return origin


@blueprint.get("/projects/<code>/photos/<int(max=2147483647):number>")
@requires(Permission.VIEW)
def show_photo(code: str, number: int) -> ResponseReturnValue:
    """Send a photo."""
    photo = reports.get_photo(get_session(), get_project_in_scope(code), number)
    return send_file(
        io.BytesIO(photo.file.content), photo.file.content_type, download_name=photo.file.name, etag=photo.file.sha256
    )


@blueprint.post("/projects/<code>/photos/<int(max=2147483647):number>/remove")
@requires(Permission.REPORT)
def remove_photo(code: str, number: int) -> ResponseReturnValue:
    """Take a photo out of its report."""
    photo = reports.get_photo(get_session(), get_project_in_scope(code), number)
    answer = _back(photo)
    service.remove_photo(get_session(), photo)
    get_session().commit()
    flash(gettext("已从月报中删去照片"), "success")
    return answer
