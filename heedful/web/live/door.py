"""The address of the live process: GET /live?topics=cases,customer:12 for those who are logged in."""

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from heedful.web.live import access
from heedful.web.live.hub import REFRESH, Hub, Listener

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

HEARTBEAT_S = 15.0
RETRY_MS = 1000
# A stream ends after a while and the browser opens another, which asks again who may listen.
LONGEST_S = 900.0
MOST_TOPICS = 30
RECHECK_S = 3.0
"""How soon a stream ends after its reader logged out, was shut out, or may do something else than before."""

hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one connection."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["path"] == "/healthz":
        await _answer(send, 200 if hub.is_listening else 503, b"listening" if hub.is_listening else b"not yet")
    elif scope["method"] != "GET" or not scope["path"].endswith("/live"):
        await _answer(send, 404, b"There is only /live here.")
    else:
        await _stream(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    checking: asyncio.Task[None]
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub.open()
            checking = asyncio.create_task(_check_for_ever())
            _close_on_stop()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            checking.cancel()
            hub.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _close_on_stop() -> None:
    """End the streams at the signal itself: the server would wait for them before it says that it shuts down."""
    loop = asyncio.get_running_loop()
    servers_own = getattr(loop, "_signal_handlers", {}).get(signal.SIGTERM)

    def stop() -> None:
        hub.close()
        if servers_own is not None:
            servers_own._run()

    loop.add_signal_handler(signal.SIGTERM, stop)


async def _check_for_ever() -> None:
    while True:
        await asyncio.sleep(RECHECK_S)
        with suppress(DatabaseError):  # it tells nothing to anybody meanwhile either
            await check()


async def check() -> None:
    """End the streams of those who may no longer listen."""
    listeners = {listener for listener in hub.everybody() if listener.access is not None}
    if not listeners:
        return
    given = {listener.access for listener in listeners if listener.access is not None}
    over = await _ask(partial(access.ended, given, at=timezone.now()))
    for listener in listeners:
        if listener.access in over:
            hub.leave(listener)


async def _ask[T](question: Callable[[], T]) -> T:
    """Ask the database beside the loop, and hold no connection afterwards."""

    def ask() -> T:
        try:
            return question()
        finally:
            connection.close()

    return await asyncio.to_thread(ask)


async def _stream(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    allowed = _cross_origin(headers)
    topics = _topics(scope["query_string"])
    if not topics:
        return await _answer(send, 400, b"Say which topics you want: /live?topics=cases,customer:12", allowed)
    try:
        admitted = await _ask(partial(access.admit, headers.get("cookie", "")))
        topics = await _ask(partial(access.readable, topics, admitted[1])) if admitted else topics
    except DatabaseError:
        return await _answer(send, 503, b"The database does not answer.", allowed)
    if admitted is None:
        return await _answer(send, 401, b"Log in first.", allowed)
    if not topics:
        return await _answer(send, 403, b"You may hear of none of these topics.", allowed)
    listener = hub.enter(topics, admitted[0])
    leaving = asyncio.create_task(_until_gone(receive, listener))
    try:
        await _begin(send, allowed, is_back="last-event-id" in headers)
        await _pass_on(send, listener)
    finally:
        leaving.cancel()
        hub.leave(listener)


async def _begin(send: Send, allowed: list[tuple[bytes, bytes]], *, is_back: bool) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
        *allowed,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    # Who comes back may have missed something.
    first = b"retry: %d\n\n" % RETRY_MS + (REFRESH if is_back else b"")
    await send({"type": "http.response.body", "body": first, "more_body": True})


async def _pass_on(send: Send, listener: Listener) -> None:
    ends_at = asyncio.get_running_loop().time() + LONGEST_S * random.uniform(0.8, 1.0)  # noqa: S311 - spreads load
    while asyncio.get_running_loop().time() < ends_at:
        try:
            message = await asyncio.wait_for(listener.waiting.get(), HEARTBEAT_S)
        except TimeoutError:
            message = b": still here\n\n"
        if message is None:
            break
        await send({"type": "http.response.body", "body": message, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive, listener: Listener) -> None:
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass
        hub.leave(listener)


async def _answer(send: Send, status: int, body: bytes, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def _topics(query: bytes) -> frozenset[str]:
    topics = ",".join(parse_qs(query.decode("latin-1")).get("topics", [])).split(",")
    clean = [topic.strip() for topic in topics if topic.strip() and "\n" not in topic and "\r" not in topic]
    return frozenset(clean[:MOST_TOPICS])


def _cross_origin(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Let the web process's pages in, which live on the same host at another port, or at the public address."""
    origin = headers.get("origin", "")
    here = urlsplit(f"//{headers.get('host', '')}").hostname
    if not origin or (urlsplit(origin).hostname != here and origin != settings.PUBLIC_URL):
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1", "ignore")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"origin"),
    ]
