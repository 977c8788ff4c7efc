"""From an answer clicked to the case on an associate's screen, with events arriving beside it, in milliseconds.

Starts `heedful up` on a temporary folder and uses it as browsers do: each answer is a POST on the survey's page; the
screen is an open stream of live updates and, at its word, the fetch of the row. The floor is the same POST until its
touchpoint is stored, in the same run.
"""

import argparse
import contextlib
import http.client
import json
import multiprocessing
import os
import queue
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.events import BATCH, requests
from bench.house import tree_s
from bench.up import free_pair, is_healthy
from heedful.cli import place

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 180.0
WAIT_S = 10.0
VERBATIM = "The technician never came, and nobody answers the phone. I want to cancel my contract."


def main() -> None:
    """Measure and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--rate", type=int, default=2000, help="events a second beside the answers")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="heedful-bench-")
    Path(folder).chmod(0o711)
    try:
        with standing(folder) as (port, process):
            print(json.dumps(measure(port, process, options.answers, options.rate)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def standing(folder: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run the whole product, with Django ready in this process too."""
    port = free_pair()
    command = [str(ROOT / "bin" / "heedful"), "up", "--port", str(port), "--data", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until_healthy(port, process)
        place.settle(folder)
        import django

        django.setup()
        yield port, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait_until_healthy(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once it can be used."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_healthy(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("up did not become healthy")
        time.sleep(0.05)


def measure(port: int, process: subprocess.Popen[bytes], answers: int, rate: int) -> dict[str, object]:
    """Answer one after the other and see each on the screen; the first few only warm up."""
    tokens, cookie, secret = furnish(answers + 5)
    screen = Screen(port, cookie)
    screen.start()
    with busy(port, secret, rate) as sent:
        for token in tokens[:5]:
            screen.see(token)
        before, began, sent_before = tree_s(process.pid), time.monotonic(), sent.value
        times = [screen.see(token) for token in tokens[5:]]
        took_s = time.monotonic() - began
        cpu_s, events = tree_s(process.pid) - before, sent.value - sent_before
    return report(times, took_s, cpu_s, events)


def furnish(answers: int) -> tuple[list[str], str, str]:
    """Lay out an associate who is logged in, a survey with its asks, and a key; through the product's operations."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from heedful.associates import associates, company, keys, teams
    from heedful.customers import touchpoints
    from heedful.customers.models import Customer
    from heedful.kit.actor import SYSTEM
    from heedful.listen import invitations, surveys

    now: dict[str, Any] = {"by": SYSTEM, "at": timezone.now()}
    company.edit(name="Bench", colour="#2f6f5e", time_zone="Europe/London", **now)
    mira = associates.add(email="m@bench.test", name="M", role="lead", team=teams.add(name="Care", **now), **now)
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(mira.pk), mira.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    questions = [{"code": "recommend"}, {"code": "open"}]
    survey = surveys.make(design=surveys.Design(name="Visit", questions=questions, languages=["en"]), **now)
    drafts = [
        touchpoints.TouchpointDraft("visit", now["at"], f"v{n}", identities=(("email", f"c{n}@bench.test"),))
        for n in range(answers)
    ]
    records = touchpoints.record(drafts=drafts, source="bench", **now).customers
    asked = [invitations.invite(survey=survey, customer=row, **now) for row in Customer.objects.filter(pk__in=records)]
    _, secret = keys.add(name="bench", scope="send", **now)
    return [invitation.token for invitation in asked], f"sessionid={session.session_key}", secret


class Screen:
    """The list of cases in an associate's browser: it hears that a case is there, and fetches the row."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.headers = port, {"Cookie": cookie, "HX-Request": "true"}
        self.shown: queue.Queue[int] = queue.Queue()
        self.pages = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        self.customer = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)

    def start(self) -> None:
        """Open the stream and wait until it stands."""
        stream = http.client.HTTPConnection("127.0.0.1", self.port + 1, timeout=PATIENCE_S)
        stream.request("GET", "/live?topics=cases", headers=self.headers)
        answer = stream.getresponse()
        if answer.status != 200:
            raise SystemExit(f"the live process said {answer.status}")
        threading.Thread(target=self._listen, args=(answer,), daemon=True).start()
        time.sleep(0.5)

    def _listen(self, stream: http.client.HTTPResponse) -> None:
        newest = 0
        while line := stream.readline():
            if found := re.match(rb'data: \{"topic": "cases", "id": "(\d+)"', line):
                case = int(found[1])
                if case > newest and self._fetch(case):
                    newest = case
                    self.shown.put(case)

    def _fetch(self, case: int) -> bool:
        self.pages.request("GET", f"/cases?since={case - 1}&shown=", headers=self.headers)
        return f'id="case-{case}"' in self.pages.getresponse().read().decode()

    def see(self, token: str) -> tuple[float, float]:
        """Click an answer; return the seconds until its touchpoint was stored and until its case was on the screen."""
        body = urlencode({"recommend": "2", "open": VERBATIM, "send": "1"})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        clicked = time.perf_counter()
        self.customer.request("POST", f"/s/{token}", body, headers)
        answer = self.customer.getresponse()
        stored_s = time.perf_counter() - clicked
        answer.read()
        if answer.status != 302:
            raise SystemExit(f"the answer was not taken: {answer.status}")
        self.shown.get(timeout=WAIT_S)
        return stored_s, time.perf_counter() - clicked


@contextlib.contextmanager
def busy(port: int, secret: str, rate: int) -> Iterator[Any]:
    """Send events at a steady rate meanwhile, from a process of its own; counts those that were taken."""
    context = multiprocessing.get_context("fork")
    sent = context.Value("l", 0)
    sender = context.Process(target=send, args=(port, secret, rate, sent), daemon=True)
    sender.start()
    time.sleep(1.0)
    try:
        yield sent
    finally:
        sender.terminate()
        sender.join()


def send(port: int, secret: str, rate: int, sent: Any) -> None:
    """Write one batch after the other, each at its time."""
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for number in range(10**9) if rate else ():
            time.sleep(max(0.0, began + number * BATCH / rate - time.monotonic()))
            connection.sendall(requests(secret, 1, seed=number)[0])
            while not connection.recv(65536).endswith(b"}"):
                pass
            sent.value += BATCH


def report(times: list[tuple[float, float]], took_s: float, cpu_s: float, events: int) -> dict[str, object]:
    """Return what was measured, with the aims beside it."""
    stored, shown = (sorted(column) for column in zip(*times, strict=True))
    return {
        "bench": "loop",
        "answers": len(times),
        "p50_ms": round(1000 * statistics.median(shown), 1),
        "p95_ms": round(1000 * shown[int(0.95 * len(shown))], 1),
        "worst_ms": round(1000 * shown[-1], 1),
        "floor_p50_ms": round(1000 * statistics.median(stored), 1),
        "floor_p95_ms": round(1000 * stored[int(0.95 * len(stored))], 1),
        "events_per_s_beside": round(events / took_s),
        "cpu_share": round(cpu_s / took_s, 2),
        "at_least_p95_ms": 1000,
        "aim_p95_ms": 300,
    }


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    main()
