"""Take an import back: batch by batch, each in a transaction of its own, so that it can stop anywhere and go on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, transaction
from django.utils import timezone

from heedful.act import cases
from heedful.associates import associates
from heedful.customers import sources, stages, withdrawal
from heedful.customers.import_log import Import, ImportBatch
from heedful.kit import live
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events, jobs
from heedful.listen import invitations
from heedful.promise import commitments

TRIES = 4
FOLLOWING = frozenset({"promise.Commitment", "promise.Unreadable", "understand.Reading"})
"""Tables whose rows follow from touchpoints and feedback, and keep no record that nothing else keeps."""


@dataclass(frozen=True, slots=True)
class ImportUndoStarted:
    """Somebody has an import taken back."""

    number: int
    source: str
    file: str


@dataclass(frozen=True, slots=True)
class ImportUndone:
    """What an import alone had brought is gone; so many cases stay, because somebody had worked on them."""

    number: int
    source: str
    file: str
    cases: int


@transaction.atomic
def start(*, row: Import, by: By, at: datetime) -> Import:
    """Have an import taken back, by the worker."""
    state = begin(row=row, by=by, at=at)
    jobs.enqueue(go_on, number=state.pk, lock=f"imports:{state.pk}")
    return state


@transaction.atomic
def begin(*, row: Import, by: By, at: datetime) -> Import:
    """Say that an import is being taken back: nothing more of it comes in from here on."""
    associates.must(by, "import.edit")
    state = Import.objects.select_for_update().get(pk=row.pk)
    if state.undone_at is not None:
        raise Refused("This import was taken back already.", code="already_undone")
    if state.taken and not state.batches.exists() and state.undo_started_at is None:
        raise Refused("This import came in before imports could be taken back.", code="too_old")
    if state.undo_started_at is None:
        state.undo_started_at, state.undone_by = at, (by.label or str(by))[:200]
        state.save(update_fields=["undo_started_at", "undone_by"])
        events.record(ImportUndoStarted(state.pk, state.source, state.file_name), by=by, at=at)
        live.publish("imports", state.pk)
    return state


def go_on(*, number: int) -> None:
    """Take back what is left of an import; runs in the worker, again where it was stopped."""
    row = Import.objects.filter(pk=number, undone_at=None).first()
    if row is not None:
        work(row=row, by=By("import", row.source, row.file_name), at=timezone.now())


def work(*, row: Import, by: By, at: datetime, progress: Callable[[int], object] = lambda _: None) -> Import:
    """Take an import back, the last batch first; `progress` hears how many batches are done."""
    while (batch := row.batches.order_by("-pk").first()) is not None:
        _persistently(batch, row, by, at)
        progress(1)
    return _finish(row, by, at)


def _persistently(batch: ImportBatch, row: Import, by: By, at: datetime) -> None:
    for tries_left in reversed(range(TRIES)):
        try:
            _take_back(batch, row, by, at)
            break
        except OperationalError as error:
            if not tries_left or getattr(error.__cause__, "sqlstate", None) not in {"40P01", "40001", "55P03"}:
                raise
    commitments.evaluate_people(batch.record_ids, at=at, news_from=at)
    batch.delete()
    live.publish("imports", row.pk)


@transaction.atomic
def _take_back(batch: ImportBatch, row: Import, by: By, at: datetime) -> None:
    """Take back what a batch brought; done twice it changes nothing more."""
    content = withdrawal.content_of(batch)
    because = f"What this case began with came with {row.file_name} (import {row.pk}), which was taken back."
    remaining = cases.take_back(feedback=content.feedback, touchpoints=content.touchpoints, because=because, at=at)
    invitations.take_back(customers=content.records, moments=content.touchpoints)
    left = withdrawal.take_back(
        content=content, import_id=row.pk, stay=remaining.customers, following=FOLLOWING, by=by, at=at
    )
    batch.records = ",".join(map(str, left))
    batch.save(update_fields=["records"])
    row.remaining_cases += len(remaining.cases)
    row.save(update_fields=["remaining_cases"])


@transaction.atomic
def _finish(row: Import, by: By, at: datetime) -> Import:
    withdrawal.finish(import_id=row.pk)
    stages.remove_unused(slugs=row.stages)
    if not Import.objects.standing().filter(source=row.source).exists():
        sources.retire(row.source)
    row.undone_at = at
    row.save(update_fields=["undone_at"])
    events.record(ImportUndone(row.pk, row.source, row.file_name, row.remaining_cases), by=by, at=at)
    live.publish("imports", row.pk)
    return row
