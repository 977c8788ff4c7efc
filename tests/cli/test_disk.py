"""A disk that is full or cannot be written is said in a sentence, and costs nothing that was kept."""

import base64
import contextlib
import http.client
import json
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from heedful.kit.postgres import Server, ballast, failures
from tests.cli.conftest import House, copy_of, eventually, free_pair, healthy, heedful

pytestmark = pytest.mark.xdist_group("up")
SIZE = "220m"


@pytest.fixture
def small(installation: Path, ground: Path) -> Iterator[Path]:
    """An installation on a small disk of its own."""
    disk = Path(tempfile.mkdtemp(dir=ground))
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=711", "tmpfs", str(disk)]
    made = subprocess.run(command, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"LEFT OUT: no small disk can be made here ({made.stderr.strip() or 'mount failed'})")
    try:
        yield copy_of(installation, disk)
    finally:
        eventually(lambda: subprocess.run(["umount", str(disk)], capture_output=True).returncode == 0, "the unmounting")


def fill(folder: Path) -> Path:
    """Leave no room on a folder's disk; returns the file that takes it all."""
    file = folder / "filler"
    with contextlib.suppress(OSError), open(file, "wb", buffering=0) as taking:
        while taking.write(bytes(1 << 16)):
            pass
    assert shutil.disk_usage(folder).free < 1 << 16
    return file


def send(house: House, key: str, name: str, event: str = "Paid") -> int:
    """Send so much that it needs room of its own; returns the status."""
    events = [
        {
            "type": "track",
            "userId": f"{name}-{n}",
            "event": event,
            "messageId": f"{name}-{n}",
            "properties": {"n": secrets.token_hex(1_000)},
        }
        for n in range(200)
    ]
    headers = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
    with contextlib.closing(connection):
        connection.request("POST", "/v1/batch", json.dumps({"batch": events}), headers)
        return connection.getresponse().status


def turn_for_ever(url: str) -> None:
    """Have the server begin a new file of its log, again and again."""
    with psycopg.connect(url, autocommit=True) as connection:
        while True:
            connection.execute("SELECT pg_logical_emit_message(true, 'test', %s), pg_switch_wal()", ["confided"])


def test_a_disk_that_fills_up_stops_nothing_but_what_is_new(small: Path) -> None:
    with healthy(small) as house:
        key = heedful("key", "add", "shop", "--data", str(small)).stdout.strip()
        assert send(house, key, "before") == 200
        eventually(lambda: (small / "ballast").exists(), "the ballast, whose laying would give room back")
        with psycopg.connect(Server(small).url(role="postgres", database="postgres"), autocommit=True) as connection:
            for _ in range(2):  # old files of the log would be given back later, and make room for an answer of 200
                connection.execute("CHECKPOINT")
        filler = fill(small.parent)
        eventually(lambda: "is full: nothing new is kept" in house.said(), "the sentence about the disk")
        answers = [send(house, key, f"full-{n}") for n in range(20)]  # room that was set aside before may take some
        assert (set(answers[-3:]), set(answers) - {200, 503}) == ({503}, set())
        assert house.get("/accounts/login/")[0] in (200, 503)
        filler.unlink()
        eventually(lambda: send(house, key, "after") == 200, "events after there is room")
        eventually(lambda: "There is room again" in house.said(), "the sentence about the room")
        kept = house.sql("SELECT count(*) FROM customers_touchpoint")[0][0]
        assert kept == 200 * (2 + answers.count(200))
        assert "Traceback" not in house.said()


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_up_on_a_disk_that_takes_nothing_says_so(small: Path, how: str) -> None:
    if how == "full":
        fill(small.parent)
        said = f"The disk that holds {small} is full"
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(small.parent.parent)], check=True)
        said = f"The data folder {small} cannot be written"
    done = heedful("up", "--port", str(free_pair()), "--data", str(small))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_log_that_found_no_room_costs_the_ballast_and_pages_can_be_read(small: Path) -> None:
    with healthy(small) as house:
        reserve = small / "ballast"
        eventually(lambda: reserve.exists(), "the ballast")
        assert reserve.stat().st_size == reserve.stat().st_blocks * 512 == ballast.BYTES
        filler = fill(small.parent)
        owner = Server(small).url(role="postgres", database="postgres")
        with pytest.raises(psycopg.OperationalError):
            turn_for_ever(owner)
        eventually(lambda: reserve.stat().st_size == 0, "the ballast's end")
        eventually(lambda: house.get("/accounts/login/")[0] == 200, "a page")
        assert "is full: nothing new is kept" in house.said()
        assert house.health()[1]["database"] == "disk full"
        log = (small / "postgres.log").read_text()
        assert "PANIC:" in log
        assert "No space left on device" in log
        assert "confided" not in log
        filler.unlink()
        eventually(house.is_healthy, "health with room")
        assert "Traceback" not in house.said()


def test_the_ballast_is_laid_where_it_takes_the_room_from_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ballast.is_given_up(tmp_path)
    assert not ballast.give_up(tmp_path)
    assert ballast.lay(tmp_path)
    assert ballast.give_up(tmp_path)
    assert (ballast.is_given_up(tmp_path), ballast.give_up(tmp_path)) == (True, False)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=ballast.SPARE_BYTES - 1))
    assert not ballast.lay(tmp_path)
    assert ballast.is_given_up(tmp_path)
    assert not failures.is_full(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=ballast.BYTES))
    assert failures.is_full(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=ballast.SPARE_BYTES))
    assert ballast.lay(tmp_path)
    assert (tmp_path / "ballast").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["ballast"]
