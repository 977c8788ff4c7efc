import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from heedful.courier import outbox
from heedful.kit import live
from heedful.kit.postgres import failures
from heedful.ledger import jobs
from heedful.promise import clocks, commitments
from heedful.web.live import address, door, hub


def test_a_page_is_sent_on_to_the_live_process_of_the_same_host(client: Client, settings: Any) -> None:
    answer = client.get("/live?topics=cases,customer:12", headers={"host": "127.0.0.1:8000"})
    assert answer.status_code == 307
    assert answer["Location"] == f"http://127.0.0.1:{settings.LIVE_PORT}/live?topics=cases,customer:12"


def test_a_proxy_may_give_the_live_process_its_own_address(rf: RequestFactory, settings: Any) -> None:
    settings.LIVE_URL = "https://care.example.com/live"
    assert address.address(rf.get("/")) == "https://care.example.com/live"


@pytest.mark.django_db
def test_the_content_security_policy_allows_the_live_process_and_nothing_else(client: Client, settings: Any) -> None:
    answer = client.get("/accounts/login/", headers={"host": "example.com:8000"})
    connect = next(part for part in answer["Content-Security-Policy"].split("; ") if part.startswith("connect-src"))
    assert f"http://example.com:{settings.LIVE_PORT}" in connect.split()
    assert "*" not in connect


@pytest.mark.parametrize(
    ("query", "topics"),
    [
        (b"topics=cases,customer:12", {"cases", "customer:12"}),
        (b"topics=cases&topics=board", {"cases", "board"}),
        (b"topics=,,", set()),
        (b"topics=a%0Aevent:x", set()),
        (b"", set()),
    ],
)
def test_topics_are_read_from_the_address(query: bytes, topics: set[str]) -> None:
    assert door._topics(query) == topics


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [
        ("http://localhost:8000", True),
        ("http://localhost:9999", True),
        ("https://mallory.example.com", False),
        ("http://localhost.mallory.example.com", False),
        ("null", False),
    ],
)
def test_only_the_own_host_may_read_across_ports(origin: str, is_let_in: bool) -> None:
    assert bool(door._cross_origin({"origin": origin, "host": "localhost:8001"})) is is_let_in


@pytest.mark.django_db(transaction=True)
def test_open_pages_are_told_when_the_change_is_certain() -> None:
    import psycopg

    with psycopg.connect(**hub.parameters(), autocommit=True) as listening:
        listening.execute("LISTEN heedful_live")
        with transaction.atomic():
            live.publish("cases", 1)
            transaction.set_rollback(True)
        with transaction.atomic():
            live.publish("cases", 2)
        heard = [json.loads(notice.payload) for notice in listening.notifies(timeout=5, stop_after=1)]
    assert heard == [{"topic": "cases", "id": "2"}]


@pytest.mark.django_db
def test_health_says_what_is_missing(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": "ready",
        "worker": "missing",
        "live": "missing",
        "clocks": "ready",
        "waiting_s": {},
    }


@pytest.mark.django_db
def test_health_says_how_long_the_oldest_of_each_kind_waits_and_that_clocks_are_late(client: Client) -> None:
    now = timezone.now()
    for seconds in (40, 7):
        clocks.set_for(now - timedelta(seconds=seconds), ring=commitments.ring, at=now)
    jobs.enqueue(outbox.drain, queue=jobs.MAILS, destination=1)
    jobs.enqueue(outbox.drain, queue=jobs.WEBHOOKS, at=now + timedelta(hours=1), destination=2)
    told = client.get("/healthz").json()
    assert told["clocks"] == "late"
    assert set(told["waiting_s"]) == {"clocks", "mails"}
    assert 39 < told["waiting_s"]["clocks"] < 100
    assert told["waiting_s"]["mails"] < 39


@pytest.mark.django_db
def test_health_is_told_under_any_name_and_without_https(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["care.example.com"], True
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).json()["database"] == "ready"


@pytest.mark.django_db
def test_health_without_a_database_is_no_breakdown(client: Client) -> None:
    from django.db import OperationalError

    with patch.object(connection, "cursor", side_effect=OperationalError):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")


@pytest.mark.django_db
def test_a_house_whose_disk_is_full_is_not_ready(client: Client, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    settings.DATA_DIR = tmp_path
    with patch.object(failures, "LEAST_BYTES", 1 << 60):
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["database"]) == (503, "disk full")
        (tmp_path / "postgres").rmdir()  # then the database is elsewhere
        assert client.get("/healthz").json()["database"] == "ready"
