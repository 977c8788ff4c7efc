"""Instances: each time that a promise was made to a customer, judged from the log, with every flip of it kept."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
from heedful.promise import clocks, evidence, judging, rows, standards
from heedful.promise.judging import Evidence, StandardSpec, Verdict
from heedful.promise.models import Commitment, Flip, Promise, Standard, Unreadable
from heedful.promise.rows import Change, Place, Row

AT_ONCE = 1_000
"""People that are judged in one transaction."""
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


@dataclass(frozen=True, slots=True)
class Measure:
    """A standard as it is judged, with the promise it belongs to and until when it opens anything."""

    spec: StandardSpec
    promise: int
    ended_at: datetime | None
    audience: Mapping[str, Collection[Any]]


def advance(recorded: Sequence[TouchpointsRecorded], *, entries: Sequence[Entry]) -> None:
    """Judge the people of whom batches of touchpoints told something that promises wait for."""
    del entries
    apply_batch(*recorded, at=timezone.now())


def apply_batch(*recorded: TouchpointsRecorded, at: datetime) -> int:
    """Take batches of touchpoints into account as of `at`; returns how many instances changed."""
    wanted = evidence.EvidenceNeed.by(measure.spec for measure in measures())
    if not wanted.kinds and not wanted.any_score:
        return 0
    touched = evidence.records_touched(
        batches=[event.batch for event in recorded],
        first=min(event.first_id for event in recorded),
        last=max(event.last_id for event in recorded),
        earliest=min(event.earliest for event in recorded),
        latest=max(event.latest for event in recorded),
        wanted=wanted,
    )
    return evaluate_people(touched, at=at)


def reevaluate(event: PeopleRegrouped, *, entry: Entry) -> None:
    """Judge people anew whose records belong together differently."""
    del entry
    evaluate_people(event.people, at=timezone.now())


def ring(*, moment: str) -> None:
    """A clock ran out: judge everybody for whom something has changed by now, and set the next clock.

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
    """Judge everybody whose clock has run out, and set the next clock; returns how many instances changed.

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
    return set(due[:AT_ONCE])


def evaluate_people(
    records: Iterable[int],
    *,
    at: datetime,
    news_from: datetime | None = None,
    because: str = "",
    promise: Promise | None = None,
) -> int:
    """Judge the people to whom these records belong, as of `at`; returns how many instances changed.

    Whatever the order of arrival and however often it runs, the same log gives the same instances. With `news_from`
    nobody is told of what could be known by then. `because` names the reason when it is not a touchpoint or the clock.
    """
    ids = sorted(set(records))
    parts = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
    return sum(_judge_part(part, at, news_from, because, promise) for part in parts)


def _judge_part(
    ids: Sequence[int], at: datetime, news_from: datetime | None, because: str, promise: Promise | None
) -> int:
    """Hold the locks of everybody concerned before anything is read: people may be grouped anew while we wait."""
    buckets = _buckets(evidence.records_of(ids))
    while True:
        with transaction.atomic():
            _lock(buckets)
            records = evidence.records_of(ids)
            if _buckets(records) <= buckets:
                return _judge(records, at, news_from, because, promise)
        buckets |= _buckets(records)


def _buckets(records: Iterable[int]) -> set[int]:
    return {record % BUCKETS for record in records}


def _lock(buckets: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS bucket", [LOCKS, sorted(buckets)]
        )


def measures(promise: Promise | None = None) -> list[Measure]:
    """Every standard that has something to say, those that ended too: what they opened goes on."""
    rows = Standard.objects.select_related("promise", "calendar").order_by("pk")
    if promise is not None:
        rows = rows.filter(promise=promise)
    zone = standards.company_zone()
    return [
        Measure(
            standards.spec(standard, time_zone=zone), standard.promise_id, standard.ended_at, standard.promise.audience
        )
        for standard in rows
    ]


def _judge(
    records: Mapping[int, int], at: datetime, news_from: datetime | None, because: str, promise: Promise | None
) -> int:
    found = measures(promise)
    if not found:
        return 0
    of = [measure.spec.id for measure in found]
    stored = rows.stored(records=records, of=of)
    # Who had to wait for the locks comes after others who looked at their clocks later.
    at = max([at, *(passed for _, row in stored.values() if (passed := rows.moment_of_change(row)))])
    judged = _judged(records, found, at)
    rows.note_unreadable(records=records, of=of, unread=judged.unread)
    changes = [
        Change(place[0], promised, place[1], row, old is None or old[1].state != row.state, old[0] if old else None)
        for place, (promised, row) in judged.rows.items()
        if (old := stored.get(place)) is None or old[1] != row
    ]
    gone = [old[0] for place, old in stored.items() if place not in judged.rows]
    if changes or gone:
        rows.write(changes=changes, gone=gone, because=because, at=at)
        _tell(changes, at)
    _report(changes, at, news_from)
    return len(changes) + len(gone)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What each instance should look like now, and the touchpoints that could not be read."""

    rows: dict[Place, tuple[int, Row]]
    unread: dict[Place, Unreadable]


def _judged(records: Mapping[int, int], found: Sequence[Measure], at: datetime) -> Evaluation:
    people, owners = evidence.read(records, evidence.EvidenceNeed.by(measure.spec for measure in found))
    facts = evidence.facts_of(people) if any(measure.audience for measure in found) else {}
    judged = Evaluation({}, {})
    for pk, person in people.items():
        for measure in found:
            seen = person.about(measure.spec)
            if seen and (not measure.audience or evidence.belongs(facts.get(pk, {}), measure.audience)):
                _judge_one(measure, seen, owners, at, judged)
    return judged


def _judge_one(
    measure: Measure, seen: Sequence[Evidence], owners: Mapping[int, int], at: datetime, into: Evaluation
) -> None:
    verdicts, reports = judging.evaluate_and_report(measure.spec, seen, now=at)
    for verdict in verdicts:
        if measure.ended_at is None or verdict.started_at < measure.ended_at:
            row = _row(verdict, owners[verdict.opened_by])
            into.rows[measure.spec.id, verdict.opened_by] = measure.promise, row
    for report in reports:
        into.unread[measure.spec.id, report.opened_by] = Unreadable(
            standard_id=measure.spec.id,
            promise_id=measure.promise,
            customer_id=owners[report.opened_by],
            opened_by=report.opened_by,
            property=report.property,
            reason=report.reason[:200],
            found_at=at,
        )


def _row(verdict: Verdict, customer: int) -> Row:
    return Row(
        customer,
        verdict.started_at,
        verdict.at_risk_at,
        verdict.due_at,
        verdict.settled_at,
        verdict.settled_by,
        verdict.state,
        None if verdict.measured is None else float(verdict.measured),
        verdict.changes_at,
    )


def _tell(changes: Sequence[Change], at: datetime) -> None:
    """Tell open pages, and set the clock for what is undecided."""
    for promise in {change.promise for change in changes}:
        live.publish("promises", promise)
    people.publish(records={change.row.customer for change in changes if change.flips})
    if coming := [change.row.changes_at for change in changes if change.row.changes_at]:
        clocks.set_for(min(coming), ring=ring, at=at)


def _report(changes: Sequence[Change], at: datetime, news_from: datetime | None) -> None:
    """Tell what broke or is at risk since lately, and could not be known by `news_from`."""
    fresh = [
        change
        for change in changes
        if change.flips and change.row.state in TOLD and rows.true_from(change.row) >= at - NEWS_FOR
    ]
    if news_from is not None:
        fresh = _unknown(fresh, by=news_from)
    for state, event in TOLD.items():
        if ids := sorted(change.id for change in fresh if change.row.state == state and change.id):
            events.record(event(ids), by=SYSTEM, at=at)


TOLD: Mapping[str, Callable[[list[int]], object]] = {"broken": PromiseBroken, "at_risk": PromiseAtRisk}


def _unknown(changes: Sequence[Change], *, by: datetime) -> list[Change]:
    """Those that the clock made since, or a touchpoint that arrived since, however long ago it happened."""
    named = {pk for change in changes for pk in (change.opened_by, change.row.settled_by) if pk}
    came = set(Touchpoint.objects.filter(pk__in=named, arrived_at__gt=by).values_list("pk", flat=True)) if named else ()
    return [
        change
        for change in changes
        if rows.true_from(change.row) > by or change.opened_by in came or change.row.settled_by in came
    ]


@dataclass(frozen=True, slots=True)
class CommitmentHistory:
    """What happened to one instance, to settle a dispute with: each change, and the touchpoints that made them."""

    commitment: Commitment
    flips: list[Flip]
    touchpoints: list[Touchpoint]


def history(commitment: Commitment) -> CommitmentHistory:
    """Replay an instance: its flips in the order in which they were found, and what they rest on."""
    flips = list(commitment.flips.order_by("found_at", "pk"))
    named = set(references.numbers("touchpoint", [flip.because for flip in flips]).values())
    wanted = named | {commitment.opened_by} | ({commitment.settled_by} if commitment.settled_by else set())
    touchpoints = Touchpoint.objects.filter(pk__in=wanted).order_by("happened_at", "pk")
    return CommitmentHistory(commitment, flips, list(touchpoints))
