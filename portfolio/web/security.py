"""What protects every response: the secret key, forgery tokens, strict headers."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from flask import Flask, Response, abort, g, request
from flask_compress import Compress
from flask_talisman import Talisman
from flask_wtf import CSRFProtect

KEY_BYTES = 32
FORM_LIFE_SECONDS = 12 * 3600

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


def init_app(app: Flask) -> None:
    """Set the secret key, the headers, compression and the forgery check of every form."""
    app.config.update(
        SECRET_KEY=secret_key(Path(app.instance_path)),
        SESSION_COOKIE_NAME="portfolio_forms",
        WTF_CSRF_TIME_LIMIT=FORM_LIFE_SECONDS,
    )
    app.after_request(_widen_images)  # runs after the one of Talisman, which is added later
    Talisman(
        app,
        content_security_policy=POLICY,
        content_security_policy_nonce_in=["script-src"],
        force_https=False,
        frame_options="DENY",
        referrer_policy="same-origin",
        session_cookie_secure=False,
        strict_transport_security=False,
    )
    app.before_request(_refuse_nul)
    app.after_request(_keep_pages_private)
    Compress(app)
    app.extensions["portfolio_forgery_check"] = CSRFProtect()


def secret_key(folder: Path) -> bytes:
    """Return the secret key kept in ``folder``; 256 random bits are written there, for the owner only, at first use."""
    path = folder / "secret_key"
    if not path.exists():
        _write_key(path)
    return path.read_bytes()


def _write_key(path: Path) -> None:
    """Put a whole key in place at once: another process may be starting at the same moment."""
    handle, name = tempfile.mkstemp(dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def allow_images(hosts: Iterable[str]) -> None:
    """Let the page that is being made show pictures of ``hosts``: scheme, host and port of each."""
    g.image_hosts = list(dict.fromkeys(hosts))


def _widen_images(response: Response) -> Response:
    """Name the hosts of this page's pictures in its policy; without any it stays as it is."""
    hosts = g.get("image_hosts", [])
    if hosts:
        old = POLICY["img-src"]
        policy = response.headers["Content-Security-Policy"]
        response.headers["Content-Security-Policy"] = policy.replace(
            f"img-src {old}", f"img-src {' '.join([old, *hosts])}"
        )
    return response


def _refuse_nul() -> None:
    """Refuse addresses with a NUL: no text of ours holds one, and PostgreSQL cannot even be asked about it."""
    if "\0" in request.path or "\0" in unquote(request.query_string.decode("ascii", "replace")):
        abort(400)


def _keep_pages_private(response: Response) -> Response:
    kept = response.cache_control
    if not (kept.public or kept.no_store or kept.max_age):
        response.headers["Cache-Control"] = "private, no-cache"
    return response
