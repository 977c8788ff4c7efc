"""What happened between a customer and the company: one log, written once, however often it is sent."""

import hashlib
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction

from heedful.customers import feedback, kinds, people
from heedful.customers.identities import Name
from heedful.kit.actor import By
from heedful.ledger import events

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


@dataclass(slots=True)
class Draft:
    """A touchpoint as it arrives: who by, what, when, and the id by which a second arrival is known.

    Give either `identities` or the record of a `customer`. `properties` may be JSON text that is stored as it came.
    """

    kind: str
    happened_at: datetime
    message: str
    identities: tuple[Name, ...] = ()
    customer: int | None = None
    channel: str = ""
    stage: str = ""
    properties: Mapping[str, Any] | msgspec.Raw = field(default_factory=dict)
    scores: dict[str, int] | None = None
    verbatim: str | None = None
    subject: str | None = None
    clamped: bool = False
    """True when the time is a guess, because the one that was sent cannot be read."""


@dataclass(frozen=True, slots=True)
class TouchpointsRecorded:
    """A batch of touchpoints came into the log; it is named by its batch number and the ranges in which to look."""

    batch: int
    first_id: int
    last_id: int
    earliest: datetime
    latest: datetime
    count: int
    feedback: bool
    watched: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a batch."""

    batch: int | None
    count: int
    duplicates: int
    customers: list[int]
    """The record of each draft, in order."""


@transaction.atomic
def record(*, drafts: Sequence[Draft], source: str, by: By, at: datetime) -> Recorded:
    """Take a batch into the log; a message that came before is left out. The only way in."""
    customers = _customers(drafts, by, at)
    rows = {digest(source, draft.message): (draft, customer) for draft, customer in zip(drafts, customers, strict=True)}
    kinds.meet(slugs={draft.kind for draft, _ in rows.values()})
    written = _insert(_encode(rows, at), source, at)
    if written.count:
        if written.sheets:
            feedback.keep(sheets=[_sheet(rows[message], message, touchpoint) for message, touchpoint in written.sheets])
        _seen(rows.values(), at)
        events.record(written.event(), by=by, at=at)
    return Recorded(written.batch, written.count, len(drafts) - written.count, customers)


def digest(source: str, message: str) -> uuid.UUID:
    """The name under which a message of a source is known; 128 bits, the same for every arrival."""
    return uuid.UUID(bytes=hashlib.blake2b(f"{source}\n{message}".encode(), digest_size=16).digest())


def arrive(*, messages: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Note that messages came; returns those that had not come before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_arrival SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING message",
            [sorted(messages)],
        )
        return {message for (message,) in cursor.fetchall()}


def clamp(happened_at: datetime, at: datetime) -> datetime:
    """Bring an absurd time (before 1990, or more than a day ahead) to the nearest that can be true."""
    return min(max(happened_at, EARLIEST), at + AHEAD) if not EARLIEST <= happened_at <= at + AHEAD else happened_at


def _customers(drafts: Sequence[Draft], by: By, at: datetime) -> list[int]:
    """Return the record under which each draft is kept: that of its strongest identity."""
    named = [draft for draft in drafts if draft.customer is None]
    if not named:
        return [draft.customer for draft in drafts if draft.customer is not None]
    times = [clamp(draft.happened_at, at) for draft in named]
    messages = [draft.identities for draft in named]
    met = iter(people.meet(messages=messages, by=by, at=max(times), since=min(times)))
    return [next(met) if draft.customer is None else draft.customer for draft in drafts]


def _encode(rows: Mapping[uuid.UUID, tuple[Draft, int]], at: datetime) -> bytes:
    """Write the batch as one JSON document, sorted by message so that two equal batches cannot lock each other out."""
    out = []
    for message, (draft, customer) in sorted(rows.items()):
        happened_at = clamp(draft.happened_at, at)
        out.append(
            {
                "m": message,
                "t": happened_at,
                "c": customer,
                "k": draft.kind,
                "h": draft.channel,
                "s": draft.stage or kinds.stage_of(draft.kind),
                "p": draft.properties,
                "o": draft.scores or None,
                "v": draft.verbatim or None,
                "u": draft.subject,
                "x": draft.clamped or happened_at is not draft.happened_at,
            }
        )
    document = msgspec.json.encode(out)
    return NUL.sub(rb"\1", document) if b"\\u0000" in document else document


@dataclass(frozen=True, slots=True)
class _Written:
    count: int
    first_id: int
    last_id: int
    earliest: datetime
    latest: datetime
    watched: bool
    sheets: list[tuple[uuid.UUID, int]]
    batch: int | None

    def event(self) -> TouchpointsRecorded:
        assert self.batch is not None
        return TouchpointsRecorded(
            self.batch,
            self.first_id,
            self.last_id,
            self.earliest,
            self.latest,
            self.count,
            bool(self.sheets),
            self.watched,
        )


INSERT = """
WITH sent AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(
        m uuid, t timestamptz, c bigint, k text, h text, s text, p jsonb, o jsonb, v text, u text, x boolean)
), fresh AS (
    INSERT INTO customers_arrival SELECT m FROM sent ON CONFLICT DO NOTHING RETURNING message
), batch AS (SELECT nextval('customers_batch') AS number), written AS (
    INSERT INTO customers_touchpoint (happened_at, arrived_at, customer_id, kind, channel, stage, message, source,
        properties, scores, verbatim, subject, clamped, batch)
    SELECT t, %s, c, k, h, s, m, %s, p, o, v, u, x, number
    FROM sent JOIN fresh ON fresh.message = sent.m, batch
    RETURNING id, happened_at, kind, message, scores IS NOT NULL OR verbatim IS NOT NULL AS sheet, batch
)
SELECT count(*), min(id), max(id), min(happened_at), max(happened_at),
    bool_or(kind IN (SELECT slug FROM customers_kind WHERE watchers > 0)),
    array_agg(message) FILTER (WHERE sheet), array_agg(id) FILTER (WHERE sheet), min(batch)
FROM written
"""


def _insert(document: bytes, source: str, at: datetime) -> _Written:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [document.decode(), at, source])
        row = cursor.fetchone()
    count, first_id, last_id, earliest, latest, watched, messages, ids, batch = row
    sheets = list(zip(messages or (), ids or (), strict=True))
    return _Written(count, first_id, last_id, earliest, latest, bool(watched), sheets, batch)


def _sheet(row: tuple[Draft, int], message: uuid.UUID, touchpoint: int) -> feedback.Sheet:
    draft, customer = row
    return feedback.Sheet(
        subject=draft.subject or str(message),
        customer=customer,
        touchpoint=touchpoint,
        happened_at=draft.happened_at,
        kind=draft.kind,
        channel=draft.channel,
        stage=draft.stage or kinds.stage_of(draft.kind),
        verbatim=draft.verbatim or "",
        scores=draft.scores or {},
    )


def _seen(rows: Collection[tuple[Draft, int]], at: datetime) -> None:
    """Note when records and people were first and last seen, to the hour: a page view must not cost an update each."""
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for draft, customer in rows:
        happened_at = clamp(draft.happened_at, at)
        first[customer] = min(first.get(customer, happened_at), happened_at)
        last[customer] = max(last.get(customer, happened_at), happened_at)
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [list(first), list(first.values()), list(last.values())])


SEEN = """
WITH own AS (
    SELECT w.id, c.person_id AS person, first, last FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])
        AS w(id, first, last) JOIN customers_customer c USING (id)
), seen AS (
    SELECT id, min(first) AS first, max(last) AS last, bool_or(own) AS own FROM (
        SELECT id, first, last, true AS own FROM own UNION ALL SELECT person, first, last, false FROM own) AS both_rows
    GROUP BY id
), due AS (
    SELECT c.id FROM customers_customer c JOIN seen USING (id)
    WHERE (own AND (own_last_at < last - interval '1 hour' OR own_first_at > first))
        OR (person_id = id AND (last_seen_at < last - interval '1 hour' OR first_seen_at > first))
    ORDER BY c.id FOR UPDATE OF c SKIP LOCKED
)
UPDATE customers_customer c SET
    own_first_at = CASE WHEN own THEN least(own_first_at, first) ELSE own_first_at END,
    own_last_at = CASE WHEN own THEN greatest(own_last_at, last) ELSE own_last_at END,
    first_seen_at = CASE WHEN person_id = c.id THEN least(first_seen_at, first) ELSE first_seen_at END,
    last_seen_at = CASE WHEN person_id = c.id THEN greatest(last_seen_at, last) ELSE last_seen_at END
FROM seen WHERE c.id = seen.id AND c.id IN (SELECT id FROM due)
"""
