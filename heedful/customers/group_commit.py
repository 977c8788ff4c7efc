"""Batches of one sender that come at the same moment are kept together: one transaction costs less than many."""

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from heedful.customers import messages
from heedful.customers.messages import SourceMessage
from heedful.kit.actor import By

MOST = 1_000
"""Messages in one transaction, unless one batch alone has more."""

type Refusals = list[tuple[int, str]]


def _closed() -> Lock:
    lock = Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Batch:
    """A batch in a line; its thread sleeps until its `turn` is released: somebody wrote for it, or it leads."""

    messages: Sequence[SourceMessage]
    at: datetime
    turn: Lock = field(default_factory=_closed)
    led: "list[_Batch]" = field(default_factory=list)
    refused: Refusals | None = None
    """What became of it; None while nobody kept it."""


type _Sender = tuple[str, bool]
"""A sender, and whether it is trusted: what browsers say is never written as a server's word, nor with it."""

_waiting: dict[_Sender, deque[_Batch]] = {}
"""Senders for whom a thread writes at this moment, and the batches that came since."""
_lock = Lock()


def record(*, messages: Sequence[SourceMessage], source: str, verified: bool = True, by: By, at: datetime) -> Refusals:
    """Keep all messages that can be kept; returns, when they are durable, (position, reason) of each other one.

    The first to come writes at once. Who comes while it writes waits; then one of them writes for all. Where that
    fails each writes by itself, so that nobody pays for what another brought.
    """
    batch, sender = _Batch(messages, at), (source, verified)
    if not _leads(batch, sender):
        batch.turn.acquire()
    if not batch.led:
        return _refusals(batch, sender, by)
    try:
        _write_for_all(batch.led, sender, by)
        return _refusals(batch, sender, by)
    finally:
        _hand_on(sender)


def _refusals(batch: _Batch, sender: _Sender, by: By) -> Refusals:
    if batch.refused is not None:
        return batch.refused
    source, verified = sender
    return messages.record(messages=batch.messages, source=source, verified=verified, by=by, at=batch.at).refused


def _leads(batch: _Batch, sender: _Sender) -> bool:
    with _lock:
        if (line := _waiting.get(sender)) is not None:
            line.append(batch)
            return False
        _waiting[sender] = deque()
        batch.led = [batch]
        return True


def _hand_on(sender: _Sender) -> None:
    """Let the first in line write for those behind it, or close the line."""
    with _lock:
        line = _waiting[sender]
        if not line:
            del _waiting[sender]
            return
        first = line.popleft()
        first.led, count = [first], len(first.messages)
        while line and (count := count + len(line[0].messages)) <= MOST:
            first.led.append(line.popleft())
    first.turn.release()


def _write_for_all(led: Sequence[_Batch], sender: _Sender, by: By) -> None:
    """Keep what several batches brought, in one transaction, and let each know what became of its own."""
    if len(led) == 1:
        return
    every = [message for batch in led for message in batch.messages]
    at = max(batch.at for batch in led)
    source, verified = sender
    try:
        with suppress(Exception):
            taken = messages.record(messages=every, source=source, verified=verified, by=by, at=at)
            start = 0
            for batch in led:
                end = start + len(batch.messages)
                batch.refused = [(n - start, reason) for n, reason in taken.refused if start <= n < end]
                start = end
    finally:
        for batch in led[1:]:
            batch.turn.release()
