"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from portfolio.store import models
from portfolio.store.base import Base, Tracked

ROOT = Path(__file__).parents[2]
MAX_FUNCTION_LINES = 40
MAX_FILE_LINES = 400
WRITING_LAYERS = ("services", "web", "cli", "plans")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
TRACKED = {name for name in models.__all__ if issubclass(getattr(models, name), Tracked)}


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts]


OURS = [*sources("portfolio", "geo"), ROOT / "app.py"]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def test_functions_stay_short() -> None:
    functions = list(functions_of(OURS))
    long = [f"{place}: {lines} lines" for place, lines in functions if lines > MAX_FUNCTION_LINES]
    lengths = sorted(lines for _place, lines in functions)
    print(f"n = {len(lengths)} functions, median {lengths[len(lengths) // 2]} lines, longest {lengths[-1]}")
    assert long == []


def functions_of(paths: list[Path]) -> Iterator[tuple[str, int]]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{named(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_files_stay_short() -> None:
    lengths = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}
    print(f"n = {len(lengths)} files, longest {max(lengths.values())} lines")
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_every_column_says_what_it_holds() -> None:
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]
    print(f"n = {len(columns)} columns")
    assert [str(column) for column in columns if not column.comment] == []


@pytest.mark.parametrize("layer", WRITING_LAYERS)
def test_tracked_records_are_only_written_where_the_history_sees_it(layer: str) -> None:
    """A bulk statement, raw SQL or the old query interface would write no revision."""
    assert [fault for path in sources(f"portfolio/{layer}") for fault in unseen_writes(path)] == []


def unseen_writes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0] if node.args else None
        is_bulk = called in ("update", "delete", "insert") and isinstance(first, ast.Name) and first.id in TRACKED
        if is_bulk or called in (
            "bulk_save_objects",
            "bulk_insert_mappings",
            "bulk_update_mappings",
            "exec_driver_sql",
        ):
            yield f"{named(path)}:{node.lineno} {ast.unparse(node)[:80]}"


def test_that_rule_would_find_a_bulk_update(tmp_path: Path) -> None:
    path = tmp_path / "invented.py"
    path.write_text("session.execute(update(Project).values(name='x'))\nvalues.update(a=1)\n", encoding="utf-8")
    assert len(list(unseen_writes(path))) == 1


def test_only_the_history_writes_revisions() -> None:
    writers = [
        named(path) for path in OURS if re.search(r"insert\(Revision\)|Revision\(", path.read_text(encoding="utf-8"))
    ]
    assert [
        name for name in writers if name not in ("portfolio/store/history.py", "portfolio/store/models/revision.py")
    ] == []


def test_nothing_is_left_unfinished() -> None:
    places = [*OURS, *sources("tests"), *(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.*s")]
    faults = [
        f"{named(path)}:{number}"
        for path in places
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert faults == []


def test_imports_point_one_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(no_cache=True)
    assert status == 0, capsys.readouterr().out
