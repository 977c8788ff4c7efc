"""The door lets in who has a key, in whatever way a client shows it, and answers as clients expect."""

import base64
import gzip
import json
import zlib
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from psycopg.errors import DiskFull

from heedful.associates import keys
from heedful.associates.models import Key
from heedful.customers import messages
from heedful.customers.models import Identity, Rejection, Touchpoint
from heedful.kit import outage
from heedful.kit.actor import SYSTEM
from tests.api.events.conftest import NOON, Send

TRACK = {"type": "track", "userId": "u1", "event": "Order Completed", "messageId": "m1"}


def basic(words: str) -> str:
    return "Basic " + base64.b64encode(words.encode()).decode()


@pytest.mark.parametrize(
    "show",
    [
        lambda secret: {"headers": {"authorization": basic(f"{secret}:")}},
        lambda secret: {"headers": {"authorization": basic(secret)}},
        lambda secret: {"headers": {"authorization": basic(f":{secret}")}},
        lambda secret: {"headers": {"authorization": f"Basic {secret}"}},
        lambda secret: {"headers": {"authorization": f"Bearer {secret}"}},
        lambda secret: {"headers": {"authorization": secret}},
        lambda secret: {"headers": {"x-write-key": secret}},
        lambda secret: {"query_params": {"writeKey": secret}},
        lambda secret: {"body": {"writeKey": secret}},
        lambda secret: {"body": {"api_key": secret}},
        lambda secret: {"headers": {"authorization": basic("wrong:")}, "body": {"writeKey": secret}},
    ],
)
def test_a_key_is_taken_however_it_is_shown(show: Any, secret: str, client: Client) -> None:
    said = show(secret)
    body = json.dumps({"batch": [TRACK], **said.pop("body", {})})
    response = client.post("/v1/batch", body, content_type="application/json", **said)
    assert (response.status_code, response.json()) == (200, {"success": True})
    assert Touchpoint.objects.count() == 1


def test_a_wrong_or_missing_key_is_refused_and_nothing_is_kept(client: Client, db: None) -> None:
    for headers in ({}, {"authorization": basic("hk_wrong:")}, {"authorization": "Basic ***"}):
        response = client.post("/v1/track", json.dumps(TRACK), content_type="application/json", headers=headers)
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Basic")
    assert not Touchpoint.objects.exists()


def test_a_revoked_key_is_out_within_seconds(send: Send, key: Key, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send("/v1/track", TRACK).status_code == 200
    keys.revoke(key=key, by=SYSTEM, at=NOON)
    later = monotonic() + 5
    monkeypatch.setattr("heedful.api.events.auth.monotonic", lambda: later)
    assert send("/v1/track", TRACK).status_code == 401


def test_use_of_a_key_is_noted(send: Send, key: Key) -> None:
    send("/v1/track", TRACK)
    key.refresh_from_db()
    assert key.last_used_at is not None


@pytest.mark.parametrize(
    "path",
    [
        "/v1/track",
        "/v1/track/",
        "/v1/t",
        "/v1/t/",
        "/api/s/track",
        "/api/s/s2s/track",
        "/v1/batch",
        "/v1/b",
        "/v1/import",
    ],
)
def test_every_address_of_a_track_takes_it(path: str, send: Send) -> None:
    single = {name: value for name, value in TRACK.items() if name != "type"}
    body = {"batch": [TRACK]} if path.strip("/").endswith(("batch", "/b", "import")) else single
    assert send(path, body).status_code == 200
    assert Touchpoint.objects.get().kind == "order_completed"


def test_an_unknown_address_says_where_events_go(send: Send) -> None:
    response = send("/v1/nothing", TRACK)
    assert response.status_code == 404
    assert "/v1/batch" in response.content.decode()


def test_the_type_may_be_read_but_not_got(client: Client, secret: str) -> None:
    assert client.get("/v1/track").status_code == 405


@pytest.mark.parametrize("squeeze", [gzip.compress, zlib.compress])
@pytest.mark.parametrize("label", [{}, {"content-encoding": "gzip"}, {"content-encoding": "br"}])
def test_a_compressed_body_is_read_whatever_it_is_labelled(squeeze: Any, label: dict[str, str], send: Send) -> None:
    assert send("/v1/batch", squeeze(json.dumps({"batch": [TRACK]}).encode()), **label).status_code == 200
    assert Touchpoint.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"batch": [{"a" 1}]}', "expected ':' (byte 16)"),
        (b'{"batch": [', "truncated"),
        (b'{"batch": []} x', "trailing characters"),
    ],
)
def test_a_body_that_is_not_json_is_refused_with_its_place(send: Send, body: bytes, where: str) -> None:
    response = send("/v1/batch", body)
    assert response.status_code == 400
    assert where in response.content.decode()


def test_a_batch_may_be_a_bare_list(send: Send) -> None:
    assert send("/v1/batch", [TRACK]).status_code == 200
    assert Touchpoint.objects.count() == 1


def test_an_empty_batch_is_fine(send: Send) -> None:
    assert send("/v1/batch", {"batch": []}).status_code == 200


def test_a_pixel_whose_address_holds_nul_is_an_event_or_a_rejection_and_no_fault(client: Client, secret: str) -> None:
    odd = {"writeKey": secret, "userId": "u-1"}
    assert client.get("/pixel/v1/track", {**odd, "event": "\x00"}).status_code == 200
    assert (
        client.get("/pixel/v1/track", {**odd, "event": "Mail\x00 opened", "properties.a": "\x00b"}).status_code == 200
    )
    row = Touchpoint.objects.get()
    assert (row.kind, row.properties["a"]) == ("mail_opened", "b")
    assert Rejection.objects.count() == 1


def test_a_pixel_in_a_mail_is_an_event(client: Client, secret: str) -> None:
    response = client.get(
        "/pixel/v1/track",
        query_params={"writeKey": secret, "userId": "u1", "event": "Mail opened", "properties.mail": "spring"},
    )
    assert response["Content-Type"] == "image/gif"
    assert Touchpoint.objects.get(kind="mail_opened").properties == {"mail": "spring"}


def test_what_a_client_counts_about_itself_is_not_kept(send: Send) -> None:
    assert send("/v1/m", {"series": []}).status_code == 200


def test_a_preflight_allows_what_it_asks_for(client: Client) -> None:
    asked = {"origin": "https://shop.example", "access-control-request-headers": "authorization,x-retry-count"}
    response = client.options("/v1/b", headers=asked)
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "https://shop.example"
    assert response["Access-Control-Allow-Headers"] == "authorization,x-retry-count"


def test_a_refusal_can_be_read_by_the_page_too(client: Client, db: None) -> None:
    response = client.post("/v1/t", "{", content_type="text/plain", headers={"origin": "https://shop.example"})
    assert response.status_code == 401
    assert response["Access-Control-Allow-Origin"] == "https://shop.example"


def test_two_arrivals_of_one_message_are_one_touchpoint(send: Send) -> None:
    for _ in range(2):
        assert send("/v1/batch", {"batch": [TRACK, {**TRACK, "messageId": "m2"}, TRACK]}).status_code == 200
    assert Touchpoint.objects.count() == 2


def test_events_without_a_message_id_are_known_by_what_they_say(send: Send) -> None:
    event = {"userId": "u1", "event": "Paid", "timestamp": "2026-01-02T03:04:05Z"}
    for said in (event, event, {**event, "properties": {"amount": 2}}):
        send("/v1/track", said)
    assert Touchpoint.objects.count() == 2


@pytest.mark.usefixtures("added")
def test_nothing_is_acknowledged_while_the_database_is_away(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def outage(**_: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(messages, "record", outage)
    response = send("/v1/track", TRACK)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "The database is away" in json.loads(response.content)["message"]


@pytest.mark.usefixtures("added")
def test_a_full_disk_is_called_by_its_name_and_told_to_the_log_once(
    send: Send, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(**_: Any) -> None:
        raise OperationalError("no room") from DiskFull("no room")

    monkeypatch.setattr(messages, "record", full)
    monkeypatch.setattr(outage, "_told_at", {})
    for _ in range(3):
        response = send("/v1/track", TRACK)
        assert response.status_code == 503
        assert "The disk of the database is full" in json.loads(response.content)["message"]
    assert [line.message for line in caplog.records] == ["The database takes nothing: no room"]


def test_a_limit_is_answered_with_when_to_come_again(
    send: Send, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVENTS_PER_S = 10
    assert send("/v1/batch", {"batch": [{**TRACK, "messageId": str(n)} for n in range(30)]}).status_code == 200
    response = send("/v1/batch", {"batch": [TRACK]})
    assert response.status_code == 429
    assert int(response["Retry-After"]) in {2, 3}
    later = monotonic() + int(response["Retry-After"])
    monkeypatch.setattr("heedful.api.events.auth.monotonic", lambda: later)
    assert send("/v1/batch", {"batch": [TRACK]}).status_code == 200


def test_a_batch_of_known_customers_costs_few_queries(send: Send, django_assert_max_num_queries: Any) -> None:
    def batch(start: int) -> dict[str, Any]:
        return {"batch": [{**TRACK, "userId": f"u{n % 7}", "messageId": str(start + n)} for n in range(100)]}

    send("/v1/batch", batch(0))
    with django_assert_max_num_queries(7):  # kinds and sources among them, which are remembered once a batch is kept
        send("/v1/batch", batch(100))
    assert Touchpoint.objects.count() == 200
    assert Identity.objects.count() == 7


def test_a_batch_of_identifies_costs_few_queries(send: Send, django_assert_max_num_queries: Any) -> None:
    people = [{"type": "identify", "userId": f"u{n}", "traits": {"plan": f"p{n}"}} for n in range(100)]
    with django_assert_max_num_queries(30):
        send("/v1/batch", {"batch": people})
    assert Identity.objects.count() == 100


def test_the_time_between_is_kept_when_a_clock_is_wrong(send: Send) -> None:
    event = {**TRACK, "timestamp": "2001-01-01T10:00:00Z"}
    send("/v1/batch", {"batch": [event], "sentAt": "2001-01-01T10:05:00Z"})
    row = Touchpoint.objects.get()
    assert abs(row.arrived_at - row.happened_at - timedelta(minutes=5)) < timedelta(seconds=1)
