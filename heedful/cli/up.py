"""Start everything: the database, the pages, the live updates and the worker."""

import argparse
import fcntl
import http.client
import math
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from heedful.cli import place, supervisor
from heedful.kit.errors import Refused
from heedful.kit.postgres import Server, ballast, failures, log
from heedful.kit.pulse import Pulse

if TYPE_CHECKING:
    from django.conf import LazySettings

LAST_PORT = 65_535
LAY_EVERY_S = 60.0
RECYCLE_EVERY_S = 5.0


class Processes(Protocol):
    """What the processes do; it is put together above the shell, and handed to it."""

    def load(self) -> None:
        """Load what they share, before they are forked."""

    def web(self, *, host: str, port: int, pulse: Pulse | None = None) -> None:
        """Answer requests."""

    def live(self, *, host: str, port: int, pulse: Pulse | None = None) -> None:
        """Hold the open streams."""

    def worker(self, *, pulse: Pulse | None = None) -> None:
        """Do the jobs."""

    def mail(self, *, pulse: Pulse | None = None) -> None:
        """Take in mail."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("--port", type=_port, default=8000, help="the web port; live updates use the next one (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--demo", action="store_true", help="fill an empty installation with a broadband company")


def _port(word: str) -> int:
    """Read a port that leaves one after it for live updates."""
    if not (word.isascii() and word.isdigit() and 1 <= int(word) < LAST_PORT):
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to {LAST_PORT - 1}, not {word!r}")
    return int(word)


def run(options: argparse.Namespace) -> int:
    """Start, watch and, when asked, stop everything."""
    began = time.monotonic()
    os.environ.setdefault("HEEDFUL_URL", f"http://localhost:{options.port}")
    os.environ.setdefault("HEEDFUL_LIVE_PORT", str(options.port + 1))
    os.environ["HEEDFUL_HOST"] = options.host
    if options.demo:
        os.environ["HEEDFUL_DEMO_ALIVE"] = "yes"
    home = place.settle(options.data)
    live_port = _settings().LIVE_PORT
    with _alone(home.data, f"http://localhost:{options.port}"):
        for port in (options.port, live_port):
            _refuse_taken(options.host, port)
        postgres = home.server.start(tied=True) if home.server else None
        if home.server:
            os.environ["HEEDFUL_ALONE"] = "yes"
        try:
            words = _prepare(demo=options.demo)
            processes: Processes = options.processes()
            processes.load()
        except BaseException:
            if home.server:
                home.server.stop(postgres)
            raise
        ready = _Announcement(options.port, began, words)
        upkeep = _Upkeep(home.data, home.server)
        children = _children(processes, options.host, options.port, live_port)

        def tick() -> None:
            ready.announce()
            upkeep.look()

        supervisor.Supervisor(children, home.server, postgres, on_tick=tick).run()
    return 0


def _settings() -> "LazySettings":
    """Return the settings as they are read: what is wrong with one of them is said before anything starts."""
    from django.conf import settings

    return settings


def _prepare(*, demo: bool) -> list[str]:
    """Bring the database to its newest shape, and fill it if asked to; returns what the terminal says then."""
    place.prepare()
    if demo:
        from django.db import connections

        connections.close_all()  # none survives a fork
        supervisor.run_apart(_fill)
    from heedful.cli import welcome

    return welcome.words(demo=demo)


def _fill() -> None:
    from django.utils import timezone

    from heedful import demo

    demo.fill(now=timezone.now())


def _children(processes: Processes, host: str, port: int, live_port: int) -> list[supervisor.Child]:
    works: dict[str, Callable[..., None]] = {
        "web": partial(processes.web, host=host, port=port),
        "live": partial(processes.live, host=host, port=live_port),
        "worker": processes.worker,
        "mail": processes.mail,
    }
    return [supervisor.Child(name, work, _settings().HANG_S) for name, work in works.items()]


@contextmanager
def _alone(data: Path, url: str) -> Iterator[None]:
    """Hold the data folder for this one run; the system lets go of it however the run ends."""
    with failures.in_sentences(data):
        lock = open(data / "up.lock", "a+b", buffering=0)  # noqa: SIM115 - closed below, or by the fork
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            who = lock.read().decode().strip() or "it is starting"
            raise Refused(
                f"Heedful runs already on {data} ({who}). Stop that one first, or choose another folder with --data.",
                code="running",
            ) from None
        with failures.in_sentences(data):
            lock.truncate(0)
            lock.write(f"process {os.getpid()}, {url}\n".encode())
        os.register_at_fork(after_in_child=lock.close)
        yield


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} of {host} cannot be used ({error.strerror}). Choose another pair with --port;"
                " live updates use the port after it.",
                code="port",
            ) from None


class _Announcement:
    """Tells once, when everything answers, where to go."""

    def __init__(self, port: int, began: float, words: list[str]) -> None:
        self.port, self.began, self.words, self.is_announced = port, began, words, False

    def announce(self) -> None:
        """Print the address as soon as the health page says that all is well."""
        if not self.is_announced and self._is_healthy():
            self.is_announced = True
            print(f"Heedful is ready: {os.environ['HEEDFUL_URL']}  ({time.monotonic() - self.began:.1f} s)")
            print("\n".join([*self.words, "Stop it with Ctrl-C."]))
            sys.stdout.flush()

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(_settings().OWN_HOST, self.port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class _Upkeep:
    """Looks after the disk of the data folder while the house runs: its room, and the log of our server."""

    def __init__(self, data: Path, server: Server | None) -> None:
        self.data, self.server, self.is_full = data, server, False
        self.laid_at, self.recycled_at = -math.inf, -math.inf
        self.recycling: subprocess.Popen[bytes] | None = None

    def look(self) -> None:
        """Tell when the disk is full and when it is so no more; the database by itself goes on as soon as it can."""
        is_full = failures.is_full(self.data)
        if is_full != self.is_full:
            self.is_full = is_full
            self._tell()
        if self.server is not None:
            log.turn(self.server.log)
            self._recycle(self.server) if is_full else self._lay_ballast()

    def _tell(self) -> None:
        if self.is_full:
            print(f"The disk that holds {self.data} is full: nothing new is kept. Free some space; all goes on then.")
        else:
            print(f"There is room again on the disk that holds {self.data}.")
        sys.stdout.flush()

    def _lay_ballast(self) -> None:
        if (now := time.monotonic()) - self.laid_at > LAY_EVERY_S:
            self.laid_at = now
            ballast.lay(self.data)

    def _recycle(self, server: Server) -> None:
        """Keep the server from ending for want of a new file of its log: without it no page can be read."""
        now = time.monotonic()
        if now - self.recycled_at > RECYCLE_EVERY_S and (self.recycling is None or self.recycling.poll() is not None):
            self.recycled_at, self.recycling = now, server.recycle()
