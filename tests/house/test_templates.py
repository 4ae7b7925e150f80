"""Templates compile, escape everything, and fetch nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portfolio.web import create_app

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ASSETS = [path for path in sorted((ROOT / "static").rglob("*")) if path.suffix in (".js", ".css", ".svg", ".html")]
UNESCAPED = re.compile(r"\|\s*safe\b|\bMarkup\b|autoescape\s+false|render_template_string")
ADDRESS = re.compile(r"\bhttps?://(?!www\.w3\.org/)[^\s\"'<>)]+")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def page_maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Application with every filter and global that templates may use."""
    folder = tmp_path_factory.mktemp("instance")
    app = create_app(database_url=f"sqlite:///{folder / 'none.db'}", instance=folder, testing=True)
    yield app
    app.extensions["portfolio_engine"].dispose()


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_every_template_compiles(page_maker: Flask, path: Path) -> None:
    page_maker.jinja_env.get_template(path.relative_to(ROOT / "templates").as_posix())


def test_nothing_goes_unescaped() -> None:
    found = {
        named(path): lines
        for path in [*TEMPLATES, *(ROOT / "portfolio").rglob("*.py")]
        if (lines := [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if UNESCAPED.search(line)])
    }
    assert found == {}


def test_no_page_script_or_style_names_an_address_elsewhere() -> None:
    faults = {
        named(path): found
        for path in [*TEMPLATES, *ASSETS]
        if (found := ADDRESS.findall(path.read_text(encoding="utf-8")))
    }
    print(f"n = {len(TEMPLATES)} templates, {len(ASSETS)} scripts and styles")
    assert faults == {}


def test_no_template_carries_a_script_or_handler_of_its_own() -> None:
    handler = re.compile(
        r"\son[a-z]+\s*=(?!=)|<script(?![^>]*(?:src=|type=\"application/json\"|nonce=))|javascript:", re.IGNORECASE
    )
    assert [named(path) for path in TEMPLATES if handler.search(path.read_text(encoding="utf-8"))] == []
