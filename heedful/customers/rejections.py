"""Events that were not taken, kept for whoever has to mend the program that sent them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from heedful.customers.models import Rejection

MOST_ROWS = 1_000
"""Rejections kept of each key, the newest; a client that sends nothing else cannot fill the disk."""
BATCH_SIZE = 50
"""Rejections kept of one request."""
SNIPPET = 2_000
"""Characters kept of what was sent."""


@transaction.atomic
def record(*, key: int | None, rejected: Sequence[tuple[str, str]], at: datetime) -> None:
    """Keep events that were not taken: for each the reason and what was sent."""
    rows = [
        Rejection(key_id=key, at=at, reason=reason[:300], sent=_snippet(sent)) for reason, sent in rejected[:BATCH_SIZE]
    ]
    if more := len(rejected) - len(rows):
        rows.append(Rejection(key_id=key, at=at, reason=f"And {more:,} more in the same request.", sent=""))
    Rejection.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customers_rejection WHERE id IN (SELECT id FROM customers_rejection"
            " WHERE key_id IS NOT DISTINCT FROM %s ORDER BY at DESC, id DESC OFFSET %s)",
            [key, MOST_ROWS],
        )


def of(*, key: int) -> QuerySet[Rejection]:
    """The rejections of a key, the newest first."""
    return Rejection.objects.filter(key=key).order_by("-at", "-pk")


def _snippet(sent: str) -> str:
    return sent.replace("\x00", "")[:SNIPPET]
