"""Photos of a report: nothing but the picture is kept, time and place only where a person says so."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import ExifTags, Image
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from portfolio.domain.roles import Role
from portfolio.services.photos import MOST_PHOTOS, add_photo
from portfolio.store.models import ReportPhoto, StoredFile
from tests.builders import WANZHOU, client_of, read, write
from tests.report_builders import a_picture, hand_in, make_round, report_of
from tests.web.pages import csrf_token, download, form_with, submit, wrong_fields

QIFANG = "500101-0008"
ONE = f"/projects/{QIFANG}/reports/2026-10"
GPS = {1: "N", 2: (30.0, 48.0, 0.0), 3: "E", 4: (108.0, 24.0, 0.0)}


@pytest.fixture
def planner(app: Flask) -> FlaskClient:
    """Client of a planner in Wanzhou, whose district has an open round."""
    with write(app) as session:
        make_round(session)
        session.commit()
    return client_of(app, Role.PLANNER, WANZHOU)


def phone_photo(**options: Any) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SecretPhone"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(GPS)
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:10:12 09:30:00"
    return a_picture(exif=exif, **options)


def upload(client: FlaskClient, body: bytes, name: str = "IMG_1.jpg", **answers: Any) -> TestResponse:
    photo = FileStorage(io.BytesIO(body), name)
    boundary, sent = encode_multipart({"csrf_token": csrf_token(client, ONE), "photo": photo, **answers})
    return client.post(f"{ONE}/photos", data=sent, content_type=f"multipart/form-data; boundary={boundary}")


def counts(app: Flask) -> tuple[int, int]:
    with read(app) as session:
        photos, files = (session.scalar(select(func.count(one.id))) or 0 for one in (ReportPhoto, StoredFile))
    return photos, files


def kept(app: Flask) -> ReportPhoto:
    with read(app) as session:
        return session.scalars(select(ReportPhoto)).one()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_of_a_photo_nothing_but_the_picture_is_kept(app: Flask, planner: FlaskClient, kind: str) -> None:
    assert upload(planner, phone_photo(kind=kind)).status_code in (200, 302)
    body = download(planner, f"/projects/{QIFANG}/photos/{kept(app).id}")

    with Image.open(io.BytesIO(body)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (30, 40))  # turned upright
        assert len(picture.getexif()) == 0
        assert "exif" not in picture.info
    assert b"Exif" not in body
    assert b"SecretPhone" not in body


def test_time_and_place_are_offered_and_kept_only_where_ticked(app: Flask, planner: FlaskClient) -> None:
    offer = upload(planner, phone_photo(), caption="主体施工")
    assert "拍摄时间 2026-10-12 09:30:00" in offer.text
    assert "拍摄位置 108.40000, 30.80000" in offer.text
    assert (kept(app).taken_at, kept(app).lon, kept(app).caption) == (None, None, "主体施工")
    form = form_with(offer.text, "origin")
    answers = {name: form.answers[name] for name in ("csrf_token", "origin")}
    planner.post(form.action, data=answers | {"time": "on"})
    assert (kept(app).taken_at, kept(app).lon) == ("2026-10-12 09:30:00", None)
    planner.post(form.action, data=answers | {"time": "on", "place": "on"})

    assert (kept(app).lon, kept(app).lat) == (108.4, 30.8)


def test_an_offer_that_was_tampered_with_is_refused(app: Flask, planner: FlaskClient) -> None:
    form = form_with(upload(planner, phone_photo()).text, "origin")
    response = planner.post(
        form.action, data=form.answers | {"origin": form.answers["origin"][:-2] + "xx", "time": "on"}
    )

    assert response.status_code == 422
    assert kept(app).taken_at is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "请先选择或拍一张照片"),
        (b"%PDF-1.7 no picture", "不是能读取的照片"),
        (a_picture()[:200], "不是能读取的照片"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "这是 HEIC 照片"),
        (b"\xff\xd8\xff\xe0" + bytes(20 * 1024 * 1024), "照片超过 20 MB"),
    ],
    ids=["nothing", "pdf", "cut off", "heic", "21 MB"],
)
def test_what_is_no_photo_is_refused_beside_the_field(
    app: Flask, planner: FlaskClient, body: bytes, sentence: str
) -> None:
    response = upload(planner, body)

    assert response.status_code == 422
    assert sentence in wrong_fields(response.text)["photo"]
    assert counts(app) == (0, 0)


def test_fifty_megabytes_are_refused_in_plain_words(app: Flask, planner: FlaskClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="big.jpg"\r\n\r\n'
    body = part + bytes(50 * 1024 * 1024) + b"\r\n--x--\r\n"
    response = planner.post(f"{ONE}/photos", data=body, content_type="multipart/form-data; boundary=x")

    assert response.status_code == 413
    assert "超过 25 MB" in response.text
    assert counts(app) == (0, 0)


def test_a_report_handed_in_takes_no_photo_and_loses_none(app: Flask, planner: FlaskClient) -> None:
    upload(planner, a_picture())
    with write(app) as session:
        hand_in(session, report_of(session, QIFANG))
        session.commit()
    token = csrf_token(planner, "/account/password")
    more = {"csrf_token": token, "photo": (io.BytesIO(a_picture()), "a.jpg")}
    refused = planner.post(f"{ONE}/photos", data=more, content_type="multipart/form-data")
    removed = planner.post(f"/projects/{QIFANG}/photos/{kept(app).id}/remove", data={"csrf_token": token})

    assert (refused.status_code, removed.status_code) == (422, 422)
    assert "照片不能再改" in refused.text
    assert counts(app) == (1, 1)


def test_a_photo_is_taken_out_while_the_report_is_written(app: Flask, planner: FlaskClient) -> None:
    upload(planner, a_picture())
    submit(planner, ONE, to=f"/projects/{QIFANG}/photos/{kept(app).id}/remove")

    assert counts(app)[0] == 0


def test_a_report_has_photos_enough_at_some_point(app: Flask, planner: FlaskClient) -> None:
    with write(app) as session:
        for _ in range(MOST_PHOTOS):
            add_photo(session, report_of(session, QIFANG), a_picture())
        session.commit()

    assert f"最多 {MOST_PHOTOS} 张" in upload(planner, a_picture()).text
