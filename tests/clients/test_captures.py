"""What nine real clients sent, word for word, is taken: no event is lost, and none is counted twice."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from heedful.api.events import auth, company_cache
from heedful.associates import keys
from heedful.associates.models import Key
from heedful.customers import identities, kinds
from heedful.customers.models import Customer, Identity, Organisation, Rejection, Touchpoint

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.json"))
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HAPPENINGS = {"track", "page", "screen"}


@pytest.fixture(autouse=True)
def _nothing_remembered(db: None) -> None:
    for memory in (auth, company_cache, identities, kinds):
        memory.forget()


def read(path: Path) -> list[dict[str, Any]]:
    requests: list[dict[str, Any]] = json.loads(path.read_text())["requests"]
    return requests


def keys_in(requests: list[dict[str, Any]]) -> set[str]:
    """The write keys that the recorded client showed."""
    found = set()
    for request in requests:
        for name, value in request["headers"]:
            if name.lower() == "authorization":
                found.add(base64.b64decode(value.split()[1]).decode().removesuffix(":"))
        found |= {request["json"]["api_key"]} if "api_key" in (request["json"] or {}) else set()
        if request["path"].endswith("/settings"):
            found.add(request["path"].split("/")[-2])
    return found


def add(secret: str) -> Key:
    return Key.objects.create(name=secret, prefix=secret[:9], digest=keys.digest(secret), created_at=NOON)


def replay(client: Client, request: dict[str, Any]) -> Any:
    headers = {name.lower(): value for name, value in request["headers"]}
    body = base64.b64decode(request["raw_body_base64"])
    content_type = headers.pop("content-type", "")
    return client.generic(request["method"], request["path"], body, content_type, headers=headers)


def events(requests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The recorded events by message id."""
    found = [
        event for request in requests if request["json"] for event in request["json"].get("batch") or [request["json"]]
    ]
    return {event.get("messageId") or event["uuid"]: event for event in found}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_recorded_request_is_taken_and_every_event_counted_once(path: Path, client: Client) -> None:
    requests = read(path)
    for secret in keys_in(requests):
        add(secret)
    for request in requests:
        response = replay(client, request)
        assert response.status_code in {200, 204}, response.content
        if request["method"] == "POST":
            assert json.loads(response.content) == {"success": True}
    sent = events(requests)
    happened = [event for event in sent.values() if event.get("type") in HAPPENINGS or "distinct_id" in event]
    happened = [event for event in happened if event.get("event") != "$set"]
    assert Touchpoint.objects.count() == len(happened)
    assert not Rejection.objects.exists()
    assert Identity.objects.filter(kind="user_id", value="user-1").exists() == ("user-1" in path.read_text())


@pytest.mark.parametrize("name", ["segpy_ok", "segnode_ok", "segnext_standard", "segbrowser_standard", "rudpy_ok"])
def test_who_it_was_is_known_from_what_a_client_sent(name: str, client: Client) -> None:
    requests = read(Path(__file__).parent / "captures" / f"{name}.json")
    for secret in keys_in(requests):
        add(secret)
    for request in requests:
        replay(client, request)
    person = Identity.objects.get(kind="user_id", value="user-1").customer.person
    assert person is not None
    assert person.email == "ana@example.com"
    assert person.organisation == Organisation.objects.get(external_id="acct-9")
    assert {row.value for row in Identity.objects.filter(customer__person=person)} >= {"user-1", "anon-7"}
    order = Touchpoint.objects.get(kind="order_completed")
    assert order.properties["order_id"] == "o-1"
    assert Customer.objects.get(pk=order.customer_id).person_id == person.pk


def test_a_retried_request_changes_nothing(client: Client) -> None:
    requests = read(Path(__file__).parent / "captures" / "segnode_ok.json")
    add("WRITEKEY_segnode")
    replay(client, requests[0])
    before = list(Touchpoint.objects.order_by("pk").values()), list(Customer.objects.order_by("pk").values())
    replay(client, requests[0])
    assert (list(Touchpoint.objects.order_by("pk").values()), list(Customer.objects.order_by("pk").values())) == before


def test_a_page_in_a_browser_may_read_every_answer(client: Client) -> None:
    requests = read(Path(__file__).parent / "captures" / "rudbrowser_retry.json")
    add("WRITEKEY_rudweb")
    for request in requests:
        headers = {name.lower(): value for name, value in request["headers"]}
        response = replay(client, request)
        assert response["Access-Control-Allow-Origin"] == headers["origin"]
        if asked := headers.get("access-control-request-headers"):
            assert response["Access-Control-Allow-Headers"] == asked
            assert "POST" in response["Access-Control-Allow-Methods"]


def test_a_client_that_asks_where_to_send_is_told(client: Client) -> None:
    add("web")
    said = client.get("/v1/projects/web/settings").json()
    assert said["integrations"]["Segment.io"]["apiHost"] == "testserver/v1"
    said = client.get("/sourceConfig/?writeKey=web").json()
    assert (said["source"]["enabled"], said["source"]["writeKey"]) == (True, "web")
    assert client.get("/v1/projects/other/settings").status_code == 401
