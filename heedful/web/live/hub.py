"""One connection that listens to the database, and everybody who listens to it."""

import asyncio
import json
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from heedful.kit.live import CHANNEL
from heedful.web.live.access import Access

ROOM = 200
REFRESH = b"event: refresh\ndata: {}\n\n"

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Listener:
    """One open page: the topics that it wants and what it has not yet been sent."""

    topics: frozenset[str]
    access: Access | None = None
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(ROOM))

    def give(self, message: bytes | None) -> bool:
        """Queue a message; False when this page is too slow to be worth waiting for."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True


class Hub:
    """Who listens to what, and the task that hears it from the database."""

    def __init__(self) -> None:
        self.by_topic: defaultdict[str, set[Listener]] = defaultdict(set)
        self.is_listening = False
        self.is_closed = False
        self.task: asyncio.Task[None] | None = None
        self.count = 0

    def open(self) -> None:
        """Begin to listen."""
        self.task = asyncio.create_task(self._listen_for_ever())

    def close(self) -> None:
        """Send everybody home."""
        self.is_closed = True
        if self.task is not None:
            self.task.cancel()
        for listener in self.everybody():
            self.leave(listener)

    def everybody(self) -> set[Listener]:
        """Return all listeners."""
        return set().union(*self.by_topic.values())

    def enter(self, topics: frozenset[str], access: Access | None = None) -> Listener:
        """Add a page, and what let it in."""
        listener = Listener(topics, access)
        for topic in topics:
            self.by_topic[topic].add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a page, and end its stream if it is still open."""
        for topic in listener.topics:
            self.by_topic[topic].discard(listener)
            if not self.by_topic[topic]:
                del self.by_topic[topic]
        while not listener.give(None):
            listener.waiting.get_nowait()

    def publish(self, topic: str, id: str) -> None:  # noqa: A002
        """Pass a change on to those who asked for the topic, or for this one thing of it."""
        self.count += 1
        data = json.dumps({"topic": topic, "id": id})
        for name in (topic, f"{topic}:{id}"):
            message = f"id: {self.count}\nevent: {name}\ndata: {data}\n\n".encode()
            self._send(self.by_topic.get(name, set()), message)

    def _send(self, listeners: set[Listener], message: bytes) -> None:
        for listener in [listener for listener in listeners if not listener.give(message)]:
            self.leave(listener)

    async def _listen_for_ever(self) -> None:
        pause_s = 0.1
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                log.warning("Live updates lost the database (%s); trying again.", str(error).splitlines()[:1])
            pause_s = 0.1 if self.is_listening else min(pause_s * 2, 2.0)
            self.is_listening = False
            await asyncio.sleep(pause_s)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(autocommit=True, **parameters()) as database:
            await database.execute(f"LISTEN {CHANNEL}")
            self.is_listening = True
            self._send(self.everybody(), REFRESH)  # something may have changed while nobody listened
            async for notice in database.notifies():
                with suppress(ValueError, KeyError, TypeError):
                    notice_body = json.loads(notice.payload)
                    self.publish(str(notice_body["topic"]), str(notice_body["id"]))


def parameters() -> dict[str, Any]:
    """Return how Django would connect, less what only its own connections understand."""
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "server_side_binding", "prepare_threshold", "isolation_level", "pool"):
        parameters.pop(name, None)
    return {**parameters, "keepalives_idle": 30, "application_name": "heedful live"}
