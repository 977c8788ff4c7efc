"""Reading everything again after topics or models changed: in steps, so that it can be stopped and goes on."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from heedful.associates import associates
from heedful.customers.models import Feedback
from heedful.kit import live, locks
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events, jobs
from heedful.understand import light, reading
from heedful.understand.models import Reading, Rereading

BATCH_SIZE = 2_000
"""Answer sheets that one job reads."""


@dataclass(frozen=True, slots=True)
class RereadingStarted:
    """All words are being read again."""

    rereading: int
    because: str
    total: int


@dataclass(frozen=True, slots=True)
class RereadingFinished:
    """All words have been read again."""

    rereading: int
    total: int


@transaction.atomic
def start(*, because: str, by: By, at: datetime) -> Rereading:
    """Read every verbatim again, the latest first; one at a time."""
    associates.must(by, "topic.edit")
    locks.lock(Rereading)
    if Rereading.objects.filter(finished_at=None).exists():
        raise Refused("Everything is being read again already. Wait until that is done.")
    feedback = Feedback.objects.exclude(verbatim="")
    row = Rereading.objects.create(because=because[:200], total=feedback.count(), started_at=at)
    events.record(RereadingStarted(row.pk, row.because, row.total), by=by, at=at)
    _enqueue(row)
    return row


@transaction.atomic
def keep_up(*, at: datetime) -> None:
    """Read everything again when an older model than today's has read some of it; until then its readings stand."""
    is_old = Reading.objects.exclude(model=light.MODEL).exclude(feedback__verbatim="").exists()
    locks.lock(Rereading)
    if is_old and not Rereading.objects.filter(finished_at=None).exists():
        start(because="Heedful has learned to read better", by=SYSTEM, at=at)


def go_on(*, rereading: int) -> None:
    """Read the next sheets; runs in the worker, in a job for each step so that other work is not held up."""
    step(row=Rereading.objects.get(pk=rereading), at=timezone.now())


@transaction.atomic
def step(*, row: Rereading, at: datetime) -> None:
    """Read some sheets again and say how far it has come."""
    row = Rereading.objects.select_for_update().get(pk=row.pk)
    if row.finished_at is not None:
        return
    before = {"pk__lt": row.upto} if row.upto else {}
    batch = list(Feedback.objects.exclude(verbatim="").filter(**before).order_by("-pk")[:BATCH_SIZE])
    reading.again(feedback=batch, at=at)
    row.done, row.upto = row.done + len(batch), min((one.pk for one in batch), default=0)
    if len(batch) < BATCH_SIZE:
        row.finished_at = at
        events.record(RereadingFinished(row.pk, row.done), by=SYSTEM, at=at)
    row.save(update_fields=["done", "upto", "finished_at"])
    live.publish("topics", row.pk)
    if row.finished_at is None:
        _enqueue(row)


def latest() -> Rereading | None:
    """The rereading that runs, or the last that ran."""
    return Rereading.objects.order_by("-pk").first()


def _enqueue(row: Rereading) -> None:
    jobs.enqueue(go_on, priority=-5, rereading=row.pk)
