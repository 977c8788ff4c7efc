"""A real installation in a folder of its own: its processes are started, killed and asked like anybody's."""

import contextlib
import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from heedful.kit.postgres import Server
from tests import installations
from tests.installations import CHECKOUT as CHECKOUT
from tests.installations import environment as environment
from tests.installations import heedful as heedful

PATIENCE_S = 60.0


def eventually(true: Callable[[], Any], what: str) -> Any:
    """Wait until something is so, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := true()):
        assert time.monotonic() < deadline, f"{what} did not come about"
        time.sleep(0.05)
    return found


@dataclass
class House:
    """A running `heedful up`."""

    data: Path
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return Server(self.data).url()

    def get(self, path: str, *, port: int | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def health(self) -> tuple[int, dict[str, str]]:
        try:
            status, body = self.get("/healthz")
            return status, json.loads(body)
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}

    def is_healthy(self) -> bool:
        return self.health()[0] == 200

    def said(self) -> str:
        return (self.data.parent / f"{self.data.name}.said").read_text()

    def becomes_healthy(self) -> None:
        eventually(lambda: self.is_healthy() or self.process.poll() is not None, "health")
        assert self.process.poll() is None, self.said()

    def children(self) -> list[int]:
        """The processes directly below `up`, in the order in which they were started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in listed]

    def sql(self, text: str, *values: object) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(text, values)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def free_pair() -> int:
    """A port that is free together with the one after it."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                two.bind(("127.0.0.1", port + 1))
                return port


def start(data: Path, *words: str, port: int | None = None, **more: str) -> House:
    """Start `heedful up` and return before it is ready."""
    port = port or free_pair()
    command = [sys.executable, "-P", "-m", "heedful.config.main", "up", "--port", str(port), "--data", str(data)]
    with open(data.parent / f"{data.name}.said", "a") as said:
        process = subprocess.Popen(
            [*command, *words], env=environment(**more), stdout=said, stderr=said, text=True, cwd="/"
        )
    return House(data, port, process)


def processes_of(data: Path) -> list[int]:
    """Every process that names this data folder in its command or works in it."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            if str(data) in command or str((folder / "cwd").readlink()).startswith(str(data)):
                found.append(int(folder.name))
    return found


@pytest.fixture(scope="session")
def ground() -> Iterator[Path]:
    """A folder for installations, in memory where there is room: each of them waits for the disk a thousand times."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1_000_000_000
    folder = Path(tempfile.mkdtemp(prefix="heedful-", dir=memory if roomy else None))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data(installation: Path, ground: Path) -> Path:
    """A copy of the folder of an installation that was used before and stopped, for one test."""
    return copy_of(installation, ground)


@pytest.fixture
def house(data: Path) -> Iterator[House]:
    """An installation that is up and healthy, for one test."""
    with healthy(data) as running:
        yield running


@pytest.fixture(scope="module")
def calm(installation: Path, ground: Path) -> Iterator[House]:
    """An installation that is up and healthy, for tests that leave it so."""
    with healthy(copy_of(installation, ground)) as running:
        yield running


def copy_of(data: Path, ground: Path) -> Path:
    folder = Path(tempfile.mkdtemp(dir=ground))
    folder.chmod(0o711)
    return installations.copy(data, folder / "data")


@contextlib.contextmanager
def healthy(data: Path, **more: str) -> Iterator[House]:
    running = start(data, port=None, **more)
    try:
        running.becomes_healthy()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()
        eventually(lambda: not processes_of(data), "the end of every process")
