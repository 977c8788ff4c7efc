"""Do what the worker would do, here and now."""

import json
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.module_loading import import_string


def work(*, at: datetime | None = None) -> int:
    """Run every job that waits, and those that they ask for, until none is left; with `at` also clocks due by then."""
    done = 0
    while job := _next(at):
        import_string(job["function"])(**job["arguments"])
        done += 1
    return done


def _next(at: datetime | None) -> dict[str, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE id = (SELECT id FROM procrastinate_jobs WHERE status = 'todo'"
            " AND task_name = 'run' AND (scheduled_at IS NULL OR scheduled_at <= %s)"
            " ORDER BY priority DESC, id LIMIT 1) RETURNING args",
            [at],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    said: dict[str, Any] = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return said
