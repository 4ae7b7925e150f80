"""The application: how the parts of the web layer are put together."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from portfolio import settings
from portfolio.web import (
    allowance,
    database,
    errors,
    formatters,
    language,
    navigation,
    pack_jobs,
    pages,
    security,
    signin,
    tables,
    vendor,
)
from portfolio.web.permissions import check_declared
from portfolio.web.settings_page import EXTENSION
from portfolio.web.views import BLUEPRINTS, SETTING_GROUPS

MAX_REQUEST_BYTES = 25 * 1024 * 1024
MAX_ANSWERS_BYTES = 4 * 1024 * 1024  # fifty rows of a reporting grid with all their text


def create_app(*, database_url: str | None = None, instance: Path | None = None, testing: bool = False) -> Flask:
    """Make the application.

    ``database_url`` and ``instance`` (the folder for the database and the secret key) come from PORTFOLIO_DATABASE_URL
    and PORTFOLIO_INSTANCE where they are not given, and default to SQLite in ``instance/`` beside ``app.py``.

    Raises
    ------
    UndeclaredPermissionError
        If a route declares neither a permission nor that it is public.
    """
    folder = instance.resolve() if instance else settings.instance_folder()
    folder.mkdir(parents=True, exist_ok=True)
    app = _bare_app(folder, testing=testing)
    database.init_database(app, database_url or settings.database_url(folder))
    for part in (
        security,
        language,
        formatters,
        signin,
        errors,
        vendor,
        navigation,
        tables,
        pages,
        pack_jobs,
        allowance,
    ):
        part.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.extensions[EXTENSION] = SETTING_GROUPS
    check_declared(app)
    return app


def _bare_app(folder: Path, *, testing: bool) -> Flask:
    app = Flask(
        __name__,
        template_folder=str(settings.ROOT / "templates"),
        static_folder=str(settings.ROOT / "static"),
        instance_path=str(folder),
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.config.update(TESTING=testing, MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES, MAX_FORM_MEMORY_SIZE=MAX_ANSWERS_BYTES)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    return app
