"""Something happened: it is written down in the change's own transaction, and what must follow is enqueued with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import msgspec
from django.db import transaction

from heedful.kit.actor import By
from heedful.ledger import jobs
from heedful.ledger.models import Entry

type Event = Any
"""A frozen dataclass named in the past tense, with plain JSON-able fields."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """A function `(event, *, entry)` that runs in the worker after the event; skipped when `when(event)` is false."""

    function: Callable[..., None]
    when: Callable[[Event], bool] | None = None
    priority: int = 0


_reactions: dict[str, Sequence[Reaction]] = {}
_types: dict[str, type] = {}


def wire(reactions: Mapping[type, Sequence[Reaction]]) -> None:
    """Install the product's wiring: which reactions follow which event."""
    _reactions.clear()
    for event_type, followers in reactions.items():
        _types[event_type.__name__] = event_type
        _reactions[event_type.__name__] = followers


def record(event: Event, *, by: By, at: datetime) -> Entry:
    """Write the event into the ledger and enqueue its reactions, in the caller's transaction."""
    kind = type(event).__name__
    with transaction.atomic():
        entry = Entry.objects.create(
            kind=kind, data=msgspec.to_builtins(event), by_kind=by.kind, by_id=by.id, by_label=by.label[:200], at=at
        )
        jobs.enqueue_all(
            [
                jobs.Task(
                    jobs.dotted(react),
                    {"entry": entry.pk, "reaction": jobs.dotted(reaction.function)},
                    priority=reaction.priority,
                )
                for reaction in _reactions.get(kind, ())
                if reaction.when is None or reaction.when(event)
            ]
        )
    return entry


def react(*, entry: int, reaction: str) -> None:
    """Run one reaction to one entry; runs in the worker, again after a failure, so reactions are idempotent."""
    row = Entry.objects.get(pk=entry)
    for candidate in _reactions.get(row.kind, ()):
        if jobs.dotted(candidate.function) == reaction:
            candidate.function(read(row), entry=row)
            return


def read(entry: Entry) -> Event:
    """Return the event that an entry holds."""
    return cast(Event, msgspec.convert(entry.data, _types[entry.kind], strict=False))
