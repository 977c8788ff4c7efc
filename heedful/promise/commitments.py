"""Commitments: each time that a promise was made to a customer, evaluated from the log, with every flip of it kept.

Touchpoints arrive (`advance`), a clock runs out (`ring`, `fire`), people are grouped anew (`reevaluate`), or a promise
is counted anew (`recounts.step`): each goes through `evaluate_people`, and there through the same five steps, in one
transaction:

1. lock      everybody concerned, so that nobody else evaluates them meanwhile, and who belongs together stays so;
2. load      the standards, what the log says of these people, and their commitments as they are stored;
3. evaluate  what each commitment should look like now, by arithmetic that reads no row and no clock (`evaluation`);
4. store     what is other than it was, each change of state together with its flip (`rows`);
5. announce  it to open pages, to the next clock, and to those who act on what broke lately.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from heedful.customers import people
from heedful.customers.models import Touchpoint
from heedful.customers.people import PeopleRegrouped
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.kit import live
from heedful.kit.actor import SYSTEM
from heedful.ledger import events, jobs, references
from heedful.ledger.models import Entry
from heedful.promise import clocks, evaluation, evidence, rows
from heedful.promise.evidence import Measure, Origin, Person
from heedful.promise.models import Commitment, Flip, Promise, Unreadable
from heedful.promise.rows import Change, CommitmentKey, Row
from heedful.promise.standards.contract import Evidence, Verdict

BATCH_SIZE = 1_000
"""People that are evaluated in one transaction."""
NEWS_FOR = timedelta(days=7)
"""What came about longer ago than this is history: it is counted, and nobody is sent after it."""
LOCKS, BUCKETS = 0x9E2, 256


@dataclass(frozen=True, slots=True)
class PromiseBroken:
    """Promises were found to be broken, lately enough that somebody can act."""

    commitments: list[int]


@dataclass(frozen=True, slots=True)
class PromiseAtRisk:
    """Promises will be broken unless somebody acts."""

    commitments: list[int]


ANNOUNCEMENTS: Mapping[str, Callable[[list[int]], object]] = {"broken": PromiseBroken, "at_risk": PromiseAtRisk}
"""The states that somebody must hear of."""


def advance(recorded: Sequence[TouchpointsRecorded], *, entries: Sequence[Entry]) -> None:
    """Evaluate the people of whom batches of touchpoints say something that promises wait for."""
    del entries
    apply_batch(*recorded, at=timezone.now())


def apply_batch(*recorded: TouchpointsRecorded, at: datetime) -> int:
    """Take batches of touchpoints into account as of `at`; returns how many commitments changed."""
    need = evidence.EvidenceNeed.by(measure.spec for measure in evidence.measures())
    if not need.kinds and not need.any_score:
        return 0
    records = evidence.records_in(
        batches=[event.batch for event in recorded],
        first=min(event.first_id for event in recorded),
        last=max(event.last_id for event in recorded),
        earliest=min(event.earliest for event in recorded),
        latest=max(event.latest for event in recorded),
        need=need,
    )
    return evaluate_people(records, at=at)


def reevaluate(event: PeopleRegrouped, *, entry: Entry) -> None:
    """Evaluate people anew whose records belong together differently."""
    del entry
    evaluate_people(event.people, at=timezone.now())


def ring(*, moment: str) -> None:
    """A clock ran out: evaluate everybody for whom something has changed by now, and set the next clock.

    Whatever other clocks have run out by now is done with it.
    """
    others = clocks.gather(ring) if jobs.is_at_work() else jobs.Gathered([], [])
    moments = [moment, *(arguments["moment"] for arguments in others.arguments)]
    try:
        fire(at=max(timezone.now(), *(datetime.fromisoformat(each) for each in moments)))
    except Exception:
        others.put_back()
        raise
    others.finish()


def fire(*, at: datetime) -> int:
    """Evaluate everybody whose clock has run out, and set the next clock; returns how many commitments changed.

    Runs every minute too, which brings clocks that are far ahead near enough to wait as jobs.
    """
    changed = 0
    tried: set[int] = set()
    while due := _due(at) - tried:
        changed += evaluate_people(due, at=at)
        tried |= due
    following = Commitment.objects.filter(changes_at__gt=at).aggregate(next=Min("changes_at"))["next"]
    if following is not None:
        clocks.set_for(following, ring=ring, at=at)
    return changed


def _due(at: datetime) -> set[int]:
    due = Commitment.objects.filter(changes_at__lte=at).order_by("changes_at").values_list("customer_id", flat=True)
    return set(due[:BATCH_SIZE])


def evaluate_people(
    records: Iterable[int],
    *,
    at: datetime,
    news_from: datetime | None = None,
    because: str = "",
    promise: Promise | None = None,
) -> int:
    """Evaluate the people to whom these records belong, as of `at`; returns how many commitments changed.

    Whatever the order of arrival and however often it runs, the same log gives the same commitments. With `news_from`
    nobody hears of what could be known by then. `because` names the reason when it is not a touchpoint or the clock.
    """
    ids = sorted(set(records))
    occasion = Occasion(at, news_from, because, promise)
    return sum(_evaluate_some(ids[start : start + BATCH_SIZE], occasion) for start in range(0, len(ids), BATCH_SIZE))


@dataclass(frozen=True, slots=True)
class Occasion:
    """As of when people are evaluated, for which promise (none is all of them), and who shall hear of it."""

    at: datetime
    news_from: datetime | None
    because: str
    promise: Promise | None


def _evaluate_some(ids: Sequence[int], occasion: Occasion) -> int:
    with _lock(ids) as records:
        load = _load(records, occasion)
        if not load.measures:
            return 0
        outcome = _evaluate(load)
        changes, gone = _store(load, outcome, because=occasion.because)
        _announce(changes, at=load.at, news_from=occasion.news_from)
        return len(changes) + len(gone)


@contextmanager
def _lock(ids: Sequence[int]) -> Iterator[Mapping[int, int]]:
    """Hold the locks of everybody concerned before anything is read: people may be grouped anew while we wait."""
    buckets = _buckets(evidence.records_of(ids))
    while True:
        with transaction.atomic():
            _take(buckets)
            records = evidence.records_of(ids)
            if _buckets(records) <= buckets:
                yield records
                return
        buckets |= _buckets(records)


def _buckets(records: Iterable[int]) -> set[int]:
    return {record % BUCKETS for record in records}


def _take(buckets: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket", [LOCKS, sorted(buckets)]
        )


@dataclass(frozen=True, slots=True)
class Load:
    """Everything that an evaluation looks at."""

    records: Mapping[int, int]
    measures: Sequence[Measure]
    stored: Mapping[CommitmentKey, tuple[int, Row]]
    people: Mapping[int, Person]
    origins: Mapping[int, Origin]
    """Touchpoint -> the record that it belongs to, and where it came from."""
    at: datetime

    @property
    def standards(self) -> list[int]:
        """The standards that are evaluated."""
        return [measure.spec.id for measure in self.measures]


def _load(records: Mapping[int, int], occasion: Occasion) -> Load:
    measures = evidence.measures(occasion.promise)
    if not measures:
        return Load(records, [], {}, {}, {}, occasion.at)
    stored = rows.load(records=records, of=[measure.spec.id for measure in measures])
    # Who had to wait for the locks comes after others who looked at their clocks later.
    at = max([occasion.at, *(passed for _, row in stored.values() if (passed := rows.moment_of_change(row)))])
    people, origins = evidence.read(records, measures)
    return Load(records, measures, stored, people, origins, at)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each commitment should look like now, by promise, and the touchpoints that could not be read."""

    rows: dict[CommitmentKey, tuple[int, Row]]
    unreadable: dict[CommitmentKey, Unreadable]


def _evaluate(load: Load) -> Outcome:
    outcome = Outcome({}, {})
    for person in load.people.values():
        for measure in load.measures:
            seen = person.about(measure.spec)
            if seen and measure.is_for(person.facts):
                _evaluate_one(measure, seen, load, outcome)
    return outcome


def _evaluate_one(measure: Measure, seen: Sequence[Evidence], load: Load, into: Outcome) -> None:
    verdicts, reports = evaluation.evaluate_and_report(measure.spec, seen, now=load.at)
    for verdict in verdicts:
        if measure.ended_at is None or verdict.started_at < measure.ended_at:
            row = _row(verdict, load.origins[verdict.opened_by])
            into.rows[measure.spec.id, verdict.opened_by] = measure.promise, row
    for report in reports:
        into.unreadable[measure.spec.id, report.opened_by] = Unreadable(
            standard_id=measure.spec.id,
            promise_id=measure.promise,
            customer_id=load.origins[report.opened_by].record,
            brand_id=load.origins[report.opened_by].brand,
            opened_by=report.opened_by,
            property=report.property,
            reason=report.reason[:200],
            found_at=load.at,
        )


def _row(verdict: Verdict, origin: Origin) -> Row:
    return Row(
        origin.record,
        verdict.started_at,
        verdict.at_risk_at,
        verdict.due_at,
        verdict.settled_at,
        verdict.settled_by,
        verdict.state,
        None if verdict.measured is None else float(verdict.measured),
        verdict.changes_at,
        origin.brand,
        origin.source,
    )


def _store(load: Load, outcome: Outcome, *, because: str) -> tuple[list[Change], list[int]]:
    """Write what is other than it was; returns what changed, and the commitments that are no more."""
    rows.note_unreadable(records=load.records, of=load.standards, unreadable=outcome.unreadable)
    changes = [
        Change(key[0], promise, key[1], row, old is None or old[1].state != row.state, old[0] if old else None)
        for key, (promise, row) in outcome.rows.items()
        if (old := load.stored.get(key)) is None or old[1] != row
    ]
    gone = [old[0] for key, old in load.stored.items() if key not in outcome.rows]
    if changes or gone:
        rows.write(changes=changes, gone=gone, because=because, at=load.at)
    return changes, gone


def _announce(changes: Sequence[Change], *, at: datetime, news_from: datetime | None) -> None:
    if changes:
        _show(changes)
        _set_clock(changes, at)
        _record(changes, at, news_from)


def _show(changes: Sequence[Change]) -> None:
    """Let open pages show it."""
    for promise in {change.promise for change in changes}:
        live.publish("promises", promise)
    people.publish(records={change.row.customer for change in changes if change.flips})


def _set_clock(changes: Sequence[Change], at: datetime) -> None:
    """Set the clock for what is undecided."""
    if coming := [change.row.changes_at for change in changes if change.row.changes_at]:
        clocks.set_for(min(coming), ring=ring, at=at)


def _record(changes: Sequence[Change], at: datetime, news_from: datetime | None) -> None:
    """Record what broke or is at risk since lately, and could not be known by `news_from`."""
    fresh = [
        change
        for change in changes
        if change.flips and change.row.state in ANNOUNCEMENTS and rows.true_from(change.row) >= at - NEWS_FOR
    ]
    if news_from is not None:
        fresh = _news(fresh, since=news_from)
    for state, event in ANNOUNCEMENTS.items():
        if ids := sorted(change.id for change in fresh if change.row.state == state and change.id):
            events.record(event(ids), by=SYSTEM, at=at)


def _news(changes: Sequence[Change], *, since: datetime) -> list[Change]:
    """Those that the clock made since, or a touchpoint that arrived since, however long ago it happened."""
    named = {pk for change in changes for pk in (change.opened_by, change.row.settled_by) if pk}
    came = (
        set(Touchpoint.objects.filter(pk__in=named, arrived_at__gt=since).values_list("pk", flat=True)) if named else ()
    )
    return [
        change
        for change in changes
        if rows.true_from(change.row) > since or change.opened_by in came or change.row.settled_by in came
    ]


@dataclass(frozen=True, slots=True)
class CommitmentHistory:
    """What happened to one commitment, to settle a dispute with: each change, and the touchpoints that made them."""

    commitment: Commitment
    flips: list[Flip]
    touchpoints: list[Touchpoint]


def history(commitment: Commitment) -> CommitmentHistory:
    """Replay a commitment: its flips in the order in which they were found, and what they rest on."""
    flips = list(commitment.flips.order_by("found_at", "pk"))
    named = set(references.numbers("touchpoint", [flip.because for flip in flips]).values())
    numbers = named | {commitment.opened_by} | ({commitment.settled_by} if commitment.settled_by else set())
    touchpoints = Touchpoint.objects.filter(pk__in=numbers).order_by("happened_at", "pk")
    return CommitmentHistory(commitment, flips, list(touchpoints))
