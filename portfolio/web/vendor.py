"""Files for the browser: our own under /static/, third-party ones under /vendor/, both with addresses that age well."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, current_app, request

from geo.assets import check_assets, read_asset
from portfolio.web.map_scripts import BUNDLES, read_scripts
from portfolio.web.permissions import public

FOR_A_YEAR = f"public, max-age={365 * 24 * 3600}, immutable"


def init_app(app: Flask) -> None:
    """Serve both kinds of files to everyone; stop when an installed package lacks one."""
    check_assets()
    public(app.view_functions["static"])
    app.add_url_rule("/vendor/<path:name>", "vendor", show_vendor_file)
    app.add_url_rule("/bundles/<bundle>.js", "bundle", show_bundle)
    app.after_request(_let_browsers_keep_files)
    app.url_defaults(_add_content_hash)


@public
def show_vendor_file(name: str) -> Response:
    """Send one third-party file out of an installed package."""
    try:
        asset = read_asset(name)
    except KeyError:
        abort(404)
    return _lasting(asset.body, asset.content_type, asset.etag)


@public
def show_bundle(bundle: str) -> Response:
    """Send several of our own scripts as one."""
    if bundle not in BUNDLES:
        abort(404)
    body = read_scripts(BUNDLES[bundle])
    return _lasting(body, "text/javascript; charset=utf-8", _hash(body))


def _lasting(body: bytes, content_type: str, etag: str) -> Response:
    response = Response(body, content_type=content_type)
    response.set_etag(etag)
    response.headers["Cache-Control"] = FOR_A_YEAR
    response.make_conditional(request)
    return response


def _let_browsers_keep_files(response: Response) -> Response:
    """Our own static files are public and keep for a year; nothing else that is sent as a file may."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        response.headers["Cache-Control"] = FOR_A_YEAR
        response.direct_passthrough = False
        response.make_sequence()  # read whole: compressed as a stream, the file would stay open
    return response


def _add_content_hash(endpoint: str, values: dict[str, Any]) -> None:
    """Change an address when the file behind it changes, so that browsers may keep it for a year."""
    if endpoint == "static":
        path = Path(current_app.static_folder or "") / values["filename"]
        values.setdefault("v", _content_hash(path, path.stat().st_mtime_ns) if path.is_file() else None)
    elif endpoint == "bundle":
        values.setdefault("v", _hash(read_scripts(BUNDLES[values["bundle"]])))
    elif endpoint == "vendor":
        values.setdefault("v", read_asset(values["name"]).etag[:12])


@cache
def _content_hash(path: Path, _modified_ns: int) -> str:
    return _hash(path.read_bytes())


@cache
def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:12]
