"""What the database's server writes down: nothing of customers, nothing for others' eyes, and no more than has room."""

import errno
import os
import re
import signal
import threading
from pathlib import Path

import psycopg
import pytest

from heedful.kit.postgres import Server, log
from tests.cli.conftest import House, eventually, heedful
from tests.cli.test_disk import send

pytestmark = pytest.mark.xdist_group("up")


def complaints(house: House) -> list[str]:
    lines = (house.data / "postgres.log").read_text().splitlines()
    found = [line for line in lines if re.search(r"(ERROR|FATAL|PANIC|STATEMENT|DETAIL):", line)]
    return [line for line in found if "due to administrator command" not in line]  # who is there when it is stopped


def test_ordinary_work_logs_no_error(house: House) -> None:
    key = heedful("key", "add", "shop", "--data", str(house.data)).stdout.strip()
    promise = ("promise", "add", "Soon", "--within", "paid", "delivered", "30s")
    assert heedful(*promise, "--data", str(house.data)).returncode == 0
    assert [send(house, key, "first"), send(house, key, "third", "Delivered")] == [200, 200]
    senders = [threading.Thread(target=send, args=(house, key, name)) for name in ("first", "second") * 6]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert house.sql("SELECT count(*) FROM customers_touchpoint") == [(600,)]
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock IS NOT NULL AND scheduled_at > now()"
    assert eventually(lambda: house.sql(waiting)[0][0], "a clock that waits") > 0
    assert house.get("/accounts/login/")[0] == 200
    assert heedful("check", "--data", str(house.data)).stderr == ""
    assert complaints(house) == []


def test_neither_a_failed_statement_nor_a_killed_one_leaves_its_values_in_the_log(house: House) -> None:
    house.sql("CREATE TABLE diary (word text UNIQUE)")
    house.sql("INSERT INTO diary VALUES (%s)", "confided")
    for sql in ("INSERT INTO diary VALUES ('confided')", "SELECT 1 / length('') FROM diary WHERE word = 'confided'"):
        with pytest.raises(psycopg.Error):
            house.sql(sql)
    with pytest.raises(psycopg.Error):
        house.sql("INSERT INTO diary VALUES (%s)", "confided")

    def be_killed() -> None:
        with pytest.raises(psycopg.Error):
            house.sql("SELECT pg_sleep(60), 'confided'")

    begun = threading.Thread(target=be_killed)
    begun.start()
    ours = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%%'"
    os.kill(eventually(lambda: house.sql(ours), "the statement")[0][0], signal.SIGKILL)
    begun.join()
    mine = house.data / "postgres.log"
    eventually(lambda: "was terminated by signal 9" in mine.read_text(), "the end of it")
    said = mine.read_text()
    assert said.count("ERROR:  duplicate key value") == 2
    assert "confided" not in said
    assert "STATEMENT:" not in said
    eventually(house.is_healthy, "health after the kill")


def test_an_installation_that_others_could_read_is_shut_when_it_starts(data: Path) -> None:
    for name in ("postgres.log", "postgres.log.1"):
        (data / name).touch()
        (data / name).chmod(0o644)
    data.chmod(0o755)
    with Server(data).running() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    owner, passes = (data / "postgres").stat(), data.stat().st_mode & 0o777
    assert passes == (0o700 if owner.st_uid == os.geteuid() else 0o710)
    assert data.stat().st_gid == (os.getegid() if owner.st_uid == os.geteuid() else owner.st_gid)
    for name in ("postgres.log", "postgres.log.1"):
        assert (data / name).stat().st_mode & 0o777 == 0o600


def test_a_new_installation_is_shut_to_others(ground: Path) -> None:
    server = Server(ground / "shut" / "data", options={"fsync": "off"})
    before = os.umask(0)
    try:
        with server.running():
            assert server.log.stat().st_mode & 0o777 == 0o600
            assert server.data.stat().st_mode & 0o007 == 0
    finally:
        os.umask(before)


def test_the_log_is_turned_while_the_server_runs(house: House) -> None:
    mine, before = house.data / "postgres.log", house.data / "postgres.log.1"
    with open(mine, "a") as filling:
        filling.write("early\n" + "x" * log.MOST_BYTES)
    eventually(lambda: mine.stat().st_size < log.MOST_BYTES, "a shorter log")
    assert before.read_text().endswith("x" * 10)
    assert "early" in before.read_text()
    assert before.stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.Error):
        house.sql("SELECT 1 / 0")
    assert "division by zero" in eventually(mine.read_text, "what the server says after")
    assert mine.read_bytes()[:1] != b"\0"


def test_a_log_for_whose_copy_there_is_no_room_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "postgres.log"
    mine.write_bytes(b"x" * 100)
    assert not log.turn(mine)
    monkeypatch.setattr(log, "MOST_BYTES", 50)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", fail)
    assert log.turn(mine)
    assert (mine.stat().st_size, log.earlier(mine).exists()) == (0, False)
