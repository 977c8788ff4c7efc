"""Rate limits: how often something was done under one name lately, counted where nothing throws it out."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from heedful.associates.models import RateLimit


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times within any stretch of that length."""

    amount: int
    within: timedelta


TAKE = """
INSERT INTO associates_ratelimit AS known (name, times, ends_at)
VALUES (%(name)s, ARRAY[%(at)s]::timestamptz[], %(ends_at)s)
ON CONFLICT (name) DO UPDATE SET
    times = ARRAY(SELECT time FROM unnest(known.times) time WHERE time > %(since)s) || EXCLUDED.times,
    ends_at = EXCLUDED.ends_at
WHERE (SELECT count(*) FROM unnest(known.times) time WHERE time > %(since)s) < %(amount)s
RETURNING 1
"""
"""One statement, which holds the row: of thirty at once each sees what those before it counted."""

GIVE_BACK = """
UPDATE associates_ratelimit
SET times = times[:array_position(times, %(at)s) - 1] || times[array_position(times, %(at)s) + 1:]
WHERE name = %(name)s AND %(at)s = ANY(times)
"""


def take(*, name: str, rate: Rate, at: datetime) -> bool:
    """Count once more under this name, and say whether there was room; where there was none, nothing is counted."""
    counted: dict[str, Any] = {
        "name": name,
        "at": at,
        "since": at - rate.within,
        "ends_at": at + rate.within,
        "amount": rate.amount,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, counted)
        return cursor.fetchone() is not None


def give_back(*, name: str, at: datetime) -> None:
    """Take back what was counted at that time."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"name": name, "at": at})


def clear(*, prefix: str) -> None:
    """Forget what was counted under all names that begin like this."""
    RateLimit.objects.filter(name__startswith=prefix).delete()


def forget(*, at: datetime) -> int:
    """Drop what no longer counts; returns how many."""
    return RateLimit.objects.filter(ends_at__lt=at).delete()[0]


def name(*parts: object) -> str:
    """Return the name under which to count; of what it is made of only a short hash is kept."""
    what, *about = parts
    return ":".join([str(what), *(hashlib.blake2b(str(one).encode(), digest_size=12).hexdigest() for one in about)])
