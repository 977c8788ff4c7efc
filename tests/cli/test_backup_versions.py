"""A backup of a PostgreSQL of one's own, of any version that will do, comes back: there, and in the shipped one."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from heedful.cli import backup, restore
from heedful.kit.errors import Refused
from heedful.kit.postgres import Server, binaries, releases
from tests.cli.postgres_versions import FAST, own_server, programs_of
from tests.installations import new_database

SUM = "SELECT count(*), sum(n), md5(string_agg(word, ',' ORDER BY n)) FROM kept"
TABLES = "SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2"
MARK = "UPDATE pg_attribute SET attoptions = %s WHERE attrelid = 'kept'::regclass AND attname = %s"


def invitation(url: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="heedful-versions-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def moved(django_db_setup: None, folder: Path) -> Path:
    """A backup of the shipped database in its newest shape, as somebody has who moves to a server of their own."""
    file = folder / "moved.backup"
    backup._dump(os.environ["DATABASE_URL"], file)
    return file


@pytest.mark.parametrize("major", sorted(releases.NEWEST))
def test_a_database_of_ones_own_is_backed_up_and_restored(
    major: int, moved: Path, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "own.backup"
    with own_server(folder, programs_of(major)) as url:
        restore._load(url, moved)
        invitation(url, "CREATE TABLE kept AS SELECT n, repeat('ü', n) AS word FROM generate_series(1, 1000) AS n")
        before = invitation(url, SUM), invitation(url, TABLES)
        for programs in ("", str(binaries.clients())):
            monkeypatch.setattr(binaries, "CHOSEN", programs)
            backup._dump(url, file)
            invitation(url, "DELETE FROM kept")
            restore._load(url, file)
            assert (invitation(url, SUM), invitation(url, TABLES)) == before
    with new_database(server, f"moved_{major}") as url:
        restore._load(url, file)
        assert (invitation(url, SUM), invitation(url, TABLES)) == before


def test_data_of_one_source_of_programs_are_served_by_another(folder: Path) -> None:
    shipped, other = Server(folder / "data", options=FAST), Server(folder / "data", options=FAST)
    other.__dict__["programs"] = programs_of(binaries.major(shipped.programs))
    if other.programs == shipped.programs:
        pytest.skip("LEFT OUT: this machine has one source of PostgreSQL's programs; bin/check fetches a second")
    for server, said in ((shipped, "shipped"), (other, "other")):
        with server.running() as url:
            invitation(url, f"CREATE TABLE {said} (n int)")
    with shipped.running() as url:
        assert invitation(url, TABLES) == [("other", "r"), ("shipped", "r")]


def test_marks_that_a_newer_server_keeps_at_columns_do_not_hinder_a_restore(folder: Path) -> None:
    file, server = folder / "marked.backup", Server(folder / "data", options=FAST)
    with server.running() as url:
        invitation(url, "CREATE TABLE kept AS SELECT 7 AS n, 'pg_attver=1' AS word")
        with psycopg.connect(server.url(role="postgres"), autocommit=True) as connection:
            connection.execute(MARK, [["pg_attver=29534792"], "n"])
            connection.execute(MARK, [["n_distinct=5", "pg_attver=29534792"], "word"])
        backup._dump(url, file)
        reading = [str(binaries.clients() / "pg_restore"), "-f", "-", str(file)]
        script = subprocess.run(reading, capture_output=True, text=True, check=True).stdout
        assert script.count("pg_attver=29534792") == 2

        restore._load(url, file)

        assert invitation(url, "SELECT * FROM kept") == [(7, "pg_attver=1")]
        options = "SELECT attoptions FROM pg_attribute WHERE attrelid = 'kept'::regclass AND attnum > 0 ORDER BY attnum"
        assert invitation(url, options) == [(None,), (["n_distinct=5"],)]


def test_rows_are_never_taken_for_a_part_of_the_script() -> None:
    said = b"\nSET transaction_timeout = 0;\nALTER TABLE ONLY public.t ALTER COLUMN n SET (pg_attver=12);\n-- on\n"
    assert restore.fit(said, 180_000) == b"\nSET transaction_timeout = 0;\n-- on\n"
    assert restore.fit(said, 150_020) == b"\n-- on\n"
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as sink:
        source.write(said + b"COPY t FROM stdin;" + said)
        source.seek(0)
        assert restore._pour(source, sink, 150_020)
        sink.seek(0)
        assert sink.read() == b"\n-- on\nCOPY t FROM stdin;" + said


def test_a_server_newer_than_every_program_is_refused_with_what_to_install() -> None:
    with pytest.raises(Refused, match=r"PostgreSQL 99 can be neither .* postgresql-client-99 or newer"):
        binaries.clients(990_001)
