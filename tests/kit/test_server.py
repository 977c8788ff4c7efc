import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from heedful.kit.errors import Refused
from heedful.kit.postgres import Server, account, binaries, failures, tuning

FAST = {"fsync": "off", "full_page_writes": "off"}


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="heedful-server-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def postmaster(server: Server) -> int:
    return int((server.files / "postmaster.pid").read_text().split()[0])


def start_one(data: Path) -> bool:
    return Server(data, options=FAST).start() is not None


@pytest.fixture
def started(folder: Path) -> Iterator[Server]:
    server = Server(folder / "data", options=FAST)
    process = server.start()
    yield server
    server.stop(process)


def test_of_many_that_start_at_once_one_does(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        begun = pool.map(start_one, [folder / "data"] * 4)
    server = Server(folder / "data", options=FAST)
    assert sorted(begun) == [False, False, False, True]
    assert server.is_ready()
    server.stop()
    assert not server.is_ready()


def test_a_killed_server_starts_again_and_has_kept_what_it_acknowledged(started: Server) -> None:
    with psycopg.connect(started.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
    os.kill(postmaster(started), signal.SIGKILL)
    assert started.start() is not None
    with psycopg.connect(started.url()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_lock_whose_process_id_belongs_to_somebody_else_is_forgotten(started: Server) -> None:
    started.stop()
    for lock in (started.files / "postmaster.pid", started.sockets / ".s.PGSQL.5432.lock"):
        lock.write_text(f"{os.getpid()}\n{started.files}\n")
    assert started.start() is not None


def test_a_lock_of_a_living_server_is_kept(started: Server) -> None:
    failures.forget_stale_locks(started.files, started.sockets / ".s.PGSQL.5432")
    assert (started.files / "postmaster.pid").exists()


def test_the_last_of_several_users_stops_the_server(folder: Path) -> None:
    one, two = Server(folder / "data", options=FAST), Server(folder / "data", options=FAST)
    with one.running():
        with two.running() as url, psycopg.connect(url):
            pass
        assert one.is_ready()
    assert not one.is_ready()


def test_a_deep_folder_gets_a_socket_with_a_short_path(folder: Path) -> None:
    server = Server(folder / ("deep" * 25) / "data", options=FAST)
    with server.running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert len(str(server.sockets)) < 60
        assert server.sockets.stat().st_mode & 0o077 == 0
    assert not server.sockets.exists()


def test_nobody_else_may_reach_the_socket(started: Server) -> None:
    assert started.sockets.stat().st_mode & 0o777 == 0o700


def test_data_of_another_version_are_refused(started: Server) -> None:
    started.stop()
    (started.files / "PG_VERSION").write_text("12\n")
    with pytest.raises(Refused, match="were written by PostgreSQL 12"):
        started.start()
    (started.files / "PG_VERSION").write_text(f"{binaries.major(started.programs)}\n")


def test_a_half_made_database_is_not_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(folder / "data", options=FAST)
    monkeypatch.setattr("heedful.kit.postgres.server.ROLES", "CREATE ROLE heedful NONSENSE;\n")
    with pytest.raises(Refused, match="ERROR:  unrecognized role option"):
        server.start()
    assert not server.files.exists()
    assert list(server.data.glob(".postgres-*")) == []


def test_programs_that_are_missing_are_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(binaries, "CHOSEN", str(tmp_path))
    with pytest.raises(Refused, match="PostgreSQL's programs were not found"):
        binaries.directory()
    with pytest.raises(Refused, match=r"pg_dump, pg_restore and psql are not here\. Install postgresql-client-17"):
        binaries.clients(170_004)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("FATAL:  could not write lock file: No space left on device", r"The disk that holds .* is full"),
        ("initdb: error: could not create directory: Read-only file system", "cannot be written"),
        ("LOG: hello\nFATAL:  something else\nLOG: bye", "PostgreSQL did not start: FATAL:  something else"),
        ("", "it said nothing"),
    ],
)
def test_what_the_server_says_becomes_a_sentence(said: str, sentence: str, tmp_path: Path) -> None:
    assert failures.refusal(tmp_path, said).sentence
    with pytest.raises(Refused, match=sentence):
        raise failures.refusal(tmp_path, said)


def mounted(folder: Path, options: str) -> bool:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True).returncode == 0


@pytest.mark.parametrize(("options", "sentence"), [("size=20m", "The disk that holds"), ("ro", "cannot be written")])
def test_a_disk_that_takes_nothing_is_a_sentence(options: str, sentence: str, folder: Path) -> None:
    if not mounted(folder, options):
        pytest.skip("only root may mount a small disk")
    try:
        with pytest.raises(Refused, match=sentence):
            Server(folder / "data", options=FAST).start()
    finally:
        subprocess.run(["umount", folder], check=True)


def test_root_lends_the_server_another_account(folder: Path) -> None:
    chosen = account.choose(binaries=binaries.directory(), files=folder / "postgres")
    if os.geteuid() != 0:
        assert chosen == account.Account(os.geteuid(), os.getegid())
    else:
        assert chosen.prefix[0] in {"setpriv", "unshare"}


def test_the_server_is_asked_only_when_it_says_of_itself_that_it_is_ready(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    invitation = Server.is_ready

    def counted(server: Server) -> bool:
        asked.append(invitation(server))
        return asked[-1]

    monkeypatch.setattr(Server, "is_ready", counted)
    server = Server(folder / "data", options=FAST)
    process = server.start()
    try:
        assert asked[0] is False  # whether another runs
        assert asked.count(True) == 1
        assert len(asked) <= 4
        assert "FATAL" not in server.log.read_text()
    finally:
        server.stop(process)


def test_after_a_kill_the_whole_disk_is_written_at_once_where_that_can_be() -> None:
    assert ("recovery_init_sync_method" in tuning.options(Path("/run"))) == (sys.platform == "linux")
