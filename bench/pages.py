"""What pages cost in a large world: CPU of the web process and of PostgreSQL for each request, beside an empty page.

Prints one JSON line: for each page the median and the 95th percentile of milliseconds of CPU over fifty requests. With
`--explain` it also prints the statements of each page that took longest, which is where to look first. `--years 1` and
`--years 5` have the same customers and as much happening a year, over a short time and a long: no page may get dearer.
`--keep` names a folder that is filled once and stays, so that two versions are measured over the same rows.
"""

import argparse
import http.client
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.house import House, standing

if TYPE_CHECKING:
    from bench.world import Size

ROUNDS, WARM = 50, 12
MUST_MS, AIM_MS = 150.0, 40.0
TARGETS = ("customer", "cases", "board")
FLOOR = "floor"
ANEW = "/board/?period=90"
"""The board when its figures are counted anew, which they are at most once in some seconds."""


def main() -> None:
    """Build the world, ask for each page, say what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="how large the world is, of a million touchpoints")
    parser.add_argument("--years", type=float, default=2.0, help="how many years of the same volume there are")
    parser.add_argument("--explain", type=int, default=0, help="print so many of the slowest statements of each page")
    parser.add_argument("--keep", default="", help="a folder for the world, which is there for the next time")
    options = parser.parse_args()
    with standing(options.keep) as house:
        from django.utils import timezone

        from bench import world
        from heedful.customers.models import Customer

        at = timezone.now()
        size = world.Size.over(years=options.years, scale=options.scale)
        began = time.monotonic()
        if not Customer.objects.exists():
            world.fill(at=at, size=size)
        built_s = time.monotonic() - began
        found = {name: measured(house, next_address) for name, next_address in addresses(size).items()}
        print(json.dumps(report(house, found, size, built_s)), flush=True)
        if options.explain:
            explain(size, options.explain)


COPIED = 20_000
AIMS_MS = {
    FLOOR: 5,
    "cases": 20,
    "case": 25,
    "customer": 25,
    "customers": 15,
    "board": 20,
    "board_anew": 120,
}
"""Medians on a machine on which COPY takes 33 us a row; half as much again is the most."""


def copy_us(house: House) -> float:
    """Microseconds of CPU that COPY takes for a row of the log with its indexes, to say how fast the machine is now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copied (LIKE customers_touchpoint INCLUDING ALL)")
        with cursor.copy(f"COPY (SELECT * FROM customers_touchpoint LIMIT {COPIED}) TO STDOUT") as rows:
            text = b"".join(bytes(row) for row in rows)
        before = cpu_ms(house)
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write(text)
        took_ms = cpu_ms(house) - before
        cursor.execute("DROP TABLE copied")
    return took_ms / COPIED * 1e3


def report(house: House, found: dict[str, list[float]], size: "Size", built_s: float) -> dict[str, object]:
    """Return the figures, with the aims beside them."""
    p95 = {name: statistics.quantiles(cpu_ms, n=20)[-1] for name, cpu_ms in found.items()}
    return {
        "bench": "pages",
        "touchpoints": size.touchpoints,
        "customers": size.customers,
        "days": size.days,
        "built_s": round(built_s, 1),
        "p95_cpu_ms": {name: round(ms, 1) for name, ms in p95.items()},
        "median_cpu_ms": {name: round(statistics.median(cpu_ms), 1) for name, cpu_ms in found.items()},
        "floor_ms": round(p95[FLOOR], 1),
        "copy_us": round(copy_us(house), 1),
        "load": round(os.getloadavg()[0], 1),
        "aims_ms": AIMS_MS,
        "over_aim": sorted(name for name, ms in p95.items() if ms > AIM_MS),
        "at_most_ms": MUST_MS,
        "aim_ms": AIM_MS,
        "kept": all(p95[name] <= MUST_MS for name in TARGETS),
    }


def addresses(size: "Size") -> dict[str, Callable[[int], str]]:
    """The pages, each with an address for a turn: another customer and another case each time."""
    moving: dict[str, Callable[[int], str]] = {
        "customer": lambda turn: f"/customers/{21 + turn * 1_717 % (size.customers - 21)}",
        "customer_busy": lambda turn: f"/customers/{1 + turn % 20}",
        "case": lambda turn: f"/cases/{1 + turn * 7 % size.open_cases}",
        "customers_found": lambda turn: f"/customers?q=Bevan+{turn}",
        "feedback_found": lambda turn: f"/feedback?q=number+{turn}",
    }
    return {name: partial(_always, address) for name, address in STANDING.items()} | moving


def _always(address: str, turn: int) -> str:
    del turn
    return address


STANDING = {
    FLOOR: "/setup/account",
    "cases": "/cases",
    "queue": "/queue",
    "board": "/board/",
    "board_anew": ANEW,
    "board_year": "/board/?period=365",
    "customers": "/customers",
    "feedback": "/feedback",
    "promises": "/promises",
    "promise": "/promises/online-by",
    "felt": "/promises/online-by/felt",
    "surveys": "/surveys",
    "scores": "/board/scores/recommend",
    "scores_hoped": "/board/scores/satisfaction",
    "api_promises": "/api/promises?days=90",
    "api_score": "/api/scores/recommend?days=90",
}


def measured(house: House, address: Callable[[int], str]) -> list[float]:
    """Ask for a page many times over one connection; returns milliseconds of CPU for each."""
    from django.core.cache import cache

    asked = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    cookie = {"Cookie": f"sessionid={session()}"}
    found = []
    for turn in range(WARM + ROUNDS):
        if address(turn) == ANEW:
            cache.clear()
        before = cpu_ms(house)
        asked.request("GET", address(turn), headers=cookie)
        answer = asked.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"{address(turn)} answered {answer.status}")
        found.append(cpu_ms(house) - before)
    return found[WARM:]


_sessions: list[str] = []


def session() -> str:
    """The administrator's login."""
    if not _sessions:
        from django.test import Client

        from heedful.associates.models import Associate, Role

        client = Client()
        client.force_login(Associate.objects.get(role=Role.ADMIN), backend="django.contrib.auth.backends.ModelBackend")
        _sessions.append(client.cookies["sessionid"].value)
    return _sessions[0]


def cpu_ms(house: House) -> float:
    """CPU of the web processes and of PostgreSQL until now, to the microsecond, but for processes that have ended."""
    postmaster = int((house.server.files / "postmaster.pid").read_text().splitlines()[0])
    return sum(sum(map(_of, tree(root))) for root in (house.web.pid, postmaster)) / 1e6


def _of(pid: int) -> int:
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            total += int(task.read_text().split()[0])
        except OSError:
            continue
    return total


def tree(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from tree(int(child))


def explain(size: "Size", most: int) -> None:
    """Print the slowest statements of each page, asked once within this process."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.cookies["sessionid"] = session()
    for name, address in addresses(size).items():
        for turn in range(3):
            client.get(address(turn))
        began = time.process_time()
        with CaptureQueriesContext(connection) as captured:
            client.get(address(5))
        own_ms = (time.process_time() - began) * 1e3
        took_ms = sum(float(query["time"]) for query in captured.captured_queries) * 1e3
        print(f"{name}: {len(captured)} queries {took_ms:.0f} ms, python {own_ms:.0f} ms")
        for query in sorted(captured.captured_queries, key=lambda query: -float(query["time"]))[:most]:
            print(f"    {float(query['time']) * 1e3:6.1f} ms  {' '.join(str(query['sql']).split())[:400]}")


if __name__ == "__main__":
    os.environ.pop("DATABASE_URL", None)
    main()
