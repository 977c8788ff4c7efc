"""Rows that came before: known by their source and id, kept as they were, or replaced where the map says `update`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heedful.customers import dedup, messages, touchpoints, withdrawal
from heedful.customers.import_log import Import, ImportBatch, ImportClaim
from heedful.customers.touchpoints import TouchpointDraft
from heedful.customers.withdrawal import EarlierArrival
from heedful.kit.actor import By
from heedful.promise import commitments


@dataclass(slots=True)
class Taken:
    """What became of a batch of rows."""

    recorded: int = 0
    duplicates: int = 0
    changed: int = 0
    """Of the duplicates, and of those that were replaced: how many say something else now."""
    joins: int = 0
    """Rows by which people became one who were apart before."""
    refused: list[tuple[int, str]] = field(default_factory=list)


def take(sent: Sequence[messages.SourceMessage], *, state: Import, update: bool, by: By, at: datetime) -> Taken:
    """Write a batch, and look at what of it had come before."""
    taken = Taken()
    own, places = _distinct(sent, update, taken)
    result = _record(own, state, by, at, taken)
    taken.refused = [(places[n], reason) for n, reason in result.refused]
    if result.duplicates:
        _look(own, result, state, update, by, at, taken)
    return taken


def _distinct(
    sent: Sequence[messages.SourceMessage], update: bool, taken: Taken
) -> tuple[list[messages.SourceMessage], list[int]]:
    """Leave out what stands twice in a batch: the first stands, or the last where rows are updated."""
    standing: dict[str, int] = {}
    own = list(sent)
    for n, one in enumerate(sent):
        if one.draft is None:
            continue
        first = standing.setdefault(one.draft.message, n)
        if first != n:
            taken.duplicates += 1
            taken.changed += touchpoints.content_of(one.draft) != touchpoints.content_of(_draft(sent[first]))
            out = first if update else n
            own[out] = messages.SourceMessage(None, sent[out].description)
            standing[one.draft.message] = n if update else first
    places = [n for n, one in enumerate(own) if one.draft is not None or one.description is not None]
    return [own[n] for n in places], places


def _draft(sent: messages.SourceMessage) -> TouchpointDraft:
    assert sent.draft is not None
    return sent.draft


def _record(
    sent: Sequence[messages.SourceMessage], state: Import, by: By, at: datetime, taken: Taken
) -> messages.MessagesResult:
    result = messages.record(messages=sent, source=state.source, import_id=state.pk, by=by, at=at)
    taken.recorded += result.recorded
    taken.duplicates += result.duplicates
    taken.joins += result.joins
    ImportBatch.objects.bulk_create([_batch(state, written) for written in result.batches])
    return result


def _batch(state: Import, written: messages.WrittenBatch) -> ImportBatch:
    where: dict[str, Any] = {}
    if event := written.event:
        where = {"number": event.batch, "first_id": event.first_id, "last_id": event.last_id}
        where |= {"earliest": event.earliest, "latest": event.latest}
    return ImportBatch(of=state, records=",".join(map(str, sorted(set(written.records)))), **where)


def _look(
    sent: Sequence[messages.SourceMessage],
    result: messages.MessagesResult,
    state: Import,
    update: bool,
    by: By,
    at: datetime,
    taken: Taken,
) -> None:
    """Write down that what came before came with this import too, and see what of it says something else now."""
    drafts = [one.draft for one in sent if one.draft is not None]
    named = dict(zip(dedup.digests(state.source, [draft.message for draft in drafts]), drafts, strict=True))
    new = {written.event.batch for written in result.batches if written.event}
    before = {name: one for name, one in withdrawal.arrivals(named).items() if one.batch and one.batch not in new}
    others = {name: one for name, one in before.items() if touchpoints.content_of(named[name]) != one.content}
    taken.changed += len(others)
    if update and others:
        _replace({name: named[name] for name in others}, others, state, by, at, taken)
        before = {name: one for name, one in before.items() if name not in others}
    brought = set(
        ImportBatch.objects.filter(of=state, number__in={one.batch for one in before.values()}).values_list(
            "number", flat=True
        )
    )
    claims = [ImportClaim(of=state, message=one.message) for one in before.values() if one.batch not in brought]
    ImportClaim.objects.bulk_create(claims, ignore_conflicts=True)


def _replace(
    drafts: Mapping[str, TouchpointDraft],
    before: Mapping[str, EarlierArrival],
    state: Import,
    by: By,
    at: datetime,
    taken: Taken,
) -> None:
    """Let rows say what they say now; those whose touchpoints moved to somebody else are judged anew."""
    messages_of: dict[int | None, list[EarlierArrival]] = {}
    for one in before.values():
        messages_of.setdefault(one.batch, []).append(one)
    records: set[int] = set()
    for batch in ImportBatch.objects.filter(number__in=messages_of):
        records |= withdrawal.remove_of(batch=batch, messages=[one.message for one in messages_of[batch.number]])
    dedup.forget()
    again = Taken()
    _record([messages.SourceMessage(draft) for draft in drafts.values()], state, by, at, again)
    taken.recorded += again.recorded
    taken.joins += again.joins
    taken.duplicates -= again.recorded
    commitments.evaluate_people(records, at=at, news_from=at)
