"""What is to be done later: one way to enqueue, in the transaction of the change that asks for it."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

PROMISES = "promises"
"""What sets clocks; it has hands of its own, so that no other work makes it late."""
CLOCKS = "clocks"
"""Clocks that run out, and the cases that they open; what sets others does not keep them waiting either."""
MAILS = "mails"
WEBHOOKS = "courier"
SLOW_WEBHOOKS = "slow"
"""Endpoints that answer slowly share one hand."""
DEFAULT = "default"

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
    queue: str = DEFAULT


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
    queue: str = DEFAULT,
    **arguments: Any,
) -> None:
    """Have the worker call `function(**arguments)`, now or at a time; a task that already waits is not doubled."""
    task = Task(dotted(function), arguments, at, priority, lock, queueing_lock, queue)
    if queueing_lock is None:
        enqueue_all([task])
    else:
        _enqueue_unique(_job(task))


def enqueue_all(tasks: Sequence[Task]) -> None:
    """Enqueue many tasks in one statement."""
    if tasks:
        HERE.batch_defer_jobs(jobs=[_job(task) for task in tasks])


# The library's own way fails where such a task waits, and the server's log hears of each failure.
ENQUEUE_UNIQUE = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING
"""


def _enqueue_unique(job: Job) -> None:
    values: list[Any] = [
        job.queue,
        job.task_name,
        job.priority,
        job.lock,
        job.queueing_lock,
        json.dumps(job.task_kwargs),
    ]
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE_UNIQUE, [*values, job.scheduled_at])


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


_current: ContextVar[int | None] = ContextVar("job", default=None)


@contextmanager
def doing(job: int | None) -> Iterator[None]:
    """Remember which job is being done, for those that take others along."""
    token = _current.set(job)
    try:
        yield
    finally:
        _current.reset(token)


def is_at_work() -> bool:
    """Whether this is the worker, doing a job."""
    return _current.get() is not None


CLAIM = """
WITH chosen AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE status = 'todo' AND priority = %(priority)s AND queue_name = %(queue)s
        AND (scheduled_at IS NULL OR scheduled_at <= now())
        AND args->>'function' = %(function)s AND args->'arguments' @> %(like)s::jsonb
    ORDER BY id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
UPDATE procrastinate_jobs j SET status = 'doing',
    worker_id = (SELECT worker_id FROM procrastinate_jobs WHERE id = %(job)s)
FROM chosen WHERE j.id = chosen.id
RETURNING j.id, j.args->'arguments'
"""
"""Chosen once: a plan that asks a sub-query for each row would lock, and take, as many again each time."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Jobs of one kind that are done together, as if the worker had fetched each of them: who dies leaves them all."""

    ids: list[int]
    arguments: list[dict[str, Any]]

    def finish(self) -> None:
        """Strike them off the list; what they were for is written down elsewhere."""
        self._execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s) AND status = 'doing'")

    def put_back(self) -> None:
        """Leave each of them to be done by itself."""
        self._execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE id = ANY(%s) AND status = 'doing'")

    def _execute(self, sql: str) -> None:
        if self.ids:
            with connection.cursor() as cursor:
                cursor.execute(sql, [self.ids])


def gather(function: Callable[..., Any], *, like: dict[str, Any], queue: str, priority: int, most: int) -> Gathered:
    """Take the waiting calls of a function whose arguments are `like` these along with the one that is being done."""
    values = {
        "job": _current.get(),
        "function": dotted(function),
        "like": json.dumps(like),
        "queue": queue,
        "priority": priority,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        rows = sorted(cursor.fetchall())
    return Gathered([pk for pk, _ in rows], [json.loads(text) for _, text in rows])


WAITING = """
WITH oldest AS (
    SELECT CASE WHEN queue_name IN ('clocks', 'promises') THEN 'clocks' WHEN queue_name = 'mails' THEN 'mails'
            WHEN queue_name IN ('courier', 'slow') THEN 'deliveries'
            ELSE coalesce(args->'arguments'->>'reaction', args->>'function', task_name) END AS call,
        min(id) FILTER (WHERE scheduled_at IS NULL) AS first, min(scheduled_at) AS due
    FROM procrastinate_jobs WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
    GROUP BY 1
)
SELECT call, extract(epoch FROM now() - least(due,
    (SELECT min(at) FROM procrastinate_events WHERE job_id = first AND type = 'deferred')))::float
FROM oldest
"""


def waiting() -> dict[str, float]:
    """Return for how many seconds the oldest job of each kind has waited: clocks, and the modules of all others."""
    ages: dict[str, float] = {}
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        for call, age_s in cursor.fetchall():
            kind = call if call == CLOCKS else call.split(".")[-2:][0]
            ages[kind] = max(ages.get(kind, 0.0), age_s or 0.0)
    return dict(sorted(ages.items()))


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
