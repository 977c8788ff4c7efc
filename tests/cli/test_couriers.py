"""Endpoints that take a call and say nothing keep nobody else waiting."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from heedful.ledger import jobs
from tests.cli.conftest import House, eventually, start
from tests.courier.conftest import Postbox

DRAIN = "heedful.courier.outbox.drain"
MAIL_SERVER = 100


@pytest.fixture
def silence() -> Iterator[int]:
    """A port where every call is taken and none answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def quick() -> Iterator[int]:
    """A port where every call is answered at once."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server that takes what it is given."""
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    yield box
    controller.stop()


@pytest.fixture
def burdened(data: Path, silence: int, postbox: Postbox) -> Iterator[House]:
    """An installation with four silent endpoints, each with five things to be told."""
    house = start(data, HEEDFUL_WEBHOOK_ALLOW="127.0.0.0/8", HEEDFUL_SMTP=postbox.url)
    with contextlib.ExitStack() as cleaning:
        cleaning.callback(house.process.wait)
        cleaning.callback(house.process.kill)
        house.becomes_healthy()
        for number in range(1, 5):
            add_endpoint(house, number, silence, is_slow=True)
        yield house


def add_endpoint(house: House, number: int, port: int, *, is_slow: bool) -> None:
    add_destination(house, number, "webhook", str(number), is_slow=is_slow)
    house.sql(
        "INSERT INTO courier_endpoint (id, destination_id, url, name, kinds, secret, old_secret, created_at,"
        " disabled_reason) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, 'one', '[]', 'whsec_AAAA', '', now(), '')",
        number,
        number,
        f"http://127.0.0.1:{port}/",
    )
    for entry in range(5):
        add_item(house, "webhook", number, f"msg_{number}_{entry}", body="{}")
        queue = jobs.SLOW_WEBHOOKS if is_slow else jobs.WEBHOOKS
        enqueue(house, queue, DRAIN, destination=number, patient=is_slow)


def add_destination(house: House, number: int, carrier: str, key: str, *, is_slow: bool) -> None:
    house.sql(
        "INSERT INTO courier_destination (id, carrier, key, failures, is_slow, answer) OVERRIDING SYSTEM VALUE"
        " VALUES (%s, %s, %s, 0, %s, '')",
        number,
        carrier,
        key,
        is_slow,
    )


def add_item(house: House, carrier: str, destination: int, message: str, **payload: object) -> None:
    house.sql(
        "INSERT INTO courier_outboxitem (carrier, destination_id, purpose, urgency, message_id, payload, state,"
        " created_at, next_try_at, said) VALUES (%s, %s, 'test', 0, %s, %s, 'waiting', now(), now(), '')",
        carrier,
        destination,
        message,
        json.dumps(payload),
    )


def enqueue(house: House, queue: str, function: str, **arguments: object) -> int:
    told = json.dumps({"function": function, "arguments": arguments})
    ((job,),) = house.sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES (%s, 'run', %s) RETURNING id", queue, told
    )
    return int(job)


def state(house: House, job: int) -> str:
    return str(house.sql("SELECT status FROM procrastinate_jobs WHERE id = %s", job)[0][0])


def test_who_does_not_answer_keeps_nobody_else_waiting(burdened: House, quick: int, postbox: Postbox) -> None:
    busy = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name IN ('courier', 'slow') AND status = 'doing'"
    eventually(lambda: burdened.sql(busy)[0][0] == 1, "a delivery that waits")
    other = enqueue(burdened, jobs.DEFAULT, "heedful.cli.migrations.pending")
    eventually(lambda: state(burdened, other) == "succeeded", "other work")
    add_endpoint(burdened, 9, quick, is_slow=False)
    sent = "SELECT count(*) FROM courier_outboxitem WHERE carrier = 'webhook' AND state = 'sent'"
    eventually(lambda: burdened.sql(sent) == [(5,)], "all that the quick endpoint is told")
    add_destination(burdened, MAIL_SERVER, "smtp", postbox.url, is_slow=True)
    words = {"to": "ann@example.com", "to_name": "", "subject": "Your password", "text": "Here.", "html": ""}
    add_item(burdened, "smtp", MAIL_SERVER, "<1@example.com>", **words, headers={})
    enqueue(burdened, jobs.MAILS, DRAIN, destination=MAIL_SERVER)
    eventually(lambda: postbox.taken, "the mail")
    # The four of them have one hand between them, and it is still at its first turn.
    assert burdened.sql(busy)[0][0] == 1
    assert burdened.sql("SELECT count(*) FROM courier_outboxtry WHERE NOT ok") == [(0,)]
    assert burdened.stop() == 0
