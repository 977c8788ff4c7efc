import base64
import contextlib
import http.client
import json
import os
import signal
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import House, eventually, heedful

pytestmark = pytest.mark.xdist_group("up")


class Sender(threading.Thread):
    """A program that sends one event after the other, and notes which were acknowledged."""

    def __init__(self, house: House, key: str, name: str) -> None:
        super().__init__(daemon=True)
        self.house, self.key, self.label = house, key, name
        self.acknowledged: list[str] = []
        self.answers: set[int] = set()
        self.enough = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.enough.is_set():
            number += 1
            message = f"{self.label}-{number}"
            with contextlib.suppress(OSError, http.client.HTTPException):
                status = self.send(message)
                self.answers.add(status)
                if status == 200:
                    self.acknowledged.append(message)
            time.sleep(0.005)

    def send(self, message: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.house.port, timeout=10)
        with contextlib.closing(connection):
            body = json.dumps({"userId": self.label, "event": "Bill Paid", "messageId": message})
            headers = {"Authorization": "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()}
            connection.request("POST", "/v1/track", body, {**headers, "Content-Type": "application/json"})
            return connection.getresponse().status


@pytest.fixture
def senders(house: House) -> list[Sender]:
    key = heedful("key", "add", "shop", "--data", str(house.data)).stdout.strip()
    begun = [Sender(house, key, f"sender-{number}") for number in range(3)]
    for sender in begun:
        sender.start()
    eventually(lambda: all(len(sender.acknowledged) > 3 for sender in begun), "the first acknowledgements")
    return begun


def have_sent(senders: list[Sender], wanted: list[int]) -> bool:
    return all(len(sender.acknowledged) > number for sender, number in zip(senders, wanted, strict=True))


def test_what_was_acknowledged_is_there_whatever_was_killed_meanwhile(house: House, senders: list[Sender]) -> None:
    def postmaster() -> int:
        return int((house.data / "postgres" / "postmaster.pid").read_text().split()[0])

    def web_process() -> int:
        return next(pid for pid in house.children() if Path(f"/proc/{pid}/task/{pid}/children").read_text().strip())

    for victim, how in ((postmaster, signal.SIGKILL), (web_process, signal.SIGKILL), (postmaster, signal.SIGINT)):
        wanted = [len(sender.acknowledged) + 5 for sender in senders]
        os.kill(victim(), how)
        eventually(partial(have_sent, senders, wanted), "acknowledgements after the kill")
    for sender in senders:
        sender.enough.set()
        sender.join()

    acknowledged = [message for sender in senders for message in sender.acknowledged]
    kept = house.sql("SELECT count(*) FROM customers_touchpoint WHERE kind = 'bill_paid'")[0][0]
    assert kept >= len(acknowledged) > 30
    assert set.union(*(sender.answers for sender in senders)) <= {200, 503}
