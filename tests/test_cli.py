"""The command line: what it does, what it says, and one line when it cannot."""

from __future__ import annotations

import csv
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import text

from portfolio.cli import main
from portfolio.store.backup import control_totals
from portfolio.store.engine import make_engine, open_session
from portfolio.store.queries.users import find_user, list_tokens

PASSWORD = "correct horse battery"


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Instance folder of an office that has nothing yet."""
    for name in ("PORTFOLIO_DATABASE_URL", "PORTFOLIO_ADMIN_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "instance"
    monkeypatch.setenv("PORTFOLIO_INSTANCE", str(folder))
    return folder


@pytest.fixture
def set_up(office: Path) -> Path:
    """Instance folder of an office with both plans."""
    assert run("init").exit_code == 0
    return office


def run(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=answer)


def refused(*words: str) -> str:
    """Run what must fail and return its one line."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("错误：")
    return lines[0]


def execute(folder: Path, statement: str) -> None:
    engine = make_engine(f"sqlite:///{folder / 'portfolio.db'}")
    with engine.execution_options(portfolio_write=True).begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def rows_of(place: Path) -> dict[str, int]:
    """Count the rows of a database file, or of the one in an instance folder."""
    engine = make_engine(f"sqlite:///{place / 'portfolio.db' if place.is_dir() else place}")
    with engine.connect() as connection:
        found = control_totals(connection).rows
    engine.dispose()
    return found


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


@pytest.mark.parametrize("path", list(commands(main)), ids=" ".join)
def test_every_command_and_every_option_is_explained_in_chinese(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    texts = [command.help] + [one.help for one in command.params if isinstance(one, click.Option)]
    assert all(one and any("一" <= sign <= "鿿" for sign in one) for one in texts), texts


def test_init_sets_everything_up_once(office: Path) -> None:
    first, second = run("init"), run("init")
    assert first.exit_code == second.exit_code == 0
    assert "区县 2" in first.output
    assert first.output.count("一次性密码") == 1
    assert second.output == "数据已是最新\n"
    assert rows_of(office)["user"] == 1


def test_init_twice_in_processes_of_their_own(office: Path) -> None:
    outputs = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", "from portfolio.cli import main; main()", "init"],
            env={**os.environ, "PORTFOLIO_ADMIN_PASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        outputs.append(done.stdout)
    assert "新增" in outputs[0]
    assert PASSWORD not in outputs[0]
    assert outputs[1] == "数据已是最新\n"


def test_a_given_password_is_never_shown(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTFOLIO_ADMIN_PASSWORD", PASSWORD)
    assert "密码" not in run("init").output
    monkeypatch.setenv("PORTFOLIO_ADMIN_PASSWORD", "short")
    (office / "portfolio.db").unlink()
    assert "密码" in refused("init")


def test_an_office_can_add_its_own_plans(set_up: Path) -> None:
    folder = set_up / "plans" / "500102"
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(
        'adcode = "500102"\ndistrict = "涪陵区"\ntitle = "规划"\nshort = "规划"\n'
        "start_year = 2021\nend_year = 2025\n[seat]\nlon = 107.39\nlat = 29.7\n",
        encoding="utf-8",
    )
    assert "区县 1，规划 1" in run("init").output
    assert run("load-plans", str(folder)).output == "没有新增数据\n"
    assert run("load-plans").exit_code == 0
    assert "plan.toml" in refused("load-plans", str(set_up))


def test_an_upgrade_keeps_a_copy_first(set_up: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows_of(set_up)
    done: list[str] = []
    monkeypatch.setattr("portfolio.cli.setup.head_revision", lambda: "later")
    monkeypatch.setattr("portfolio.cli.setup.migrate", lambda engine: done.append("migrated"))
    assert "已备份" in run("init").output
    assert done == ["migrated"]
    assert [rows_of(copy) for copy in (set_up / "backups").iterdir()] == [before]


@pytest.mark.parametrize(
    "words", [("check",), ("serve",), ("sample", "--remove"), ("user", "add", "li", "--role", "viewer")]
)
def test_without_a_database_the_way_to_one_is_told_and_none_is_made(office: Path, words: tuple[str, ...]) -> None:
    assert "portfolio init" in refused(*words)
    assert not (office / "portfolio.db").exists()


def test_a_database_of_a_newer_software_is_left_alone(set_up: Path) -> None:
    execute(set_up, "UPDATE alembic_version SET version_num = '9999'")
    for words in (("check",), ("init",), ("serve",)):
        assert "更新版本" in refused(*words)


def test_a_user_gets_a_password_and_a_token_alone_on_standard_output(set_up: Path) -> None:
    made = run("user", "add", "wang", "--role", "planner", "--district", "500101")
    token = run("token", "add", "wang", "--label", "报表")
    assert len(made.stdout.split()) == len(token.stdout.split()) == 1
    assert "只显示这一次" in made.stderr
    engine = make_engine(f"sqlite:///{set_up / 'portfolio.db'}")
    with open_session(engine, write=False) as session:
        user = find_user(session, "wang")
        assert user is not None
        assert (user.role.value, user.district_adcode, user.must_change_password) == ("planner", "500101", True)
        assert [one.label for one in list_tokens(session, user)] == ["报表"]
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("user", "add", "admin", "--role", "viewer"), "已有"),
        (("user", "add", "li", "--role", "viewer", "--district", "999999"), "999999"),
        (("token", "add", "nobody"), "nobody"),
        (("export", "register", "--district", "999999", "--output", "{}/x.csv"), "999999"),
        (("export", "register", "--output", "{}/none/x.csv"), "没有这个文件"),
        (("restore", "{}/none.db", "--yes"), "没有文件"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(set_up: Path, words: tuple[str, ...], reason: str) -> None:
    assert reason in refused(*(word.format(set_up) for word in words))


def test_files_hold_the_rows_of_the_district(set_up: Path) -> None:
    run("sample", "--projects", "20")
    book, text_file = set_up / "a.xlsx", set_up / "a.csv"
    assert run("export", "register", "--district", "500101", "--output", str(book)).exit_code == 0
    assert run("export", "register", "--district", "500101", "--output", str(text_file)).exit_code == 0
    with text_file.open(encoding="utf-8-sig", newline="") as lines:
        codes = [row["编码"] for row in csv.DictReader(lines)]
    cells = [str(cell.value) for row in load_workbook(book).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert codes
    assert all(code.startswith("500101-") for code in codes)
    assert [cell for cell in cells if cell.startswith("500101-")] == codes


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_funding_summary_can_be_exported(set_up: Path, form: str) -> None:
    run("sample", "--projects", "20")
    target = set_up / "funding"
    assert run("export", "funding", "--format", form, "--output", str(target)).exit_code == 0
    assert target.read_bytes()[:2] == (b"PK" if form == "xlsx" else b"\xef\xbb")


def test_samples_come_and_go(set_up: Path) -> None:
    before = rows_of(set_up)
    assert "30 个演示项目" in run("sample", "--projects", "30").output
    assert "已有演示项目" in refused("sample", "--projects", "30")
    assert "已移除 30 个" in run("sample", "--remove").output
    assert {**rows_of(set_up), "revision": 0} == {**before, "revision": 0}
    assert run("check").exit_code == 0


@pytest.mark.parametrize(
    "words", [("sample",), ("sample", "--projects", "3", "--remove"), ("nothing",), ("user", "add")]
)
def test_a_wrong_call_ends_with_status_2_and_names_the_help(office: Path, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "--help" in result.stderr


def test_check_passes_with_figures_and_fails_at_the_first_broken_row(set_up: Path) -> None:
    run("sample", "--projects", "10")
    sound = run("check")
    assert sound.exit_code == 0
    assert sound.output.count("✓") == 6
    execute(set_up, "UPDATE ledger_entry SET amount_fen = amount_fen + 100")
    broken = run("check")
    assert broken.exit_code == 1
    assert "ledger_entry 第" in broken.output
    assert broken.output.count("✗") == 2
    assert "Traceback" not in broken.output


def test_backup_and_restore_bring_back_what_was_there(set_up: Path) -> None:
    copy = set_up / "copy.db"
    assert run("backup", str(copy)).exit_code == 0
    before = rows_of(set_up)
    run("sample", "--projects", "10")
    assert run("restore", str(copy), answer="n\n").exit_code == 1
    assert rows_of(set_up) != before
    restored = run("restore", str(copy), answer="y\n")
    assert restored.exit_code == 0, restored.output
    assert rows_of(set_up) == before
    assert len(list(set_up.glob("portfolio-*.db"))) == 1
    assert "已存在" in refused("backup", str(copy))


def test_a_damaged_database_is_said_in_one_line(set_up: Path) -> None:
    (set_up / "portfolio.db").write_bytes(b"no database at all" * 500)
    assert "restore" in refused("check")


def test_a_wrong_address_is_said_in_one_line(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTFOLIO_DATABASE_URL", "nonsense")
    assert "PORTFOLIO_DATABASE_URL" in refused("check")
    monkeypatch.setenv("PORTFOLIO_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    assert "连接不上" in refused("check")


def test_a_folder_that_cannot_be_made_is_said_in_one_line(office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office.parent.joinpath("file").write_text("")
    monkeypatch.setenv("PORTFOLIO_INSTANCE", str(office.parent / "file" / "instance"))
    assert "不是文件夹" in refused("init")


def test_a_port_that_is_taken_is_said_in_one_line(set_up: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        assert f"端口 {port} 已被占用" in refused("serve", "--port", port)


def test_the_service_answers_at_its_address_and_ends_quietly(set_up: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from portfolio.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in") as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGINT)
        output, faults = server.communicate()
    assert (server.returncode, output, faults) == (0, "服务已停止\n", "")


def test_the_verbs_do_the_same_on_either_engine(office: Path, empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTFOLIO_DATABASE_URL", empty_url)
    assert "区县 2" in run("init").output
    for words in (("init",), ("sample", "--projects", "15"), ("check",), ("sample", "--remove"), ("check",)):
        result = run(*words)
        assert result.exit_code == 0, result.output
    target = office / "copy.db"
    if empty_url.startswith("sqlite"):
        assert run("backup", str(target)).exit_code == 0
    else:
        assert "pg_dump" in refused("backup", str(target))
        assert "pg_restore" in refused("restore", str(target), "--yes")
