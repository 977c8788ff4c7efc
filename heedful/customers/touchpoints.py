"""What happened between a customer and the company: one log, written once, however often it is sent."""

import hashlib
import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction

from heedful.customers import dedup, feedback, kinds, people, sources, stage_moves, touchpoint_statements
from heedful.customers.identities import Arrivals, Name, Span
from heedful.customers.question_kinds import Score
from heedful.kit import arrays, memory, statements
from heedful.kit.actor import By
from heedful.ledger import events, jobs

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=1)
NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


NOBODY: Mapping[tuple[Name, ...], int] = {}


class TouchpointDraft(msgspec.Struct, gc=False):
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
    properties: Mapping[str, Any] | msgspec.Raw = msgspec.field(default_factory=dict)
    scores: Mapping[str, Score] | None = None
    verbatim: str | None = None
    subject: str | None = None
    clamped: bool = False
    """True when the time is a guess, because the one that was sent cannot be read."""
    brand: int | None = None
    """The business unit that it is of."""
    origin: str = ""
    """Where it stands, for people who look it up, where `message` does not say that."""


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
class RecordedBatch:
    """What became of a batch."""

    batch: int | None
    count: int
    duplicates: int
    customers: list[int]
    """The record of each draft, in order."""
    joins: int = 0
    """Drafts by which people became one who were apart before."""
    event: TouchpointsRecorded | None = None
    """Where the touchpoints of the batch lie, if there are any."""


@memory.register(stale_s=None)
def forget() -> None:
    """Empty this process's memory of who was seen; needed only after the database was replaced."""
    _noted.clear()


@transaction.atomic(savepoint=False)
def record(
    *,
    drafts: Sequence[TouchpointDraft],
    source: str,
    verified: bool = True,
    by: By,
    at: datetime,
    records_of: Mapping[tuple[Name, ...], int] = NOBODY,
    seen: Mapping[int, Span] = people.NEVER,
    hasty: bool = False,
    import_id: int | None = None,
    react: bool = True,
) -> RecordedBatch:
    """Take a batch into the log; a message that came before is left out. The only way in.

    `verified` says whether their sender is trusted to say who somebody is; see `trust`.
    `records_of` names records that were met in this transaction, so that they are not looked up again, and `seen`
    those of which it is written when they were seen. A hasty batch is written as if all of it were new; where that is
    not so it fails with `dedup.CameBefore`, and the caller's transaction with it. `import_id` is the import that brings
    them, so that it can be taken back. Without `react` nothing follows.
    """
    horizon = at + AHEAD
    times = [sent if EARLIEST <= (sent := draft.happened_at) <= horizon else clamp(sent, at) for draft in drafts]
    customers, recognition = _customers(drafts, times, records_of, verified, import_id, by, react)
    slugs = {draft.kind for draft in drafts}
    kinds.register(slugs=slugs, import_id=import_id, at=at)
    sources.register(source, brands={draft.brand for draft in drafts})
    names = dedup.digests(source, [draft.message for draft in drafts])
    place = dict(zip(names, range(len(names)), strict=True))
    for name in dedup.recent(place):
        del place[name]
    if not place:
        return RecordedBatch(None, 0, len(drafts), customers, recognition.joins)
    rows = _Rows(place, drafts, customers, times)
    statement = touchpoint_statements.insert(hasty=hasty, is_import=import_id is not None)
    written = _insert(rows.columns(import_id), source, by, at, statement)
    dedup.remember(place)
    if written.count < len(place):
        dedup.expect_repeats()
    if written.count:
        if written.with_feedback:
            sheets = [rows.feedback_draft(message, touchpoint, source) for message, touchpoint in written.with_feedback]
            feedback.record(drafts=sheets)
            people.publish(records={sheet.customer for sheet in sheets})
        _seen([(customers[n], times[n]) for n in place.values()], {**recognition.new, **seen})
        if moving := kinds.moving(slugs):
            written.move(moving, import_id, by, at)
        if react:
            events.follow(written.event(), entry=written.entry)
    event, again = written.event() if written.count else None, len(drafts) - written.count
    return RecordedBatch(written.batch, written.count, again, customers, recognition.joins, event)


def clamp(happened_at: datetime, at: datetime) -> datetime:
    """Bring an absurd time (before 1990, or more than a day ahead) to the nearest that can be true."""
    latest = at + AHEAD
    return happened_at if EARLIEST <= happened_at <= latest else min(max(happened_at, EARLIEST), latest)


def _customers(
    drafts: Sequence[TouchpointDraft],
    times: Sequence[datetime],
    known: Mapping[tuple[Name, ...], int],
    verified: bool,
    import_id: int | None,
    by: By,
    react: bool,
) -> tuple[list[int], people.Recognition]:
    """Find the record under which each draft is kept: that of its firmest identity."""
    found = [draft.customer or known.get(draft.identities) for draft in drafts]
    if None not in found:
        return [record for record in found if record is not None], people.Recognition([])
    unmet = [(draft, time) for draft, time, record in zip(drafts, times, found, strict=True) if not record]
    arrivals = Arrivals(
        [draft.identities for draft, _ in unmet],
        [time for _, time in unmet],
        verified,
        str(by),
        [draft.origin or draft.message for draft, _ in unmet],
        import_id,
    )
    recognition = people.resolve(arrivals=arrivals, by=by, at=max(times), react=react)
    met = iter(recognition.records)
    return [record or next(met) for record in found], recognition


@dataclass(frozen=True, slots=True)
class _Rows:
    """What goes into the log: drafts, each with its record and its time; `place` names them by their messages."""

    place: dict[str, int]
    drafts: Sequence[TouchpointDraft]
    customers: Sequence[int]
    times: Sequence[datetime]

    def columns(self, import_id: int | None) -> dict[str, Any]:
        """Return the columns, ordered by message so that two equal batches cannot lock each other out."""
        messages = sorted(self.place)
        order = [self.place[message] for message in messages]
        drafts, times = [self.drafts[n] for n in order], [self.times[n] for n in order]
        stages = {draft.kind: kinds.stage_of(draft.kind) for draft in drafts}
        columns = {
            "m": arrays.uuids(messages),
            "t": arrays.moments(times),
            "c": arrays.numbers([self.customers[n] for n in order]),
            "k": arrays.texts([draft.kind for draft in drafts]),
            "h": arrays.texts([draft.channel for draft in drafts]),
            "s": arrays.texts([draft.stage or stages[draft.kind] for draft in drafts]),
            "p": _documents([draft.properties for draft in drafts]),
            "o": _documents([draft.scores or None for draft in drafts]),
            "v": arrays.texts([draft.verbatim or None for draft in drafts]),
            "u": arrays.texts([draft.subject for draft in drafts]),
            "b": arrays.small_numbers([draft.brand for draft in drafts]),
            "x": arrays.flags([d.clamped or time is not d.happened_at for d, time in zip(drafts, times, strict=True)]),
        }
        if import_id is not None:
            columns["d"] = arrays.numbers([content_of(draft) for draft in drafts])
        return columns

    def feedback_draft(self, message: uuid.UUID, touchpoint: int, source: str) -> feedback.FeedbackDraft:
        """Return the feedback that a touchpoint with words or scores is."""
        n = self.place[message.hex]
        draft, properties = self.drafts[n], self.drafts[n].properties
        return feedback.FeedbackDraft(
            subject=draft.subject or str(message),
            customer=self.customers[n],
            touchpoint=touchpoint,
            happened_at=self.times[n],
            kind=draft.kind,
            channel=draft.channel,
            stage=draft.stage or kinds.stage_of(draft.kind),
            verbatim=draft.verbatim or "",
            scores=draft.scores or feedback.NO_SCORES,
            survey=str(properties.get("survey", ""))[:80] if isinstance(properties, Mapping) else "",
            brand=draft.brand,
            source=source,
        )


def _documents(contents: Sequence[Mapping[str, Any] | msgspec.Raw | None]) -> arrays.Column:
    """Write JSON texts without NUL, which no text of the database holds."""
    encode, raw = _encoder.encode, msgspec.Raw
    texts = [bytes(one) if type(one) is raw else None if one is None else encode(one) for one in contents]
    column = arrays.documents(texts)
    if column.find(b"\\u0000") >= 0:
        column = arrays.documents([text and NUL.sub(rb"\1", text) for text in texts])
    return column


def content_of(draft: TouchpointDraft) -> int:
    """A digest of what a touchpoint says, by which it is known that the same message says something else now."""
    parts = (
        draft.kind,
        draft.happened_at,
        draft.identities,
        draft.channel,
        draft.stage,
        draft.properties,
        draft.scores,
        draft.verbatim,
    ) + ((draft.brand,) if draft.brand else ())
    return int.from_bytes(hashlib.blake2b(_encoder.encode(parts), digest_size=8).digest(), signed=True)


_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class _Written:
    count: int
    first_id: int
    last_id: int
    earliest: datetime
    latest: datetime
    watched: bool
    with_feedback: list[tuple[uuid.UUID, int]]
    batch: int | None
    entry: int

    def event(self) -> TouchpointsRecorded:
        assert self.batch is not None
        return TouchpointsRecorded(
            self.batch,
            self.first_id,
            self.last_id,
            self.earliest,
            self.latest,
            self.count,
            bool(self.with_feedback),
            self.watched,
        )

    def move(self, moving: Mapping[str, str], import_id: int | None, by: By, at: datetime) -> None:
        assert self.batch is not None
        stage_moves.follow(
            batch=self.batch,
            first_id=self.first_id,
            last_id=self.last_id,
            earliest=self.earliest,
            latest=self.latest,
            moving=moving,
            import_id=import_id,
            by=by,
            at=at,
        )


def _insert(columns: dict[str, Any], source: str, by: By, at: datetime, statement: str) -> _Written:
    """Write the rows and, in the same statement, the ledger's entry of them."""
    columns |= {"source": source, "by_kind": by.kind, "by_id": by.id, "by_label": by.label[:200], "at": at}
    count, first_id, last_id, earliest, latest, watched, messages, ids, batch, entry, are_new = statements.fetch(
        statement, columns
    )[0]
    if not are_new:
        raise dedup.CameBefore
    with_feedback = list(zip(messages or (), ids or (), strict=True))
    return _Written(count, first_id, last_id, earliest, latest, bool(watched), with_feedback, batch, entry)


def _seen(rows: Collection[tuple[int, datetime]], told: Mapping[int, Span]) -> None:
    """Note when records and people were first and last seen, to the hour: a page view must not cost an update each."""
    if told:
        transaction.on_commit(lambda: _note(told))
    known = _noted.get
    untold = [
        (customer, time)
        for customer, time in rows
        if not (span := known(customer, _NEVER))[0] <= time <= span[1] and customer not in told
    ]
    if not untold:
        return
    seen: dict[int, Span] = {}
    for customer, time in untold:
        first, last = seen.get(customer) or (time, time)
        seen[customer] = min(first, time), max(last, time)
    _see([{"id": customer, "first": f"{first}", "last": f"{last}"} for customer, (first, last) in seen.items()])
    transaction.on_commit(lambda: _note(seen))


@transaction.atomic
def see_later(*, spans: list[dict[str, Any]]) -> None:
    """Note when those were seen whom somebody else held as it happened; runs in the worker, which can wait for them."""
    people.hold(records=[span["id"] for span in spans])
    _see(spans)


def _see(spans: list[dict[str, Any]]) -> None:
    """Write down when records and their people were seen; those whom somebody holds come later: nobody waits here."""
    skipped = {customer for (customer,) in statements.fetch(SEEN, [statements.document(spans)])}
    if left := [span for span in spans if span["id"] in skipped]:
        jobs.enqueue(see_later, spans=left)


def _note(seen: Mapping[int, Span]) -> None:
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    for customer, (first, last) in seen.items():
        span = _noted.get(customer, _NEVER)
        _noted[customer] = min(first, span[0]), max(last + NOTED_EVERY, span[1])


NOTED_EVERY = timedelta(hours=1)
MOST_NOTED = 50_000
_NEVER = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
_noted: dict[int, Span] = {}
"""What this process knows to be written, or to be soon: record -> first seen, and until when nothing is told anew."""

SEEN = """
WITH own AS (
    SELECT w.id, c.person_id AS person, first, last
    FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, first timestamptz, last timestamptz)
    JOIN customers_customer c USING (id)
), seen AS (
    SELECT id, min(first) AS first, max(last) AS last, bool_or(own) AS own FROM (
        SELECT id, first, last, true AS own FROM own UNION ALL SELECT person, first, last, false FROM own) AS both_rows
    GROUP BY id
), stale AS (
    SELECT c.id FROM customers_customer c JOIN seen USING (id)
    WHERE (own AND (own_last_at < last - interval '1 hour' OR own_first_at > first))
        OR (person_id = id AND (last_seen_at < last - interval '1 hour' OR first_seen_at > first))
), due AS (
    SELECT id FROM customers_customer WHERE id IN (SELECT id FROM stale) ORDER BY id
    FOR NO KEY UPDATE SKIP LOCKED
), updated AS (
    UPDATE customers_customer c SET
        own_first_at = CASE WHEN own THEN least(own_first_at, first) ELSE own_first_at END,
        own_last_at = CASE WHEN own THEN greatest(own_last_at, last) ELSE own_last_at END,
        first_seen_at = CASE WHEN person_id = c.id THEN least(first_seen_at, first) ELSE first_seen_at END,
        last_seen_at = CASE WHEN person_id = c.id THEN greatest(last_seen_at, last) ELSE last_seen_at END
    FROM seen WHERE c.id = seen.id AND c.id IN (SELECT id FROM due)
), skipped AS (SELECT id FROM stale EXCEPT SELECT id FROM due)
SELECT id FROM own WHERE id IN (SELECT id FROM skipped) OR person IN (SELECT id FROM skipped)
"""
