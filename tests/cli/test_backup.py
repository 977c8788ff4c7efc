import subprocess
import sys
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg
import pytest

from heedful import __version__
from heedful.cli import backup, restore
from heedful.kit.errors import Refused
from heedful.kit.postgres import Server, address
from tests.cli.conftest import environment, eventually, free_pair, heedful

pytestmark = pytest.mark.xdist_group("up")


def invitation(data: Path, sql: str) -> list[tuple[object, ...]]:
    with Server(data).running() as url, psycopg.connect(url) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def test_what_was_backed_up_is_what_is_restored(data: Path) -> None:
    invitation(data, "CREATE TABLE kept AS SELECT n, repeat('ü', n) AS word FROM generate_series(1, 1000) AS n")
    file = data.parent / "all.backup"
    done = heedful("backup", str(file), "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0

    new = data.parent / "new"
    done = heedful("restore", str(file), "--data", str(new))
    assert done.returncode == 0, done.stderr
    sums = "SELECT count(*), sum(n), md5(string_agg(word, ',' ORDER BY n)) FROM kept"
    assert invitation(new, sums) == invitation(data, sums)
    tables = "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2"
    assert invitation(new, tables) == invitation(data, tables)


def test_a_database_that_holds_something_is_not_replaced_by_accident(data: Path) -> None:
    file = data.parent / "all.backup"
    assert heedful("backup", str(file), "--data", str(data)).returncode == 0
    assert "is there already" in heedful("backup", str(file), "--data", str(data)).stderr
    invitation(data, "CREATE TABLE later (n int)")

    refused = heedful("restore", str(file), "--data", str(data))
    assert (refused.returncode, "not empty" in refused.stderr) == (1, True)
    broken = data.parent / "broken.backup"
    broken.write_bytes(file.read_bytes()[:-5000])
    failed = heedful("restore", str(broken), "--replace", "--data", str(data))
    assert (failed.returncode, "Nothing was changed" in failed.stderr) == (1, True)
    assert invitation(data, "SELECT to_regclass('later') IS NOT NULL") == [(True,)]

    assert heedful("restore", str(file), "--replace", "--data", str(data)).returncode == 0
    assert invitation(data, "SELECT to_regclass('later') IS NULL") == [(True,)]


def test_a_restore_that_is_killed_in_between_changes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation(data, "CREATE TABLE kept (n int)")
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
    command = [sys.executable, "-P", "-m", "heedful.config.main", "associate", "add", "a@example.com"]
    process = subprocess.Popen(
        [*command, "--password-stdin", "--data", str(data)],
        env=environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
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


NEWER = """
INSERT INTO django_migrations (app, name, applied) VALUES ('act', '0999_later', now()), ('heedful', '99.1', now())
"""


def test_data_of_a_newer_version_are_refused_by_its_name_and_left_as_they_are(data: Path) -> None:
    file, newer = data.parent / "own.backup", data.parent / "newer.backup"
    assert heedful("backup", str(file), "--data", str(data)).returncode == 0
    assert invitation(data, "SELECT name FROM django_migrations WHERE app = 'heedful'") == [(__version__,)]
    invitation(data, NEWER)
    said = f"was written by Heedful 99.1, and this is Heedful {__version__}"
    for words in (["up", "--port", str(free_pair())], ["check"], ["key", "list"]):
        refused = heedful(*words, "--data", str(data))
        assert (refused.returncode, said in refused.stderr, "act 0999_later" in refused.stderr) == (1, True, True)
    assert not Server(data).is_ready()

    assert heedful("backup", str(newer), "--data", str(data)).returncode == 0
    assert heedful("restore", str(file), "--replace", "--data", str(data)).returncode == 0
    invitation(data, "CREATE TABLE later (n int)")
    refused = heedful("restore", str(newer), "--replace", "--data", str(data))
    assert (refused.returncode, f"This backup {said}" in refused.stderr) == (1, True)
    assert invitation(data, "SELECT to_regclass('later')::text") == [("later",)]


def test_a_password_stands_in_no_command(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "open sesame/@:%"
    seen: list[bytes] = []
    begin = subprocess.Popen

    def begin_and_look(command: list[str], **more: Any) -> subprocess.Popen[bytes]:
        process = begin(command, **more)
        seen.extend(file.read_bytes() for file in Path("/proc").glob(f"{process.pid}/cmdline"))
        environments.append((Path(command[0]).name, dict(more.get("env") or {}).get("PGPASSWORD")))
        return process

    environments: list[tuple[str, str | None]] = []
    file = data.parent / "all.backup"
    with Server(data).running() as url:
        monkeypatch.setattr(subprocess, "Popen", begin_and_look)
        with_password = url.replace("//heedful@", f"//heedful:{quote(secret, safe='')}@")
        backup._dump(with_password, file)
        restore._load(with_password, file)
    assert ("pg_dump", secret) in environments
    assert ("psql", secret) in environments
    assert seen
    assert not [line for line in seen if b"sesame" in line]


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("postgresql://care:a%40b@host:5433/x?sslmode=require", "postgresql://care@host:5433/x?sslmode=require", "a@b"),
        ("postgresql://care@/x?host=%2Frun&password=p%26q", "postgresql://care@/x?host=%2Frun", "p&q"),
        ("postgresql://heedful@/heedful?host=%2Fdata%2Frun", "postgresql://heedful@/heedful?host=%2Fdata%2Frun", None),
        ("postgresql://:only@host/x", "postgresql://@host/x", "only"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str, password: str | None) -> None:
    assert address.shown(url) == shown
    assert address.environment(url).get("PGPASSWORD") == password


def test_the_password_of_a_key_is_not_put_where_everybody_reads_it() -> None:
    with pytest.raises(Refused, match="sslpassword"):
        address.shown("postgresql://care@host/x?sslpassword=secret")
