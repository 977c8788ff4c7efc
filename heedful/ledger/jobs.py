"""What is to be done later: one way to enqueue, in the transaction of the change that asks for it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

KEEP_FINISHED = timedelta(days=1)
HERE = JobManager(DjangoConnector())
"""Enqueues on Django's own connection, in the worker too, whose `app` has connections of its own: a task must become
visible with the change that asks for it, and vanish with it."""


@dataclass(frozen=True, slots=True)
class Task:
    """A call to be made by the worker: a dotted name and its JSON arguments.

    Of two waiting tasks the one with the higher `priority` goes first; tasks with the same `lock` never run at once;
    with a `queueing_lock` at most one of them waits. What may take long because others answer slowly has a `queue`
    of its own.
    """

    function: str
    arguments: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    priority: int = 0
    lock: str | None = None
    queueing_lock: str | None = None
    queue: str = "default"


def dotted(function: Callable[..., Any]) -> str:
    """Return the name under which the worker finds a module-level function."""
    return f"{function.__module__}.{function.__qualname__}"


def enqueue(
    function: Callable[..., Any],
    *,
    at: datetime | None = None,
    priority: int = 0,
    lock: str | None = None,
    queueing_lock: str | None = None,
    queue: str = "default",
    **arguments: Any,
) -> None:
    """Have the worker call `function(**arguments)`, now or at a time; a task that already waits is not doubled."""
    task = Task(dotted(function), arguments, at, priority, lock, queueing_lock, queue)
    if queueing_lock is None:
        enqueue_all([task])
    else:
        _enqueue_once(_job(task))


def enqueue_all(tasks: Sequence[Task]) -> None:
    """Enqueue many tasks in one statement."""
    if tasks:
        HERE.batch_defer_jobs(jobs=[_job(task) for task in tasks])


# The library's own way fails where such a task waits, and the server's log hears of each failure.
ONCE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


def _enqueue_once(job: Job) -> None:
    values: list[Any] = [
        job.queue,
        job.task_name,
        job.priority,
        job.lock,
        job.queueing_lock,
        json.dumps(job.task_kwargs),
    ]
    with connection.cursor() as cursor:
        cursor.execute(ONCE, [*values, job.scheduled_at])


def _job(task: Task) -> Job:
    return Job(
        id=None,
        queue=task.queue,
        lock=task.lock,
        queueing_lock=task.queueing_lock,
        task_name="run",
        task_kwargs={"function": task.function, "arguments": task.arguments},
        scheduled_at=task.at,
        priority=task.priority,
    )


def forget_finished(*, at: datetime) -> int:
    """Delete the jobs that were done a day ago; failed ones stay for whoever looks for the reason."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status IN ('succeeded', 'cancelled', 'aborted') AND id IN ("
            "SELECT job_id FROM procrastinate_events WHERE at < %s"
            " GROUP BY job_id)"
            " AND NOT EXISTS (SELECT FROM procrastinate_events AS later"
            " WHERE later.job_id = procrastinate_jobs.id AND later.at >= %s)",
            [at - KEEP_FINISHED, at - KEEP_FINISHED],
        )
        return int(cursor.rowcount)
