"""What is left after kills: every acknowledged message stored once, whatever process was shot while it was sent.

Starts `heedful up` on a temporary folder, sends single events over HTTP with each an id of its own, again after every
answer that is not an acknowledgement, and shoots one process after the other with SIGKILL: web, live, worker,
PostgreSQL's postmaster, one of its backends, and one process is stopped rather than killed. Prints one JSON line.
"""

import argparse
import base64
import contextlib
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.loop import standing
from bench.up import is_healthy

SENDERS = 4
BACK_S = 90.0


def main() -> None:
    """Shoot, count and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=3.0, help="of sending before each kill")
    options = parser.parse_args()
    os.environ.pop("DATABASE_URL", None)
    folder = tempfile.mkdtemp(prefix="heedful-bench-")
    Path(folder).chmod(0o711)
    try:
        with standing(folder) as (port, process):
            print(json.dumps(_measure(port, process, Path(folder), options.rounds, options.seconds)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Sender(threading.Thread):
    """A program that sends one event after the other until each is acknowledged."""

    def __init__(self, port: int, key: str, label: str) -> None:
        super().__init__(daemon=True)
        self.port, self.label = port, label
        self.headers = {
            "Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode(),
            "Content-Type": "application/json",
        }
        self.acknowledged = self.again = 0
        self.statuses: set[int] = set()
        self.enough = threading.Event()

    def run(self) -> None:
        while not self.enough.is_set():
            if self._send(f"{self.label}-{self.acknowledged}"):
                self.acknowledged += 1
            else:
                self.again += 1
                time.sleep(0.02)

    def _send(self, message: str) -> bool:
        body = json.dumps({"userId": self.label, "event": "Bill Paid", "messageId": message})
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            with contextlib.closing(connection):
                connection.request("POST", "/v1/track", body, self.headers)
                status = connection.getresponse().status
                self.statuses.add(status)
                return status == 200
        return False


def _measure(port: int, process: subprocess.Popen[bytes], data: Path, rounds: int, seconds: float) -> dict[str, Any]:
    from django.utils import timezone

    from heedful.associates import keys
    from heedful.kit.actor import SYSTEM

    _, secret = keys.add(name="bench", by=SYSTEM, at=timezone.now())
    senders = [Sender(port, secret, f"s{number}") for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    lot, back_s, shot = random.Random(7), [], []
    for name, victim, how in _victims(process, data, rounds, lot):
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError, StopIteration, OSError):
            os.kill(victim(), how)
            shot.append(name)
        back_s.append(_back(port, senders))
    for sender in senders:
        sender.enough.set()
        sender.join()
    return {
        "bench": "kills",
        "rounds": len(shot),
        "shot": sorted(set(shot)),
        "acknowledged": sum(sender.acknowledged for sender in senders),
        "sent_again": sum(sender.again for sender in senders),
        **_stored(senders),
        "statuses": sorted(set().union(*(sender.statuses for sender in senders))),
        "back_s": {"median": round(sorted(back_s)[len(back_s) // 2], 2), "worst": round(max(back_s), 2)},
        "load_average": round(os.getloadavg()[0], 1),
    }


def _victims(
    process: subprocess.Popen[bytes], data: Path, rounds: int, lot: random.Random
) -> Iterator[tuple[str, Callable[[], int], signal.Signals]]:
    def postmaster() -> int:
        return int((data / "postgres" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def backend() -> int:
        return lot.choice([pid for pid in _children(postmaster()) if b"heedful" in _words(pid)])

    def served() -> int:
        return lot.choice([child for pid in _children(process.pid) for child in _children(pid) if pid != postmaster()])

    def main_process() -> int:
        return lot.choice([pid for pid in _children(process.pid) if pid != postmaster()])

    ways = [
        ("web or live process", served, signal.SIGKILL),
        ("main process of web, live or worker", main_process, signal.SIGKILL),
        ("postmaster", postmaster, signal.SIGKILL),
        ("backend", backend, signal.SIGKILL),
        ("web or live process, stopped", served, signal.SIGSTOP),
    ]
    for number in range(rounds):
        yield ways[number % len(ways)]


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("[0-9]*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in task.read_text(encoding="ascii").split()]
    return found


def _words(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _back(port: int, senders: list[Sender]) -> float:
    """Wait until the house is healthy and every sender was acknowledged again; returns how long that took."""
    began = time.monotonic()
    before = [sender.acknowledged for sender in senders]
    while time.monotonic() - began < BACK_S:
        time.sleep(0.05)
        if all(sender.acknowledged > old for sender, old in zip(senders, before, strict=True)) and is_healthy(port):
            return time.monotonic() - began
    raise SystemExit("the house did not come back")


def _stored(senders: list[Sender]) -> dict[str, int]:
    from django.db import connection

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT message) FROM customers_touchpoint WHERE kind = 'bill_paid'")
        rows, names = cursor.fetchone()
    sent = sum(sender.acknowledged for sender in senders)
    # The last message of each may be stored without an acknowledgement.
    return {"lost": max(0, sent - names), "doubled": rows - names, "unacknowledged": max(0, names - sent)}


if __name__ == "__main__":
    main()
