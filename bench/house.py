"""A temporary house to measure: a database of its own and the web processes as `heedful up` runs them."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from heedful.cli import place
from heedful.kit.postgres import Server

TICKS_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class House:
    """What runs, and where."""

    port: int
    web: subprocess.Popen[bytes]
    server: Server

    def cpu_s(self) -> tuple[float, float]:
        """CPU seconds that the web processes and PostgreSQL have taken so far."""
        postmaster = int((self.server.files / "postmaster.pid").read_text().splitlines()[0])
        return tree_s(self.web.pid), tree_s(postmaster)


@contextlib.contextmanager
def standing(keep: str = "") -> Iterator[House]:
    """Set up a house with Django ready in this process; what is in its folder goes after, unless it has one to keep."""
    data = keep or tempfile.mkdtemp(prefix="heedful-bench-")
    home = place.settle(data)
    assert home.server is not None
    try:
        with home.server.running():
            place.prepare()
            web, port = _start_web()
            try:
                yield House(port, web, home.server)
            finally:
                web.terminate()
                web.wait()
    finally:
        if not keep:
            shutil.rmtree(data, ignore_errors=True)


def _start_web() -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = "import django; django.setup(); from heedful.config import processes; "
    start += f"processes.web(host='127.0.0.1', port={port})"
    root = Path(__file__).resolve().parents[1]
    web = subprocess.Popen([sys.executable, "-c", start], env={**os.environ, "PYTHONPATH": str(root)})
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/v1/m")
            asked.getresponse()
            return web, port
        time.sleep(0.1)
    raise RuntimeError("the web processes do not answer")


def tree_s(root: int) -> float:
    """CPU seconds of a process, its living children, and those of its children that have ended."""
    total = 0
    parents: dict[int, list[int]] = {}
    times: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            pid = int(stat.parent.name)
            parents.setdefault(int(words[1]), []).append(pid)
            times[pid] = sum(int(word) for word in words[11:15])
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        total += times.get(pid, 0)
        waiting += parents.get(pid, [])
    return total / TICKS_S
