"""What a worker that was killed was doing is done by another at once, and not when a heartbeat fails to come."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from heedful.courier import mails
from heedful.courier.models import Destination
from heedful.kit.actor import SYSTEM
from heedful.loop import rescue
from tests.cli.conftest import eventually

WORKER = "import django; django.setup(); from heedful.loop import worker; worker.run(alone=False)"


@dataclass
class Silence:
    """A mail server that takes every call and says nothing."""

    port: int
    calls: list[socket.socket] = field(default_factory=list)


@pytest.fixture
def silence() -> Iterator[Silence]:
    with socket.create_server(("127.0.0.1", 0)) as listening, contextlib.ExitStack() as open_calls:
        silent = Silence(listening.getsockname()[1])

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    silent.calls.append(open_calls.enter_context(listening.accept()[0]))

        threading.Thread(target=take, daemon=True).start()
        yield silent


@pytest.fixture
def workers(silence: Silence) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers on one database, as on two machines; neither thinks itself alone."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "heedful.config.settings",
        "PYTHONPATH": ".",
        "HEEDFUL_SMTP": f"smtp://127.0.0.1:{silence.port}",
    }
    started = [subprocess.Popen([sys.executable, "-c", WORKER], env=environment) for _ in range(2)]
    yield started
    for process in started:
        process.kill()
        process.wait()


def invitation(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return (cursor.fetchone() or [None])[0]


def numbers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The numbers under which a process is there, by the connection that holds their locks."""
    numbers: list[int] | None = invitation(
        "SELECT array_agg(lock.objid::int) FROM pg_locks lock JOIN pg_stat_activity USING (pid)"
        " WHERE lock.locktype = 'advisory' AND application_name = %s",
        f"heedful {process.pid} is here",
    )
    return numbers or []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_mail_goes_on_at_once_when_the_worker_that_had_it_is_killed(
    workers: list[subprocess.Popen[bytes]], silence: Silence, settings: Any
) -> None:
    settings.SMTP_URL = f"smtp://127.0.0.1:{silence.port}"
    eventually(
        lambda: invitation("SELECT count(*) FROM procrastinate_workers") == 12, "two workers with all their hands"
    )
    now = timezone.now()
    mails.send(to="ann@example.com", subject="S", text="T", purpose="password", by=SYSTEM, at=now)
    eventually(lambda: len(silence.calls) == 1, "the call of the first")
    number = invitation("SELECT worker_id FROM procrastinate_jobs WHERE queue_name = 'mails' AND status = 'doing'")
    held = Destination.objects.get()
    (victim,) = [process for process in workers if number in numbers_of(process)]
    assert held.held_by in numbers_of(victim)
    victim.kill()
    victim.wait()
    eventually(lambda: len(silence.calls) == 2, "the call of the second")
    now_held = Destination.objects.get()
    assert held.busy_until is not None
    assert timezone.now() < held.busy_until  # the time for which the first held the server is not over
    assert now_held.held_by not in {held.held_by, None}
    age = invitation(
        "SELECT extract(epoch FROM now() - last_heartbeat) FROM procrastinate_workers WHERE id = %s", number
    )
    assert float(age) < rescue.STALLED_S  # nor would its heartbeat be missed yet
