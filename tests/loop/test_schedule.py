from datetime import UTC, datetime, timedelta
from inspect import signature

import pytest
from django.db import connection
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from heedful.ledger import jobs
from heedful.loop.schedule import SCHEDULE

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
