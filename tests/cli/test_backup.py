import subprocess
import sys
from pathlib import Path
from typing import IO

import psycopg
import pytest

from heedful.cli import backup, restore
from heedful.kit.postgres import Server
from tests.cli.conftest import environment, eventually, heedful

pytestmark = pytest.mark.xdist_group("up")


def ask(data: Path, sql: str) -> list[tuple[object, ...]]:
    with Server(data).running() as url, psycopg.connect(url) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_what_was_backed_up_is_what_is_restored(data: Path) -> None:
    ask(data, "CREATE TABLE kept AS SELECT n, repeat('ü', n) AS word FROM generate_series(1, 1000) AS n")
    file = data.parent / "all.backup"
    done = heedful("backup", str(file), "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0

    new = data.parent / "new"
    done = heedful("restore", str(file), "--data", str(new))
    assert done.returncode == 0, done.stderr
    sums = "SELECT count(*), sum(n), md5(string_agg(word, ',' ORDER BY n)) FROM kept"
    assert ask(new, sums) == ask(data, sums)
    tables = "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2"
    assert ask(new, tables) == ask(data, tables)


def test_a_database_that_holds_something_is_not_replaced_by_accident(data: Path) -> None:
    file = data.parent / "all.backup"
    assert heedful("backup", str(file), "--data", str(data)).returncode == 0
    assert "is there already" in heedful("backup", str(file), "--data", str(data)).stderr
    ask(data, "CREATE TABLE later (n int)")

    refused = heedful("restore", str(file), "--data", str(data))
    assert (refused.returncode, "not empty" in refused.stderr) == (1, True)
    broken = data.parent / "broken.backup"
    broken.write_bytes(file.read_bytes()[:-5000])
    failed = heedful("restore", str(broken), "--replace", "--data", str(data))
    assert (failed.returncode, "Nothing was changed" in failed.stderr) == (1, True)
    assert ask(data, "SELECT to_regclass('later') IS NOT NULL") == [(True,)]

    assert heedful("restore", str(file), "--replace", "--data", str(data)).returncode == 0
    assert ask(data, "SELECT to_regclass('later') IS NULL") == [(True,)]


def test_a_restore_that_is_killed_in_between_changes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(data, "CREATE TABLE kept (n int)")
    file = data.parent / "all.backup"
    assert heedful("backup", str(file), "--data", str(data)).returncode == 0

    def pour_half(source: IO[bytes], sink: IO[bytes], version: int) -> bool:
        sink.write(b"CREATE TABLE half ();\n")
        sink.close()
        raise KeyboardInterrupt

    monkeypatch.setattr(restore, "_pour", pour_half)
    with Server(data).running() as url:
        with pytest.raises(KeyboardInterrupt):
            restore._load(url, file)
        with psycopg.connect(url, autocommit=True) as connection:
            others = "SELECT FROM pg_stat_activity WHERE application_name = 'psql'"
            eventually(lambda: not connection.execute(others).fetchall(), "the end of psql")
            there = connection.execute("SELECT to_regclass('half')::text, to_regclass('kept')::text").fetchone()
    assert there == (None, "kept")


def test_a_command_that_is_told_to_end_leaves_no_database_running(data: Path) -> None:
    command = [sys.executable, "-P", "-m", "heedful.cli.main", "associate", "add", "a@example.com", "--password-stdin"]
    process = subprocess.Popen(
        [*command, "--data", str(data)], env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    eventually(lambda: Server(data).is_ready(), "the database")
    process.terminate()
    _, said = process.communicate(timeout=60)
    assert said.endswith("heedful: stopped.\n")
    assert process.returncode == 143
    assert not Server(data).is_ready()


def test_a_program_that_found_no_room_is_said_to_have_found_none() -> None:
    said = 'psql: ERROR: lost\nPANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device'
    assert str(backup.failed("The backup", said)) == (
        "The backup did not succeed: the disk is full. Free some space and try again."
    )
