"""The months of the log: each has a partition, and what is older or later than all of them has one too."""

from datetime import datetime

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

PARENT = "customers_touchpoint"
EARLY, LATE = f"{PARENT}_early", f"{PARENT}_late"
EARLIER_MONTHS, COMING_MONTHS = 36, 3


def month_of(at: datetime) -> int:
    """Number the months since year 0."""
    return at.year * 12 + at.month - 1


def first_day(month: int) -> str:
    """The first day of a numbered month, as SQL and people write it."""
    return f"{month // 12:04d}-{month % 12 + 1:02d}-01"


def lay(*, at: datetime) -> None:
    """Lay the partitions of a new log: three years back, three months ahead, and one for each end."""
    start, end = month_of(at) - EARLIER_MONTHS, month_of(at) + COMING_MONTHS + 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {EARLY} PARTITION OF {PARENT} FOR VALUES FROM (MINVALUE) TO ('{first_day(start)}')"
        )
        for month in range(start, end):
            _create(cursor, month)
        cursor.execute(f"CREATE TABLE {LATE} PARTITION OF {PARENT} FOR VALUES FROM ('{first_day(end)}') TO (MAXVALUE)")


def tend(*, at: datetime) -> int:
    """Lay the coming months before they are needed, and move waiting rows in; returns how many were laid."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('heedful.partitions'))")
        start, end = _end(cursor), month_of(at) + COMING_MONTHS + 1
        if start >= end:
            return 0
        cursor.execute(f"ALTER TABLE {PARENT} DETACH PARTITION {LATE}")
        for month in range(start, end):
            _create(cursor, month)
        cursor.execute(
            f"WITH moved AS (DELETE FROM {LATE} WHERE happened_at < %s RETURNING *)"  # noqa: S608 - names of ours
            f" INSERT INTO {PARENT} OVERRIDING SYSTEM VALUE SELECT * FROM moved",
            [first_day(end)],
        )
        cursor.execute(
            f"ALTER TABLE {PARENT} ATTACH PARTITION {LATE} FOR VALUES FROM ('{first_day(end)}') TO (MAXVALUE)"
        )
        return end - start


def _create(cursor: CursorWrapper, month: int) -> None:
    name = f"{PARENT}_{first_day(month)[:7].replace('-', '_')}"
    cursor.execute(
        f"CREATE TABLE {name} PARTITION OF {PARENT}"
        f" FOR VALUES FROM ('{first_day(month)}') TO ('{first_day(month + 1)}')"
    )


def _end(cursor: CursorWrapper) -> int:
    cursor.execute(
        "SELECT substring(pg_get_expr(relpartbound, oid) from '''(\\d{4}-\\d{2})') FROM pg_class WHERE relname = %s",
        [LATE],
    )
    year, month = cursor.fetchone()[0].split("-")
    return int(year) * 12 + int(month) - 1
