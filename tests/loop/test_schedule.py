import asyncio
from datetime import UTC, datetime, timedelta
from inspect import signature

import pytest
from django.db import connection
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from heedful.ledger import jobs
from heedful.loop.regular import Deferrer
from heedful.loop.schedule import SCHEDULE
from heedful.promise import commitments

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("regular", SCHEDULE, ids=lambda regular: regular.name)
def test_what_is_regular_can_be_called_with_the_time(regular: object) -> None:
    assert "at" in signature(import_string(regular.name)).parameters  # type: ignore[attr-defined]


def test_everything_in_the_schedule_is_known_to_the_worker() -> None:
    known = {(name, periodic) for name, periodic in app.periodic_registry.periodic_tasks}
    assert known == {("regularly", regular.name) for regular in SCHEDULE}


@pytest.mark.django_db
def test_finished_jobs_are_forgotten_after_a_day_and_failed_ones_stay() -> None:
    kinds = {"old": ("succeeded", 25), "young": ("succeeded", 23), "failed": ("failed", 48), "waiting": ("todo", 48)}
    for name, (status, hours) in kinds.items():
        jobs.enqueue(jobs.forget_finished, at=NOON, name=name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(id) FROM procrastinate_jobs")
            (pk,) = cursor.fetchone() or (None,)
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [status, pk])
            cursor.execute(
                "UPDATE procrastinate_events SET at = %s WHERE job_id = %s", [NOON - timedelta(hours=hours), pk]
            )
    assert jobs.forget_finished(at=NOON) == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->'arguments'->>'name' FROM procrastinate_jobs ORDER BY id")
        assert [name for (name,) in cursor.fetchall()] == ["young", "failed", "waiting"]


def names(deferrer: Deferrer, at: datetime) -> list[tuple[str, int]]:
    """What is deferred at a moment, with the time that it was due."""
    found = deferrer.get_previous_tasks(at.timestamp())
    return [(task.periodic_id, due) for task, due in found if task.periodic_id == jobs.dotted(commitments.fire)]


def test_what_happens_each_minute_goes_on_when_the_clock_is_set() -> None:
    deferrer, fire = Deferrer(registry=app.periodic_registry), jobs.dotted(commitments.fire)
    for at in (NOON, NOON + timedelta(minutes=1), NOON - timedelta(minutes=30), NOON - timedelta(minutes=29)):
        assert names(deferrer, at + timedelta(seconds=1)) == [(fire, int(at.timestamp()))]
        assert names(deferrer, at + timedelta(seconds=5)) == []
    ahead = NOON + timedelta(days=300)
    assert names(deferrer, ahead + timedelta(seconds=1)) == [(fire, int(ahead.timestamp()))]


def test_the_deferrer_looks_again_before_the_next_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    asyncio.run(Deferrer(registry=app.periodic_registry).wait(3600))
    assert 0 < slept[0] < 10
