"""What a carrier is to the outbox: how it hands over, and how patient it is with whom it hands to."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from heedful.courier.models import Destination, OutboxItem
from heedful.kit.actor import By


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side answered when it took something."""

    answer: str
    status: int | None = None


class Failure(Exception):
    """Something could not be handed over now; the message says why in a sentence.

    `is_items` says that it was this piece that failed, `is_destinations` that the destination did, for everything.
    """

    def __init__(
        self,
        sentence: str,
        *,
        is_items: bool = False,
        is_destinations: bool = False,
        for_good: bool = False,
        status: int | None = None,
        wait_s: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.is_items = is_items
        self.is_destinations = is_destinations
        self.for_good = for_good
        self.status = status
        self.wait_s = wait_s


type Send = Callable[[Any], Receipt]
"""Hands one piece over, or raises a `Failure`."""


def _ignore(*_: Any, **__: Any) -> None:
    """What a carrier does that need not hear of something."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """One way out of the building. All that is the same for every carrier does the outbox."""

    name: str
    noun: str
    """What people call a piece that goes by it."""
    permission: str
    """Who may have a piece tried again."""
    without: str
    """Why a piece cannot be tried again where there is no way out for it."""
    queue: str
    check: Callable[[Mapping[str, Any]], dict[str, Any]]
    """Returns a payload as it can be kept, or refuses it."""
    current: Callable[[Destination | None], Destination | None]
    """Returns where to take what was meant for a destination; none where nothing leaves now."""
    open: Callable[[Destination], AbstractContextManager[Send]]
    """Opens the way for one turn."""
    pauses_s: Sequence[int]
    """After a try, between this one and the next, for one piece."""
    destination_pauses_s: Sequence[int]
    held_note: str = ""
    """What is said of a piece that is kept because there is no way out for it."""
    slow_queue: str | None = None
    """Where destinations that answer slowly share one hand."""
    a_turn: int = 1
    """Pieces that one job hands over before it makes room for other work."""
    most_tries: int | None = None
    gives_up_after: timedelta | None = None
    too_old: str = "It waited for too long."
    """What is said of a piece that is given up because of its age."""
    model: type[OutboxItem] = OutboxItem
    on_put: Callable[[Any, By, datetime], None] = _ignore
    on_sent: Callable[[Any, datetime], None] = _ignore
    on_given_up: Callable[[Any, datetime], None] = _ignore
    on_failure: Callable[[Destination, Failure, datetime], None] = _ignore
    """Called when a destination failed, in the transaction that writes it down."""
