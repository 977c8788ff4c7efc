"""How requests come in: a body is read whole before work on it begins, and only so many are worked on at once."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, connections

from heedful.kit import sockets

PIECE_BYTES = 64 * 1024
MEMORY_BYTES = 1024 * 1024
"""Of one body; what is longer waits in a temporary file."""
LONGEST_BYTES = 8 * 1024 * 1024
SLOWEST_BYTES_PER_S = 16 * 1024
"""A body gets a second more for each of these that came."""
CROWDED_S = 5.0
"""For a body while half of the readers wait for one."""
STUCK_S = 60.0
"""All that is worked on at once is older than this: nobody waits for an answer that long."""
WHOLE_BYTES = 1024 * 1024
"""An answer of a known length up to this is handed over at once, so that a slow reader keeps no worker."""

type Environ = dict[str, Any]
type Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class Unread(Exception):
    """A body did not come, or is too long; the status says which."""


@dataclass(eq=False)
class Body:
    """One body that is awaited: from whom, since when, and how much of it came."""

    address: str
    port: int
    since: float
    length: int | None
    came: int = 0
    is_late: bool = False

    def read(self, stream: IO[bytes]) -> IO[bytes]:
        """Return all of it, from its beginning."""
        if (self.length or 0) > LONGEST_BYTES:
            raise Unread("413 Content Too Large")
        buffer: IO[bytes] = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 - it lives as long as the request
        while self.length is None or self.came < self.length:
            piece = stream.read(PIECE_BYTES if self.length is None else min(PIECE_BYTES, self.length - self.came))
            if not piece:
                break
            self.came += len(piece)
            buffer.write(piece)
            if self.came > LONGEST_BYTES:
                raise Unread("413 Content Too Large")
        if self.is_late:
            raise Unread("408 Request Timeout")
        if self.length is not None and self.came < self.length:
            raise Unread("400 Bad Request")
        buffer.seek(0)
        return buffer


@dataclass
class Place:
    """One of the requests that are worked on at once, and the connection to the database that goes with it."""

    since: float = math.inf
    """When the work began, on the monotonic clock; infinite while nothing is done here, or an answer is on its way."""
    connection: Any = None


@dataclass
class Intake:
    """An application before which bodies are awaited by many threads, and which few of them enter at once."""

    application: Application
    workers: int
    readers: int
    patience_s: float
    awaited: set[Body] = field(default_factory=set, init=False)
    places: list[Place] = field(init=False)
    free: SimpleQueue[Place] = field(default_factory=SimpleQueue, init=False)

    def __post_init__(self) -> None:
        self.places = [Place() for _ in range(self.workers)]
        for place in self.places:
            self.free.put(place)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        try:
            self._read(environ)
        except Unread as unread:
            start_response(str(unread), [("Content-Type", "text/plain"), ("Connection", "close")])
            return [str(unread).encode()]
        return self._work(environ, start_response)

    def _read(self, environ: Environ) -> None:
        length = _length(environ)
        if length == 0:
            return
        body = Body(environ["REMOTE_ADDR"], int(environ["SERVER_PORT"]), time.monotonic(), length)
        self.awaited.add(body)
        try:
            environ["wsgi.input"] = body.read(environ["wsgi.input"])
        finally:
            self.awaited.discard(body)
        environ["CONTENT_LENGTH"] = str(body.came)

    def _work(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        place = self._enter()
        answer: Any = None
        try:
            answer = self.application(environ, start_response)
            if not _is_long(answer):
                return [_whole(answer)]
            place.since = math.inf
            return Stream(answer, lambda: self._leave(place))
        finally:
            if not _is_long(answer):
                self._leave(place)

    def _enter(self) -> Place:
        """Wait for a place, and have its connection in this thread from now on."""
        place = self.free.get()
        place.since = time.monotonic()
        if place.connection is None:
            place.connection = connections[DEFAULT_DB_ALIAS]
            place.connection.inc_thread_sharing()  # it goes from thread to thread, and is never in two of them
        connections[DEFAULT_DB_ALIAS] = place.connection
        return place

    def _leave(self, place: Place) -> None:
        with suppress(AttributeError):  # an answer that nobody read to its end may be left from another thread
            del connections[DEFAULT_DB_ALIAS]
        place.since = math.inf
        self.free.put(place)

    def is_stuck(self, *, at: float) -> bool:
        """Whether no place has been free for very long, and each is held by one and the same request."""
        return all(at - place.since > STUCK_S for place in self.places)

    def cut_off(self, *, at: float) -> None:
        """End the connections of those whose bodies should have come by now."""
        awaited = list(self.awaited)
        patience_s = min(self.patience_s, CROWDED_S) if len(awaited) * 2 >= self.readers else self.patience_s
        late: dict[tuple[str, int], float] = {}
        for body in awaited:
            waited_s = at - body.since
            if waited_s > patience_s + body.came / SLOWEST_BYTES_PER_S:
                body.is_late = True
                whose = (body.address, body.port)
                late[whose] = min(waited_s, late.get(whose, math.inf))
        if late:
            sockets.cut_off(late)


def _length(environ: Environ) -> int | None:
    """How long the body says it is; None is a chunked one, which does not say."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return None
    declared = environ.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdigit() else 0


def _is_long(answer: Any) -> bool:
    if not getattr(answer, "streaming", False):
        return False
    return int(answer.headers.get("Content-Length") or WHOLE_BYTES + 1) > WHOLE_BYTES


def _whole(answer: Iterable[bytes]) -> bytes:
    try:
        return b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()


class Stream:
    """A long answer, which keeps its place until it was sent or nobody reads it any more."""

    def __init__(self, answer: Any, leave: Callable[[], None]) -> None:
        self._pieces: Iterator[bytes] = iter(answer)
        self._answer, self._leave = answer, leave
        self._is_open = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        """End it, once."""
        if self._is_open:
            self._is_open = False
            try:
                self._answer.close()
            finally:
                self._leave()

    __del__ = close
