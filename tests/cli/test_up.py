import argparse
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psycopg
import pytest

from heedful.cli import up
from heedful.kit.postgres import Server
from tests.cli.conftest import House, environment, eventually, free_pair, heedful, processes_of, start

pytestmark = pytest.mark.xdist_group("up")

LOGGED_IN = """
import django; django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from heedful.associates.models import Associate
who = Associate.objects.filter(email="alice@example.com").first() or Associate(
    email="alice@example.com", name="Alice", role="associate", created_at=timezone.now()
)
who.set_password("long enough for anybody"); who.save()
session = SessionStore()
session[SESSION_KEY] = str(who.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = who.get_session_auth_hash()
session.create()
print(session.session_key)
"""


def log_in(house: House) -> str:
    """The cookie of an associate who is logged in."""
    more = {
        "DATABASE_URL": house.url,
        "HEEDFUL_DATA": str(house.data),
        "DJANGO_SETTINGS_MODULE": "heedful.config.settings",
    }
    command = [sys.executable, "-P", "-c", LOGGED_IN]
    done = subprocess.run(command, env=environment(**more), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return f"sessionid={done.stdout.strip()}"


def listen(house: House, topics: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", house.port + 1, timeout=10)
    connection.request("GET", f"/live?topics={topics}", headers=headers)
    return connection.getresponse()


def test_one_command_makes_everything_ready_and_a_signal_ends_it(house: House) -> None:
    status, told = house.health()
    assert (status, told["database"], told["worker"], told["live"]) == (200, "ready", "ready", "ready")
    eventually(lambda: "Heedful is ready: http://localhost:" in house.said(), "the address on the terminal")
    assert house.get("/accounts/login/")[0] == 200

    cookie = log_in(house)
    assert listen(house, "cases").status == 401
    open_stream = listen(house, "cases,customer:12", Cookie=cookie, Origin=f"http://127.0.0.1:{house.port}")
    assert open_stream.status == 200
    assert open_stream.headers["Access-Control-Allow-Origin"] == f"http://127.0.0.1:{house.port}"
    house.sql("""SELECT pg_notify('heedful_live', '{"topic": "customer", "id": "13"}')""")
    house.sql("""SELECT pg_notify('heedful_live', '{"topic": "customer", "id": "12"}')""")
    heard = b"".join(open_stream.readline() for _ in range(5)).decode()
    assert heard == 'retry: 1000\n\nid: 2\nevent: customer:12\ndata: {"topic": "customer", "id": "12"}\n'

    began = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - began < 10
    assert open_stream.read().endswith(b"\n")
    assert processes_of(house.data) == []


def test_a_stranger_from_elsewhere_is_not_let_into_a_stream(calm: House) -> None:
    answer = listen(calm, "cases", Origin="https://mallory.example.com")
    assert answer.status == 401
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert listen(calm, "", Cookie="sessionid=nonsense").status == 400
    assert listen(calm, "cases", Cookie="sessionid=nonsense").status == 401


def test_a_stream_ends_when_its_reader_logs_out_or_is_shut_out(calm: House) -> None:
    cookie = log_in(calm)
    for change in ("UPDATE associates_associate SET role = 'leader'", "DELETE FROM django_session"):
        stream = listen(calm, "cases", Cookie=cookie)
        assert stream.status == 200
        calm.sql(change)
        assert stream.read() == b"retry: 1000\n\n"  # its end, before the first sign of life that keeps it open
    assert listen(calm, "cases", Cookie=cookie).status == 401


def test_a_second_start_on_the_same_data_says_so_and_harms_nothing(calm: House) -> None:
    second = heedful("up", "--data", str(calm.data), "--port", str(free_pair()))
    assert second.returncode == 1
    assert second.stderr.startswith(f"heedful: Heedful runs already on {calm.data} (process {calm.process.pid}")
    restored = heedful("restore", __file__, "--data", str(calm.data))
    assert (restored.returncode, restored.stderr) == (1, f"heedful: {__file__} is not a backup.\n")
    assert calm.is_healthy()


def test_it_becomes_ready_on_one_address_of_many_and_under_a_name_of_its_own(data: Path) -> None:
    house = start(data, "--host", "127.0.0.2", HEEDFUL_HOSTS="care.example.com", HEEDFUL_HTTPS_REDIRECT="yes")
    try:
        eventually(lambda: "Heedful is ready" in house.said() or house.process.poll() is not None, "the address")
    finally:
        assert house.stop() == 0, house.said()


def test_a_port_that_is_taken_is_a_sentence(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        done = heedful("up", "--data", str(data), "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
    assert processes_of(data) == []


@pytest.mark.parametrize("port", ["0", "-1", "65535", "99999", "eighty"])
def test_a_port_that_cannot_be_one_is_a_sentence(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    up.arguments(parser)
    with pytest.raises(SystemExit) as end:
        parser.parse_args(["--port", port])
    assert end.value.code == 2
    assert "a port is a number from 1 to 65534" in capsys.readouterr().err


def test_every_process_that_is_killed_comes_back_and_no_acknowledged_write_is_lost(calm: House) -> None:
    calm.sql("CREATE TABLE kept (n int)")

    def has_successor(victim: int) -> bool:
        return victim not in calm.children() and len(calm.children()) == 5

    for number in range(10):  # each of the five, twice: the youngest is always the last
        calm.sql("INSERT INTO kept VALUES (%s)", number)
        victim = calm.children()[0]
        os.kill(victim, signal.SIGKILL)
        eventually(partial(has_successor, victim), "a successor")
        eventually(calm.is_healthy, "health after a kill")
    assert calm.sql("SELECT count(*) FROM kept") == [(10,)]


def test_a_killed_parent_leaves_nothing_behind_and_an_interrupted_job_runs_again(house: House) -> None:
    with contextlib.closing(psycopg.connect(house.url)) as blocking:
        blocking.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
        house.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', 'run', %s)",
            '{"function": "heedful.cli.migrations.pending", "arguments": {}}',
        )
        eventually(lambda: house.sql("SELECT id FROM procrastinate_jobs WHERE status = 'doing'"), "a job being done")
        house.process.kill()
        house.process.wait()
    eventually(lambda: not processes_of(house.data), "the end of every process")

    again = start(house.data, port=house.port)
    try:
        again.becomes_healthy()
        eventually(lambda: again.sql("SELECT id FROM procrastinate_jobs WHERE status = 'succeeded'"), "the job, done")
    finally:
        assert again.stop() == 0


def test_a_restarted_database_only_interrupts(calm: House) -> None:
    stream = listen(calm, "cases", Cookie=log_in(calm))
    postmaster = int((calm.data / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGINT)
    eventually(lambda: not calm.is_healthy() or "starting it again" in calm.said(), "the interruption")
    eventually(calm.is_healthy, "health after the restart")
    heard = [stream.readline() for _ in range(3)]
    assert heard[2] == b"event: refresh\n"


def test_a_command_starts_the_database_for_as_long_as_it_needs_it(data: Path) -> None:
    done = heedful("check", "--data", str(data))
    assert "ok    The database has the newest shape." in done.stdout
    assert "Traceback" not in done.stderr
    assert not Server(data).is_ready()
    assert processes_of(data) == []


def test_a_command_nobody_knows_is_a_sentence() -> None:
    done = heedful("dance")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "heedful: there is no command 'dance'. `heedful help` lists them all.\n"
