"""Something happened: it is written down in the change's own transaction, and what must follow is enqueued with it."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec
from django.db import DEFAULT_DB_ALIAS, transaction

from heedful.kit import statements
from heedful.kit.actor import By
from heedful.ledger import jobs
from heedful.ledger.models import Entry

log = logging.getLogger(__name__)

type Event = Any
"""A frozen dataclass named in the past tense, with plain JSON-able fields."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A function `(event, *, entry)` that runs in the worker after the event; skipped when `when(event)` is false.

    One with a `batch_size` is a function `(events, *, entries)`, and is given so many of those that wait at once.
    """

    function: Callable[..., None]
    when: Callable[[Event], bool] | None = None
    priority: int = 0
    queue: str = jobs.DEFAULT
    batch_size: int = 1


_reactions: dict[str, Sequence[Reaction]] = {}
_types: dict[str, type] = {}


def wire(reactions: Mapping[type, Sequence[Reaction]]) -> None:
    """Install the product's wiring: which reactions follow which event."""
    _reactions.clear()
    for event_type, followers in reactions.items():
        _types[event_type.__name__] = event_type
        _reactions[event_type.__name__] = followers


INSERT = """
INSERT INTO ledger_entry (kind, data, by_kind, by_id, by_label, at) VALUES (%s, %s::jsonb, %s, %s, %s, %s) RETURNING id
"""


def record(event: Event, *, by: By, at: datetime, react: bool = True) -> Entry:
    """Write the event into the ledger and enqueue its reactions, in the caller's transaction.

    Without `react` nothing follows: whoever tells of years gone by does at once what follows from all of it.
    """
    with transaction.atomic(savepoint=False):
        entry = _write(event, by, at)
        if react:
            follow(event, entry=entry.pk)
    return entry


def follow(event: Event, *, entry: int) -> None:
    """Enqueue the reactions to an event whose entry the caller's own statement wrote, in the caller's transaction."""
    jobs.enqueue_all(
        [
            jobs.Task(
                jobs.dotted(react),
                {"entry": entry, "reaction": jobs.dotted(reaction.function)},
                priority=reaction.priority,
                queue=reaction.queue,
            )
            for reaction in _reactions.get(type(event).__name__, ())
            if reaction.when is None or reaction.when(event)
        ]
    )


def _write(event: Event, by: By, at: datetime) -> Entry:
    """Write one entry; a prepared statement, because every change of the product comes through here."""
    entry = Entry(
        kind=type(event).__name__,
        data=msgspec.to_builtins(event),
        by_kind=by.kind,
        by_id=by.id,
        by_label=by.label[:200],
        at=at,
    )
    data = msgspec.json.encode(entry.data).decode()
    (entry.pk,) = statements.fetch(INSERT, [entry.kind, data, entry.by_kind, entry.by_id, entry.by_label, at])[0]
    entry._state.adding, entry._state.db = False, DEFAULT_DB_ALIAS
    return entry


def react(*, entry: int, reaction: str) -> None:
    """Run one reaction to one entry; runs in the worker, again after a failure, so reactions are idempotent."""
    row = Entry.objects.get(pk=entry)
    for candidate in _reactions.get(row.kind, ()):
        if jobs.dotted(candidate.function) == reaction:
            if candidate.batch_size > 1:
                _react_in_batch(candidate, row)
            else:
                candidate.function(read(row), entry=row)
            return


def _react_in_batch(reaction: Reaction, entry: Entry) -> None:
    """Take along what waits for the same; if it fails together each is done alone, and one fails for no other."""
    if jobs.is_at_work():
        _pause(reaction)
    others = jobs.gather(
        react,
        like={"reaction": jobs.dotted(reaction.function)},
        queue=reaction.queue,
        priority=reaction.priority,
        most=reaction.batch_size - 1,
    )
    pks = {entry.pk, *(arguments["entry"] for arguments in others.arguments)}
    rows = list(Entry.objects.filter(pk__in=pks, kind=entry.kind).order_by("pk"))
    try:
        reaction.function([read(row) for row in rows], entries=rows)
    except Exception as error:
        others.put_back()
        if len(rows) == 1:
            raise
        log.warning("%d events could not be reacted to together, so each is alone: %s", len(rows), error)
        reaction.function([read(entry)], entries=[entry])
    else:
        others.finish()


PAUSE_S = 0.15
"""Between one turn of a reaction and its next while more and more comes: a turn costs more than what it does."""
_turns: dict[Callable[..., None], float] = {}


def _pause(reaction: Reaction) -> None:
    """Let more come together, where the last turn was a moment ago; who comes alone does not wait."""
    now = time.monotonic()
    time.sleep(max(0.0, _turns.get(reaction.function, 0.0) + PAUSE_S - now))
    _turns[reaction.function] = time.monotonic()


def read(entry: Entry) -> Event:
    """Return the event that an entry holds."""
    return cast("Event", msgspec.convert(entry.data, _types[entry.kind], strict=False))
