"""By what a second arrival is known: each message of a source has a name, and a name that came is never forgotten."""

import hashlib
import uuid
from collections.abc import Collection, Iterable

from django.db import connection, transaction

from heedful.kit import memory

MOST_RECENT = 25_000
"""Names that a process remembers, twice: clients send again soon or never."""
DOUBTS = 50
"""Batches that are looked through with care after one held something that came before."""


class CameBefore(Exception):
    """A batch that was written as if all of it were new holds something that came before; none of it was kept."""


_recent: set[str] = set()
_earlier: set[str] = set()
_doubts = [0]


def digest(source: str, message: str) -> uuid.UUID:
    """The name under which a message of a source is known; 128 bits, the same for every arrival."""
    return uuid.UUID(digests(source, [message])[0])


def digests(source: str, messages: Iterable[str]) -> list[str]:
    """The names of many messages, as text."""
    start = hashlib.blake2b(f"{source}\n".encode(), digest_size=16)
    out = []
    for message in messages:
        name = start.copy()
        name.update(message.encode("utf-8", "replace"))
        out.append(name.hexdigest())
    return out


def insert(*, messages: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Note that messages came; returns those that had not come before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_arrival SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING message",
            [sorted(messages)],
        )
        return {message for (message,) in cursor.fetchall()}


def recent(names: Collection[str]) -> list[str]:
    """Return the names of which this process knows that they came; that costs the database nothing."""
    return [name for name in names if name in _recent or name in _earlier]


def remember(names: Collection[str]) -> None:
    """Remember names as soon as they are durable."""
    transaction.on_commit(lambda: _add(names))


def _add(names: Collection[str]) -> None:
    global _recent, _earlier
    if len(_recent) > MOST_RECENT:
        _earlier, _recent = _recent, set()
    _recent.update(names)


@memory.register(stale_s=None)
def forget() -> None:
    """Empty this process's memory; needed only after the database was replaced."""
    _recent.clear()
    _earlier.clear()
    _doubts[0] = 0


def expect_repeats() -> None:
    """Look through the next batches with care: where one message came again, more of them do."""
    _doubts[0] = DOUBTS


def are_likely_new() -> bool:
    """Whether a batch may be written as if nothing in it came before, which costs least; else it fails as a whole."""
    _doubts[0] = max(_doubts[0] - 1, 0)
    return not _doubts[0]
