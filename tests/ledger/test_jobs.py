"""What is to be done later belongs to the change that asks for it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.kit import live
from heedful.ledger import jobs


class Broken(Exception):
    """Something went wrong after the task was enqueued."""


def enqueue_and_break() -> None:
    with transaction.atomic():
        jobs.enqueue(live.publish, topic="cases", id=1)
        raise Broken


def waiting() -> int:
    return ProcrastinateJob.objects.filter(args__function="heedful.kit.live.publish").count()


@pytest.mark.django_db(transaction=True)
def test_a_task_vanishes_with_the_change_that_asked_for_it() -> None:
    with pytest.raises(Broken):
        enqueue_and_break()
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_a_task_vanishes_with_its_change_in_the_worker_too() -> None:
    worker_connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(worker_connector), pytest.raises(Broken):
        enqueue_and_break()
    assert waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_with_a_queueing_lock_at_most_one_waits() -> None:
    for _ in range(3):
        with transaction.atomic():
            jobs.enqueue(live.publish, queueing_lock="one", topic="cases", id=1)
    assert waiting() == 1
    ProcrastinateJob.objects.all()._raw_delete("default")


def test_who_does_a_job_is_at_work_until_it_is_done() -> None:
    assert not jobs.is_at_work()
    with jobs.doing(7):
        assert jobs.is_at_work()
        with jobs.doing(None):
            assert not jobs.is_at_work()
        assert jobs.is_at_work()
    assert not jobs.is_at_work()


def run_sql(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db
def test_of_each_kind_it_is_known_for_how_long_its_oldest_job_has_waited() -> None:
    reaction = {"entry": 1, "reaction": "heedful.act.reactions.open_cases"}
    tasks = [
        jobs.Task("heedful.act.cases.clocks.call_a_lead", queue=jobs.CLOCKS),
        jobs.Task("heedful.promise.clocks.run", queue=jobs.PROMISES),
        jobs.Task("heedful.courier.mails.send", queue=jobs.MAILS),
        jobs.Task("heedful.courier.webhooks.send", queue=jobs.WEBHOOKS),
        jobs.Task("heedful.courier.webhooks.send", queue=jobs.SLOW_WEBHOOKS),
        jobs.Task("heedful.ledger.events.react", reaction),
        jobs.Task("heedful.ledger.events.react", reaction),
        jobs.Task("heedful.kit.live.publish"),
        jobs.Task("heedful.kit.memory.later"),
    ]
    jobs.enqueue_all(tasks)
    run_sql("UPDATE procrastinate_events SET at = now() - interval '1 s' * job_id")
    run_sql("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '0.25 s' WHERE queue_name = 'mails'")
    run_sql(
        "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 s' WHERE args->>'function' = %s",
        "heedful.kit.memory.later",
    )
    pks = list(ProcrastinateJob.objects.order_by("pk").values_list("pk", flat=True))
    assert jobs.waiting() == {
        "clocks": pks[0],
        "deliveries": pks[3],
        "live": pks[7],
        "mails": 0.25,
        "reactions": pks[5],
    }


@pytest.mark.django_db
def test_a_job_is_forgotten_a_day_after_it_was_done_and_a_failed_one_never() -> None:
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    day, moment = timedelta(days=1), timedelta(microseconds=1)
    ends = [
        ("succeeded", now - day - moment, None),
        ("cancelled", now - day - moment, None),
        ("aborted", now - day - moment, None),
        ("succeeded", now - day, None),
        ("failed", now - 9 * day, None),
        ("todo", now - 9 * day, None),
        ("succeeded", now - 9 * day, now - day),
    ]
    jobs.enqueue_all([jobs.Task(f"number {number}") for number in range(len(ends))])
    for pk, (status, first, last) in zip(
        ProcrastinateJob.objects.order_by("pk").values_list("pk", flat=True), ends, strict=True
    ):
        run_sql("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", status, pk)
        run_sql("DELETE FROM procrastinate_events WHERE job_id = %s", pk)
        for at in (first, last or first):
            run_sql("INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'succeeded', %s)", pk, at)
    assert jobs.forget_finished(at=now) == 3
    kept = ProcrastinateJob.objects.order_by("pk").values_list("args__function", flat=True)
    assert list(kept) == ["number 3", "number 4", "number 5", "number 6"]
