"""A shop's clickstream through the events door: every event over HTTP, in batches of 100, and what came of it."""

import argparse
import base64
import csv
import http.client
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.house import standing

DATA = Path(os.environ.get("HEEDFUL_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILE = Path("clickstream_ecom") / "clickstream_dev.csv"
BATCH = 100
EXPECTED = {"customers": 300, "touchpoints": 15_419, "kinds": 19}


def batches(path: Path) -> Iterator[bytes]:
    """Yield the file as requests: who each customer is, and what each did."""
    items = list(_items(path))
    for start in range(0, len(items), BATCH):
        yield json.dumps({"batch": items[start : start + BATCH]}).encode()


def _items(path: Path) -> Iterator[dict[str, Any]]:
    met = set()
    with open(path, encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            at = row["timestamp"].replace(" ", "T") + "Z"
            if (user := row["user_id"]) not in met:
                met.add(user)
                traits = {"acquisition": row["acquisition_channel"], "cohort": row["user_cohort"]}
                yield {
                    "type": "identify",
                    "messageId": f"who-{user}",
                    "userId": user,
                    "timestamp": at,
                    "traits": traits,
                }
            yield {
                "type": "track",
                "messageId": f"row-{number}",
                "userId": user,
                "event": row["event"],
                "timestamp": at,
                "context": {"channel": "mobile" if row["platform"] == "mobile" else "web"},
                "properties": {"session": row["session_id"], "platform": row["platform"]},
            }


def main() -> None:
    """Send the file twice, which must change nothing the second time, and print one line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=DATA / FILE)
    options = parser.parse_args()
    if not options.file.exists():
        raise SystemExit(f"LEFT OUT: {options.file} is missing; set HEEDFUL_TEST_DATA to where the files are")
    with standing() as house:
        from django.utils import timezone

        from heedful.associates import keys
        from heedful.customers.models import Customer, Rejection, Touchpoint, TouchpointKind
        from heedful.kit.actor import SYSTEM

        _, secret = keys.add(name="Clickstream", by=SYSTEM, at=timezone.now())
        took_s = [_send(house.port, secret, options.file) for _ in range(2)]
        web_s, database_s = house.cpu_s()
        found = {
            "customers": Customer.objects.people().count(),
            "touchpoints": Touchpoint.objects.count(),
            "kinds": TouchpointKind.objects.count(),
        }
        figures = {
            "bench": "clickstream",
            **found,
            "as_expected": found == EXPECTED,
            "rejections": Rejection.objects.count(),
            "events_per_s": round(found["touchpoints"] / took_s[0]),
            "again_s": round(took_s[1], 2),
            "cpu_s": round(web_s + database_s, 2),
        }
    print(json.dumps(figures))


def _send(port: int, secret: str, path: Path) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    authorization = "Basic " + base64.b64encode(f"{secret}:".encode()).decode()
    began = time.monotonic()
    for body in batches(path):
        connection.request("POST", "/v1/batch", body, {"Authorization": authorization})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(answer.read().decode())
        answer.read()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
