"""Endpoints that take a call and say nothing keep nobody else waiting."""

import contextlib
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import House, eventually, start

DRAIN = "heedful.courier.deliveries.drain"


@pytest.fixture
def silence() -> Iterator[int]:
    """A port where every call is taken and none answered."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def burdened(data: Path, silence: int) -> Iterator[House]:
    """An installation with four silent endpoints, each with something to be told."""
    house = start(data, HEEDFUL_WEBHOOK_ALLOW="127.0.0.0/8")
    with contextlib.ExitStack() as cleaning:
        cleaning.callback(house.process.wait)
        cleaning.callback(house.process.kill)
        house.becomes_healthy()
        for number in range(4):
            house.sql(
                "INSERT INTO courier_endpoint (id, url, name, kinds, secret, old_secret, created_at, disabled_reason,"
                " failures) OVERRIDING SYSTEM VALUE VALUES (%s, %s, 'silent', '[]', 'whsec_AAAA', '', now(), '', 0)",
                number + 1,
                f"http://127.0.0.1:{silence}/",
            )
            house.sql(
                "INSERT INTO courier_delivery (id, endpoint_id, entry_id, kind, body, state, created_at, next_try_at)"
                " VALUES (gen_random_uuid(), %s, 1, 'case.opened', '{}', 'waiting', now(), now())",
                number + 1,
            )
            enqueue(house, "courier", DRAIN, endpoint=number + 1)
        yield house


def enqueue(house: House, queue: str, function: str, **arguments: object) -> int:
    told = json.dumps({"function": function, "arguments": arguments})
    ((job,),) = house.sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES (%s, 'run', %s) RETURNING id", queue, told
    )
    return int(job)


def state(house: House, job: int) -> str:
    return str(house.sql("SELECT status FROM procrastinate_jobs WHERE id = %s", job)[0][0])


def test_who_does_not_answer_keeps_nobody_else_waiting(burdened: House) -> None:
    busy = "SELECT count(*) FROM procrastinate_jobs WHERE queue_name = 'courier' AND status = 'doing'"
    eventually(lambda: burdened.sql(busy)[0][0] == 3, "three deliveries that wait")
    job = enqueue(burdened, "default", "heedful.cli.migrations.pending")
    eventually(lambda: state(burdened, job) == "succeeded", "other work")
    assert burdened.sql(busy)[0][0] == 3
    assert burdened.sql("SELECT count(*) FROM courier_deliverytry") == [(0,)]
    assert burdened.stop() == 0
