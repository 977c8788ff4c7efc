"""A clock in the real worker: it fires by itself, and after a kill as well."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from heedful.customers import touchpoints
from heedful.kit.actor import SYSTEM
from heedful.promise import commitments
from heedful.promise.models import Commitment, Flip
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from tests.cast import make_promise

WORKER = "import django; django.setup(); from heedful.loop import worker; worker.run(alone=True)"
PATIENCE_S = 60


@pytest.fixture
def workers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that a test starts; whatever is left of them is killed."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def work() -> subprocess.Popen[bytes]:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "heedful.config.settings", "PYTHONPATH": "."}
    return subprocess.Popen([sys.executable, "-c", WORKER], env=environment)


def wait_until(true: Callable[[], bool]) -> None:
    patient_until = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < patient_until:
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_clock_fires_though_the_worker_was_killed(workers: list[subprocess.Popen[bytes]]) -> None:
    now = timezone.now()
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=6, at_risk_share=0.5)
    make_promise(wording=Wording(words="At once"), standards=[draft], by=SYSTEM, at=now)
    asked = touchpoints.TouchpointDraft(kind="asked", happened_at=now, message="m", identities=(("user_id", "ann"),))
    record = touchpoints.record(drafts=[asked], source="test", by=SYSTEM, at=now).customers[0]
    commitments.evaluate_people([record], at=now)
    workers.append(work())
    wait_until(ProcrastinateWorker.objects.exists)
    workers[0].send_signal(signal.SIGKILL)
    workers[0].wait()
    workers.append(work())
    wait_until(Commitment.objects.filter(state="broken").exists)
    row = Commitment.objects.get()
    assert row.settled_at == row.due_at == now + timedelta(seconds=6)
    assert all(flip.found_at >= flip.true_from for flip in Flip.objects.all())
    assert Flip.objects.get(state="broken").because == "clock"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_jobs_that_judge_the_same_people_at_once_do_not_double_anything() -> None:
    now = timezone.now()
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=3600)
    make_promise(wording=Wording(words="Soon"), standards=[draft], by=SYSTEM, at=now)
    drafts = [
        touchpoints.TouchpointDraft(
            kind="asked", happened_at=now, message=str(number), identities=(("user_id", str(number)),)
        )
        for number in range(60)
    ]
    people = touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=now).customers

    def judge(start: int) -> int:
        try:
            return commitments.evaluate_people(people[start:], at=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        changed = list(pool.map(judge, [0, 20, 0, 40]))
    assert sum(changed) == Commitment.objects.count() == Flip.objects.count() == 60
