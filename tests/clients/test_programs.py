"""Real clients send to a real server: what they say arrives, whole and once."""

import contextlib
import gzip
import http.client
import importlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from heedful.associates import keys
from heedful.customers.models import Identity, Rejection, Touchpoint
from heedful.kit.actor import SYSTEM

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PROGRAMS = {
    "segment_python": [sys.executable, "analytics.py", "segment"],
    "rudder_python": [sys.executable, "analytics.py", "rudderstack"],
    "segment_node": ["node", "segment_node.cjs"],
}
NODE = (HERE / "node_modules" / "@segment" / "analytics-node").is_dir() and shutil.which("node")
needs_node = pytest.mark.skipif(not NODE, reason="LEFT OUT: `npm ci` in tests/clients did not run, or node is missing")


@pytest.fixture
def house(transactional_db: None) -> Iterator[str]:
    """The web processes over this test's database, as `heedful up` runs them."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = "import django; django.setup(); from heedful.config import processes; "
    start += f"processes.web(host='127.0.0.1', port={port})"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "heedful.config.settings", "PYTHONPATH": str(ROOT)}
    web = subprocess.Popen([sys.executable, "-c", start], env=environment)
    try:
        _wait(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        web.terminate()
        web.wait()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE customers_touchpoint, customers_arrival")  # Django empties only tables of its own


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/v1/m")
            assert asked.getresponse().status == 200
            return
        assert time.monotonic() < deadline, "the server does not answer"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("user", ["segment_python", "rudder_python", pytest.param("segment_node", marks=needs_node)])
def test_what_a_real_client_sends_arrives_whole_and_once(user: str, house: str) -> None:
    _, secret = keys.add(name=user, by=SYSTEM, at=NOON)
    command = [*PROGRAMS[user], house, secret, user]
    environment = {**os.environ, "NODE_PATH": str(HERE / "node_modules")}
    said = subprocess.run(command, capture_output=True, text=True, timeout=90, env=environment, cwd=HERE / "programs")
    assert said.returncode == 0, said.stderr
    assert not Rejection.objects.exists()
    kinds = sorted(Touchpoint.objects.values_list("kind", flat=True))
    assert kinds == sorted(["order_completed", "page", "screen", "looked"] * 2)
    for who in (f"{user}-False", f"{user}-True"):
        person = Identity.objects.get(kind="user_id", value=who).customer.person
        assert person is not None
        assert (person.name, person.email, person.segment) == ("Ana Müller", f"{who.lower()}@example.com", "pro")
        assert person.organisation is not None
        assert person.organisation.name == "Acme"
        assert Touchpoint.objects.filter(customer__person=person).count() == 4
        order = Touchpoint.objects.get(customer__person=person, kind="order_completed")
        assert order.happened_at.date().isoformat() == "2024-05-17"
        assert order.channel == "server"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_no_is_an_answer_to_rudderstack_s_client_and_no_breakdown(
    house: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = importlib.import_module("rudderstack.analytics.request")
    sent: list[str] = []
    heard: list[Exception] = []
    post = request._session.post

    def counted(url: str, **said: Any) -> Any:
        sent.append(url)
        return post(url, **said)

    monkeypatch.setattr(request._session, "post", counted)
    client = importlib.import_module("rudderstack.analytics.client").Client(
        "nobody", host=house, max_retries=2, on_error=lambda error, _: heard.append(error)
    )
    client.track("user", "Order Completed")
    client.flush()
    client.join()
    assert len(sent) == 1, heard
    assert [(error.status, error.code) for error in heard] == [(401, "unauthenticated")]  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_string_that_is_never_closed_keeps_no_process_busy(house: str) -> None:
    _, secret = keys.add(name="Shop", by=SYSTEM, at=NOON)
    body = gzip.compress(b'{"batch":["' + b'\\"' * 250_000)
    assert len(body) < 600

    def post(key: str) -> int:
        asked = http.client.HTTPConnection(house.removeprefix("http://"), timeout=30)
        asked.request("POST", "/v1/batch", body, {"Authorization": f"Bearer {key}"} if key else {})
        return asked.getresponse().status

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, ["", secret] * 12))
    assert answers == [401, 400] * 12
