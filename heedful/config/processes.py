"""What each process of the house does: web, live, worker and mail."""

import asyncio
import importlib
import logging
import multiprocessing
import os
import resource
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connections
from django.urls import get_resolver
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from heedful.config.wsgi import READERS
from heedful.kit.intake import Intake
from heedful.kit.orphan import die_with_parent
from heedful.kit.pulse import Pulse, Watch, beat_in_loop, every_beat
from heedful.loop import mail as mail_reader
from heedful.loop import worker as jobs

WEB = "heedful.config.wsgi"
LIVE = "heedful.config.live"
WEB_WORKERS = 2
CONNECTIONS = 1024
"""Open connections of one web process; the server counts those that only idle, too."""
FILES = 32_768
"""What a process may have open, where the system lets it: many connections are many files."""
KILL_S = 3

log = logging.getLogger(__name__)


class Watched(MPServer):
    """A server that replaces those of its processes that hang, and gives signs of life itself."""

    def __init__(self, target: str, *, pulse: Pulse, **options: Any) -> None:
        # One request at a time has a connection then, and with the connection a body that never comes is ended.
        options |= {"http": HTTPModes.http1, "log_level": LogLevels.error}
        super().__init__(target, respawn_failed_workers=True, workers_kill_timeout=KILL_S, **options)
        self.pulse = pulse
        self.watches = [Watch(Pulse(), settings.HANG_S) for _ in range(self.workers)]

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the processes, and watch over them."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        every_beat(self._look)

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:  # type: ignore[override]
        """Start one process, which knows its own pulse."""
        return super()._spawn_worker(idx, target, partial(callback_loader, pulse=self.watches[idx].pulse))

    def _look(self) -> None:
        self.pulse.beat()
        for process in list(self.wrks):
            watch, pid = self.watches[process.idx], process.inner.pid
            if watch.has_stopped(pid=pid, at=time.monotonic()):
                log.warning("Process %s gives no sign of life; replacing it.", pid)
                process.inner.kill()  # unlike its own `kill` it counts as failed, and another one is started


def load() -> None:
    """Load what the processes share, once, before they are forked from this one; no connection survives a fork."""
    for module in (WEB, LIVE):
        importlib.import_module(module)
    _ = get_resolver().url_patterns
    connections.close_all()
    always_fork()
    _allow_files()


def always_fork() -> None:
    """Have every process forked from what is loaded; since Python 3.14 its own way is another, and nothing starts."""
    multiprocessing.set_start_method("fork", force=True)


def _allow_files() -> None:
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now != resource.RLIM_INFINITY and now < FILES:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (FILES if most == resource.RLIM_INFINITY else min(FILES, most), most)
        )


def web(*, host: str, port: int, pulse: Pulse | None = None) -> None:
    """Answer requests: two processes, each of which works on a handful at once."""
    Watched(
        WEB,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WEB_WORKERS,
        blocking_threads=READERS,
        backpressure=CONNECTIONS,
        pulse=pulse or Pulse(),
    ).serve(target_loader=_load_web)


def live(*, host: str, port: int, pulse: Pulse | None = None) -> None:
    """Hold the open streams: one process, asynchronous."""
    Watched(
        LIVE,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        backlog=4096,
        backpressure=20_000,
        websockets=False,
        pulse=pulse or Pulse(),
    ).serve(target_loader=_load_live)


def worker(*, pulse: Pulse | None = None) -> None:
    """Do the jobs."""
    jobs.run(alone="HEEDFUL_ALONE" in os.environ, pulse=pulse)


def mail(*, pulse: Pulse | None = None) -> None:
    """Take in mail."""
    mail_reader.run(pulse=pulse)


def _load_web(target: str, *, pulse: Pulse) -> Intake:
    """Return the application, in a process that lives as long as work on requests goes on."""
    intake: Intake = _load(target)

    def look() -> None:
        now = time.monotonic()
        if not intake.is_stuck(at=now):
            pulse.beat()
        intake.cut_off(at=now)

    every_beat(look)
    return intake


def _load_live(target: str, *, pulse: Pulse) -> Callable[..., Awaitable[None]]:
    """Return the application, in a process that lives as long as its event loop goes round."""
    answer = _load(target)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        beating = asyncio.create_task(beat_in_loop(pulse)) if scope["type"] == "lifespan" else None
        try:
            await answer(scope, receive, send)
        finally:
            if beating:
                beating.cancel()

    return application


def _load(target: str) -> Any:
    """Return a server's application, in a process that dies with the server that forked it."""
    die_with_parent()
    return importlib.import_module(target).application
