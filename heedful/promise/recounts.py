"""Recounts: a promise is counted anew over the whole log, in the background, some people at a time."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from heedful.associates import associates
from heedful.customers import kinds
from heedful.customers.kinds import AwaitedKindsArrived
from heedful.customers.models import Customer
from heedful.kit import live
from heedful.kit.actor import SYSTEM, By
from heedful.ledger import events, jobs
from heedful.ledger.models import Entry
from heedful.promise import commitments, standards
from heedful.promise.models import Promise, Recount, Standard

BATCH_SIZE = 1_000
PARTS_A_JOB = 5
PRIORITY = -5
"""Below what somebody waits for."""


@dataclass(frozen=True, slots=True)
class PromiseRecounted:
    """A promise was counted anew over the whole log."""

    promise: int
    because: str
    people: int
    changed: int


@transaction.atomic
def request(*, promise: Promise, by: By, at: datetime) -> Recount:
    """Count a promise anew because somebody wants to be sure."""
    associates.must(by, "promise.edit")
    return start(promise=promise, because="recounted", at=at)


@transaction.atomic
def follow_audiences(*, at: datetime) -> None:
    """Count promises anew that are made to some customers only, as attributes change silently; runs every night."""
    for promise in Promise.objects.active().exclude(audience={}):
        start(promise=promise, because="customers came or went", at=at)


@transaction.atomic
def begin_measuring(event: AwaitedKindsArrived, *, entry: Entry) -> None:
    """Count promises for the first time that waited for a kind of which nothing had come in."""
    del event
    waiting = Standard.objects.filter(is_waiting=True).select_related("promise").select_for_update(of=["self"])
    ready = [row for row in waiting if not kinds.unseen(slugs=standards.kinds(row))]
    Standard.objects.filter(pk__in=[row.pk for row in ready]).update(is_waiting=False)
    for promise in {row.promise for row in ready}:
        start(promise=promise, because=FIRST_COUNT, at=entry.at)


def start(*, promise: Promise, because: str, at: datetime) -> Recount:
    """Begin from the first person; a recount that was running gives way to this one."""
    row, _ = Recount.objects.update_or_create(
        promise=promise,
        defaults={
            "because": because,
            "total": Customer.objects.people().count(),
            "done": 0,
            "changed": 0,
            "last_person": 0,
            "started_at": at,
            "finished_at": None,
        },
    )
    _enqueue(row)
    return row


def go_on(*, promise: int, started_at: str) -> None:
    """Evaluate the next people and leave the rest to the next job; a killed job is done again from where it was."""
    for _ in range(PARTS_A_JOB):
        if not step(promise=promise, started_at=datetime.fromisoformat(started_at), at=timezone.now()):
            return
    row = Recount.objects.filter(promise=promise, finished_at=None).first()
    if row is not None and row.started_at == datetime.fromisoformat(started_at):
        _enqueue(row)


@transaction.atomic
def step(*, promise: int, started_at: datetime, at: datetime) -> bool:
    """Evaluate some people and note how far it came, in one transaction; false when there is nobody left."""
    row = Recount.objects.select_for_update().filter(promise=promise, finished_at=None).first()
    if row is None or row.started_at != started_at:
        return False
    rows = Customer.objects.people().filter(pk__gt=row.last_person).order_by("pk")
    people = list(rows.values_list("pk", flat=True)[:BATCH_SIZE])
    if people:
        row.changed += commitments.evaluate_people(
            people,
            at=at,
            news_from=row.started_at,
            because="" if row.because == FIRST_COUNT else row.because,
            promise=row.promise,
        )
        row.done, row.last_person = row.done + len(people), people[-1]
    else:
        row.finished_at = at
        events.record(PromiseRecounted(promise, row.because, row.done, row.changed), by=SYSTEM, at=at)
    row.save()
    live.publish("promises", promise)
    return bool(people)


FIRST_COUNT = "the promise was made"
"""Then history is found for the first time, and each commitment has its own reason."""


def _enqueue(row: Recount) -> None:
    jobs.enqueue(go_on, priority=PRIORITY, promise=row.promise_id, started_at=row.started_at.isoformat())
