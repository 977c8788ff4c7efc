"""How late broken promises are noticed while messages come in: the whole product, each message a request of its own.

Starts `heedful up` on a temporary folder and on two cores, writes a steady number of messages a second, and reads
from the log when each promise was due, when it was found to be broken, and when its case was opened. Half of them
start the clock of a customer, nearly half stop one in time, and one of 160 is a clock that is left to run out.
"""

import base64
import contextlib
import http.client
import json
import os
import shutil
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.house import tree_s
from bench.loop import standing

CORES = 2
CONNECTIONS = 8
WITHIN_S = 20
EACH = 160
"""Messages of which one starts a clock that nobody stops."""
AIM_S = 2.0


def run(*, rate: int, seconds: int) -> dict[str, object]:
    """Write for so many seconds and return what was late."""
    _on_two_cores()
    os.environ.pop("DATABASE_URL", None)
    folder = tempfile.mkdtemp(prefix="heedful-bench-")
    Path(folder).chmod(0o711)
    try:
        with standing(folder) as (port, process):
            secret = _furnish()
            before, began = tree_s(process.pid), time.monotonic()
            taken, sent_s, oldest = _write(port, secret, rate, seconds)
            cpu_s = tree_s(process.pid) - before
            took_s = time.monotonic() - began
            _wait_for_the_last(expected := taken // EACH)
            return {
                "bench": "clocks under load",
                "messages": taken,
                "messages_per_s": round(taken / sent_s),
                "cores": len(os.sched_getaffinity(0)),
                "load_average": round(os.getloadavg()[0], 1),
                "cpu_share": round(cpu_s / took_s, 2),
                "oldest_wait_s": oldest,
                "expected_breaches": expected,
                **_lateness(),
                "aim_s": AIM_S,
            }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _on_two_cores() -> None:
    mine = sorted(os.sched_getaffinity(0))[:CORES]
    os.sched_setaffinity(0, mine)


def _furnish() -> str:
    from django.utils import timezone

    from heedful.associates import associates, company, keys, teams
    from heedful.kit.actor import SYSTEM
    from heedful.promise import promises
    from heedful.promise.promises import Wording
    from heedful.promise.standards import StandardDraft

    now: dict[str, Any] = {"by": SYSTEM, "at": timezone.now()}
    company.edit(name="Bench", colour="#2f6f5e", time_zone="Europe/London", **now)
    associates.add(email="m@bench.test", name="M", role="lead", team=teams.add(name="Care", **now), **now)
    draft = StandardDraft(
        form="within", from_kind="called", to_kind="called_back", within_s=WITHIN_S, at_risk_share=0.9
    )
    promises.make(wording=Wording(words="We call back"), standards=[draft], **now)
    _, secret = keys.add(name="bench", scope="send", **now)
    return secret


def _write(port: int, secret: str, rate: int, seconds: int) -> tuple[int, float, float]:
    """Send at a steady rate over some connections; returns how many were taken, in how long, and the longest wait."""
    taken = [0] * CONNECTIONS
    began = time.monotonic()
    over = began + seconds

    def send(which: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {
            "Authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode(),
            "Content-Type": "application/json",
        }
        number = which
        while (due := began + number / rate) < over:
            time.sleep(max(0.0, due - time.monotonic()))
            body = json.dumps(_message(number // CONNECTIONS, which))
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("POST", "/v1/track", body, headers)
                answer = connection.getresponse()
                answer.read()
                taken[which] += answer.status == 200
            number += CONNECTIONS

    threads = [threading.Thread(target=send, args=(which,), daemon=True) for which in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    oldest = 0.0
    while any(thread.is_alive() for thread in threads):
        time.sleep(1)
        oldest = max(oldest, _oldest_wait_s())
    return sum(taken), time.monotonic() - began, round(oldest, 1)


def _message(number: int, which: int) -> dict[str, str]:
    """Of one connection: a call, then the call back; on the first, every now and then none comes."""
    pair, is_second = divmod(number, 2)
    every = EACH // CONNECTIONS
    forgotten = which == 0 and number % every == every - 1
    return {
        "userId": f"u-{which}-{pair}",
        "event": "Browsed" if forgotten else "Called Back" if is_second else "Called",
        "messageId": f"{which}-{number}",
        "timestamp": datetime.now(UTC).isoformat(),
    }


def _oldest_wait_s() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(extract(epoch FROM now() - greatest(deferred.at, job.scheduled_at))), 0)"
            " FROM procrastinate_jobs job JOIN procrastinate_events deferred"
            " ON deferred.job_id = job.id AND deferred.type = 'deferred'"
            " WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at < now())"
        )
        return float(cursor.fetchone()[0])


def _wait_for_the_last(expected: int) -> None:
    from heedful.promise.models import Flip

    patient_until = time.monotonic() + WITHIN_S + 60
    while Flip.objects.filter(state="broken").count() < expected and time.monotonic() < patient_until:
        time.sleep(0.5)
    time.sleep(3)


def _lateness() -> dict[str, object]:
    from heedful.act.models import Case
    from heedful.promise.models import Flip

    dues = {
        flip.commitment_id: flip
        for flip in Flip.objects.select_related("commitment").filter(state="broken", commitment__state="broken")
    }
    found = sorted((flip.found_at - flip.true_from).total_seconds() for flip in dues.values())
    due_of = {f"{flip.commitment.customer_id}": flip.true_from for flip in dues.values()}
    opened = sorted(
        (case.opened_at - due_of[f"{case.customer_id}"]).total_seconds()
        for case in Case.objects.all()
        if f"{case.customer_id}" in due_of
    )
    return {**_spread("found", found), **_spread("case", opened)}


def _spread(name: str, late: list[float]) -> dict[str, object]:
    if not late:
        return {f"{name}_count": 0}
    return {
        f"{name}_count": len(late),
        f"{name}_p50_s": round(late[len(late) // 2], 2),
        f"{name}_p95_s": round(late[len(late) * 95 // 100], 2),
        f"{name}_max_s": round(late[-1], 2),
    }
