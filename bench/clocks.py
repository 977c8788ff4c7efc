"""Promises evaluated over a log: instances per second and CPU each, against COPY of the same instance rows.

Half of them are a yes that a touchpoint carries, half run from one touchpoint to another in working time. Prints one
JSON line. CPU is that of this process and of its PostgreSQL backend together.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import clocks_under_load
from heedful.kit.postgres import Server

CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "10000"))
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TICKS = os.sysconf("SC_CLK_TCK")
OFFICE = {day: [["09:00", "12:30"], ["13:30", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
FLOOR = 5_000
CLOCKS = 100


def main() -> None:
    """Run it on a database of its own, or beside messages that come in at a rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, help="messages a second that are written to the whole product meanwhile")
    parser.add_argument("--seconds", type=int, default=60, help="for how long they are written")
    options = parser.parse_args()
    if options.rate:
        print(json.dumps(clocks_under_load.run(rate=options.rate, seconds=options.seconds)))
        return
    with tempfile.TemporaryDirectory(prefix="heedful-bench-") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            os.environ |= {"DATABASE_URL": server.url(), "HEEDFUL_DATA": folder, "HEEDFUL_SECRET_KEY": "of a bench"}
            os.environ["DJANGO_SETTINGS_MODULE"] = "heedful.config.settings"
            print(json.dumps(_measured()))
        finally:
            server.stop()


def _measured() -> dict[str, Any]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    promise = _promise()
    _log()
    evaluated = _evaluate(promise)
    copied = _copy()
    one = _one_by_one()
    each_us, floor_us = evaluated["cpu_s"] / evaluated["n"] * 1e6, copied["cpu_s"] / evaluated["n"] * 1e6
    return {
        "bench": "clocks",
        "instances": evaluated["n"],
        "instances_per_s": round(evaluated["n"] / evaluated["s"]),
        "at_least_per_s": FLOOR,
        "instances_per_cpu_s": round(1e6 / each_us),
        "cpu_us_each": round(each_us, 1),
        "copy_cpu_us_each": round(floor_us, 1),
        "times_copy": round(each_us / floor_us, 1),
        "one_person_ms": one,
        **_late(),
    }


def _promise() -> Any:
    from heedful.kit.actor import SYSTEM
    from heedful.promise import calendars, promises
    from heedful.promise.promises import Wording
    from heedful.promise.standards import StandardDraft

    office = calendars.add(name="Office", time_zone="Europe/Berlin", week=OFFICE, by=SYSTEM, at=START)
    drafts = [
        StandardDraft(form="yes", from_kind="complained", property="timely"),
        StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=8 * 3600, calendar=office),
    ]
    return promises.make(wording=Wording(words="We answer in time"), standards=drafts, by=SYSTEM, at=START)


def _log() -> None:
    from heedful.customers import touchpoints
    from heedful.kit.actor import SYSTEM

    drafts = [draft for number in range(CUSTOMERS) for draft in _of_customer(number)]
    for start in range(0, len(drafts), 5_000):
        touchpoints.record(drafts=drafts[start : start + 5_000], source="bench", by=SYSTEM, at=NOW)


def _of_customer(number: int) -> Iterator[Any]:
    from heedful.customers.touchpoints import TouchpointDraft

    at = START + timedelta(minutes=number * 7 % 80_000)
    who = (("user_id", f"u{number}"),)
    yes = {"timely": "Yes" if number % 40 else "No"}
    yield TouchpointDraft(kind="complained", happened_at=at, message=f"c{number}", identities=who, properties=yes)
    yield TouchpointDraft(kind="asked", happened_at=at, message=f"a{number}", identities=who)
    if number % 10:
        answered_at = at + timedelta(hours=number % 48)
        yield TouchpointDraft(kind="answered", happened_at=answered_at, message=f"b{number}", identities=who)


def _evaluate(promise: Any) -> dict[str, Any]:
    from heedful.customers.models import Customer
    from heedful.promise import commitments
    from heedful.promise.models import Commitment

    people = list(Customer.objects.people().values_list("pk", flat=True))
    with _watched() as spent:
        for start in range(0, len(people), 1_000):
            commitments.evaluate_people(people[start : start + 1_000], at=NOW, news_from=NOW, promise=promise)
    return {"n": Commitment.objects.count(), **spent}


def _copy() -> dict[str, float]:
    """The same rows into the same table, its indexes and its flips included."""
    from django.db import connection

    cursor = connection.cursor()
    parts = {}
    for table in ("promise_commitment", "promise_flip"):
        with cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as out:
            parts[table] = b"".join(bytes(data) for data in out)
    cursor.execute("TRUNCATE promise_commitment, promise_flip")
    with _watched() as spent:
        for table, data in parts.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as into:
                into.write(data)
    return spent


def _one_by_one() -> float:
    """How long one person takes whose touchpoint has just arrived."""
    from heedful.customers.models import Customer
    from heedful.promise import commitments

    people = list(Customer.objects.people().order_by("pk").values_list("pk", flat=True)[:100])
    with _watched() as spent:
        for person in people:
            commitments.evaluate_people([person], at=NOW + timedelta(days=1))
    return round(spent["s"] * 10, 1)


def _late() -> dict[str, float]:
    """How late a real worker finds clocks that run out one after the other, and after it was killed."""
    from django.utils import timezone

    from heedful.customers import touchpoints
    from heedful.kit.actor import SYSTEM
    from heedful.promise import commitments, promises
    from heedful.promise.promises import Wording
    from heedful.promise.standards import StandardDraft

    _truncate()
    now = timezone.now()
    draft = StandardDraft(form="within", from_kind="called", to_kind="called_back", within_s=20, at_risk_share=0.5)
    promise = promises.make(wording=Wording(words="We call back"), standards=[draft], by=SYSTEM, at=now)
    drafts = [
        touchpoints.TouchpointDraft(
            "called", now + timedelta(seconds=number / 4), f"l{number}", (("user_id", f"u{number}"),)
        )
        for number in range(CLOCKS)
    ]
    recorded = touchpoints.record(drafts=drafts, source="bench", by=SYSTEM, at=now)
    commitments.evaluate_people(recorded.customers, at=now)
    worker = _worker()
    time.sleep(18)
    worker.kill()
    worker.wait()
    worker = _worker()
    late = _found_late(promise)
    worker.kill()
    worker.wait()
    return {"late_ms_p50": late[len(late) // 2], "late_ms_p95": late[len(late) * 95 // 100], "late_ms_max": late[-1]}


def _truncate() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE promise_promise, procrastinate_jobs CASCADE")


def _worker() -> subprocess.Popen[bytes]:
    code = "import django; django.setup(); from heedful.loop import worker; worker.run(alone=True)"
    return subprocess.Popen([sys.executable, "-c", code])


def _found_late(promise: Any) -> list[float]:
    from heedful.promise.models import Flip

    broken = Flip.objects.filter(commitment__promise=promise, state="broken")
    patient_until = time.monotonic() + 90
    while broken.count() < CLOCKS and time.monotonic() < patient_until:
        time.sleep(0.5)
    return sorted(round((flip.found_at - flip.true_from).total_seconds() * 1000) for flip in broken)


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    spent: dict[str, float] = {}
    cpu, began = time.process_time() + _cpu_of(backend), time.monotonic()
    yield spent
    spent["s"] = time.monotonic() - began
    spent["cpu_s"] = time.process_time() + _cpu_of(backend) - cpu


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
