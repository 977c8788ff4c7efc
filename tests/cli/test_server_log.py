"""What the database's server writes down: nothing of customers, nothing for others' eyes, and no more than has room."""

import json
import re
import threading
from pathlib import Path

import pytest

from tests.cli.conftest import House, eventually, heedful
from tests.cli.test_disk import send

pytestmark = pytest.mark.xdist_group("up")


def complaints(house: House) -> list[str]:
    lines = (house.data / "postgres.log").read_text().splitlines()
    return [line for line in lines if re.search(r"(ERROR|FATAL|PANIC|STATEMENT|DETAIL):", line)]


def test_ordinary_work_logs_no_error(house: House) -> None:
    key = heedful("key", "add", "shop", "--data", str(house.data)).stdout.strip()
    promise = ("promise", "add", "Soon", "--within", "paid", "delivered", "30s")
    assert heedful(*promise, "--data", str(house.data)).returncode == 0
    assert send(house, key, "first") == 200
    senders = [threading.Thread(target=send, args=(house, key, name)) for name in ("first", "second") * 6]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert house.sql("SELECT count(*) FROM customers_touchpoint") == [(400,)]
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock IS NOT NULL AND scheduled_at > now()"
    assert eventually(lambda: house.sql(waiting)[0][0], "a clock that waits") > 0
    assert house.get("/accounts/login/")[0] == 200
    assert heedful("check", "--data", str(house.data)).stderr == ""
    assert complaints(house) == []
