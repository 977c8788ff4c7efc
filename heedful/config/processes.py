"""What each process of the house does: web, live and worker."""

import importlib
import os
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.urls import get_resolver
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from heedful.kit.orphan import die_with_parent
from heedful.loop import worker as jobs

WEB = "heedful.config.wsgi"
LIVE = "heedful.config.live"
WEB_WORKERS = 2
WEB_THREADS = 4
KILL_S = 3


def load() -> None:
    """Load what the processes share, once, before they are forked from this one; no connection survives a fork."""
    for module in (WEB, LIVE):
        importlib.import_module(module)
    _ = get_resolver().url_patterns
    connections.close_all()


def web(*, host: str, port: int) -> None:
    """Answer requests: two processes with a handful of threads each."""
    Granian(
        WEB,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WEB_WORKERS,
        blocking_threads=WEB_THREADS,
        backpressure=WEB_THREADS * 4,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_S,
        log_level=LogLevels.error,
    ).serve(target_loader=_load)


def live(*, host: str, port: int) -> None:
    """Hold the open streams: one process, asynchronous."""
    Granian(
        LIVE,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        backlog=4096,
        backpressure=20_000,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_S,
        log_level=LogLevels.error,
    ).serve(target_loader=_load)


def worker() -> None:
    """Do the jobs."""
    jobs.run(alone="HEEDFUL_ALONE" in os.environ)


def _load(target: str) -> Callable[..., Any]:
    """Return a server's application, in a process that dies with the server that forked it."""
    die_with_parent()
    return importlib.import_module(target).application  # type: ignore[no-any-return]
