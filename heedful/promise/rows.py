"""The rows of commitments, read and written many at a time; the state of each changes together with its flip."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from heedful.ledger.references import Reference
from heedful.promise.models import Commitment, Unreadable
from heedful.promise.standards.contract import counts_at
from heedful.promise.working_time import MICROSECOND


class Row(NamedTuple):
    """A commitment as it is stored, and as it is evaluated; two that are equal need no writing."""

    customer: int
    started_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    settled_at: datetime | None
    settled_by: int | None
    state: str
    measured: float | None
    changes_at: datetime | None
    brand: int | None = None
    source: str = ""


type CommitmentKey = tuple[int, int]
"""Standard and the touchpoint that opened it: what a commitment is known by, whatever its id."""


class Change(msgspec.Struct):
    """A commitment to write: its new row, and the flip if its state is another."""

    standard: int
    promise: int
    opened_by: int
    row: Row
    flips: bool
    id: int | None = None


def load(*, records: Collection[int], of: Sequence[int]) -> dict[CommitmentKey, tuple[int, Row]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT standard_id, opened_by, id, customer_id, started_at, at_risk_at, due_at, settled_at, settled_by,"
            " state, measured, changes_at, brand_id, source FROM promise_commitment"
            " WHERE customer_id = ANY(%s) AND standard_id = ANY(%s)",
            [list(records), list(of)],
        )
        return {(row[0], row[1]): (row[2], Row(*row[3:])) for row in cursor}


SENT = """
WITH sent AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(
        id bigint, standard bigint, promise bigint, opened_by bigint, customer bigint, started_at timestamptz,
        at_risk_at timestamptz, due_at timestamptz, settled_at timestamptz, settled_by bigint, state text,
        measured float8, changes_at timestamptz, counts_at timestamptz, flips boolean,
        true_from timestamptz, because text, brand smallint, source text)
)"""
MADE = """, made AS (
    INSERT INTO promise_commitment (standard_id, promise_id, opened_by, customer_id, started_at, at_risk_at, due_at,
        settled_at, settled_by, state, measured, changes_at, counts_at, brand_id, source)
    SELECT standard, promise, opened_by, customer, started_at, at_risk_at, due_at,
        settled_at, settled_by, state, measured, changes_at, counts_at, brand, source
    FROM sent RETURNING id, standard_id, opened_by
), flipped AS (
    INSERT INTO promise_flip (commitment_id, state, true_from, found_at, because)
    SELECT made.id, sent.state, true_from, %(at)s, because
    FROM made JOIN sent ON sent.standard = made.standard_id AND sent.opened_by = made.opened_by
) SELECT standard_id, opened_by, id FROM made"""
CHANGED = """, changed AS (
    UPDATE promise_commitment i SET customer_id = customer, started_at = sent.started_at, at_risk_at = sent.at_risk_at,
        due_at = sent.due_at, settled_at = sent.settled_at, settled_by = sent.settled_by, state = sent.state,
        measured = sent.measured, changes_at = sent.changes_at, counts_at = sent.counts_at,
        brand_id = sent.brand, source = sent.source
    FROM sent WHERE i.id = sent.id
) INSERT INTO promise_flip (commitment_id, state, true_from, found_at, because)
    SELECT id, state, true_from, %(at)s, because FROM sent WHERE flips"""


def write(*, changes: Sequence[Change], gone: Sequence[int], because: str, at: datetime) -> None:
    new = [change for change in changes if change.id is None]
    with connection.cursor() as cursor:
        if gone:
            Commitment.objects.filter(pk__in=gone).delete()
        if new:
            cursor.execute(SENT + MADE, {"rows": _document(new, because), "at": at})
            ids = {(standard, opened_by): pk for standard, opened_by, pk in cursor.fetchall()}
            for change in new:
                change.id = ids[change.standard, change.opened_by]
        if len(new) < len(changes):
            old = (
                changes if not new else [change for change in changes if (change.standard, change.opened_by) not in ids]
            )
            cursor.execute(SENT + CHANGED, {"rows": _document(old, because), "at": at})


def _document(changes: Sequence[Change], because: str) -> str:
    return msgspec.json.encode([_sent(change, because) for change in changes]).decode()


def _sent(change: Change, because: str) -> dict[str, Any]:
    row = change.row
    return {
        "id": change.id,
        "standard": change.standard,
        "promise": change.promise,
        "opened_by": change.opened_by,
        **row._asdict(),
        "counts_at": counts_at(started_at=row.started_at, due_at=row.due_at, settled_at=row.settled_at),
        "flips": change.flips,
        "true_from": true_from(row),
        "because": because or _because(change),
    }


def true_from(row: Row) -> datetime:
    """Since when, by the log, it stands as it does."""
    return (row.at_risk_at if row.state == "at_risk" else row.settled_at) or row.started_at


def moment_of_change(row: Row) -> datetime | None:
    """The moment that had passed when a row was found to stand as it does, where only the clock can have made it so."""
    if row.state == "broken" and row.due_at is not None:
        return row.due_at + MICROSECOND
    return row.at_risk_at if row.state == "at_risk" else None


def _because(change: Change) -> str:
    """What made it so: a touchpoint, or the clock."""
    row = change.row
    if row.state == "at_risk" or (row.state == "broken" and row.due_at is not None):
        return "clock"
    return str(Reference("touchpoint", row.settled_by or change.opened_by))


def note_unreadable(
    *, records: Collection[int], of: Sequence[int], unreadable: Mapping[CommitmentKey, Unreadable]
) -> None:
    """Keep what could not be read of these records, and forget what has become readable."""
    rows = Unreadable.objects.filter(customer__in=list(records), standard__in=of)
    pk_of = {(standard, opened_by): pk for pk, standard, opened_by in rows.values_list("pk", "standard", "opened_by")}
    if gone := [pk for key, pk in pk_of.items() if key not in unreadable]:
        Unreadable.objects.filter(pk__in=gone).delete()
    if new := [row for key, row in unreadable.items() if key not in pk_of]:
        Unreadable.objects.bulk_create(new)
