"""The API by its nouns: the same operations and the same sentences as the pages."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from psycopg.errors import DiskFull

from heedful.act import cases
from heedful.act.models import Case, Cause, Note
from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Touchpoint
from heedful.kit.actor import SYSTEM
from heedful.understand.detection import Trouble
from tests.cast import NOON

type Ask = Callable[..., Any]


@pytest.fixture
def invitation(acme: Company, client: Client) -> Ask:
    """Send a request with a full key; returns (status, body)."""
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)

    def send(method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        response = client.generic(
            method,
            path,
            b"" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}", **headers},
        )
        return response.status_code, json.loads(response.content) if response.content else None

    return send


def test_a_program_cannot_write_kinds_that_are_heedfuls_own(invitation: Ask) -> None:
    batch = {"touchpoints": [touch("m1", kind="heedful_case_answered"), touch("m2", kind="case_answered")]}
    status, body = invitation("POST", "/api/touchpoints", batch)
    assert (status, body["taken"]) == (200, 1)
    assert "written by Heedful alone" in body["left_out"][0]["reason"]


def touch(message: str, **said: object) -> dict[str, object]:
    return {
        "message": message,
        "kind": "order_placed",
        "identities": [{"kind": "user_id", "value": "u1"}],
        "happened_at": "2026-03-01T10:00:00Z",
        **said,
    }


def test_touchpoints_come_in_and_are_read_on_the_timeline(invitation: Ask) -> None:
    batch = {"touchpoints": [touch("m1"), touch("m2", scores={"recommend": 4}), touch("m3", scores={"recommend": 40})]}
    status, body = invitation("POST", "/api/touchpoints", batch)
    assert (status, body["taken"]) == (200, 2)
    assert body["left_out"] == [{"position": 2, "reason": "recommend goes from 0 to 10, not 40."}]
    _, found = invitation("GET", "/api/customers?identity=u1")
    _, timeline = invitation("GET", f"/api/customers/{found['items'][0]['id']}/timeline")
    assert [item["scores"] for item in timeline["items"]] in ([None, {"recommend": 4}], [{"recommend": 4}, None])


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"properties": {"a": ["\ud83d"]}}, "Its properties hold half of a character."),
        ({"properties": {"\ud83d": 1}}, "Its properties hold half of a character."),
        ({"scores": {"recommend": 10**400}}, f"recommend goes from 0 to 10, not {'1' + 39 * '0'}."),
        ({"happened_at": "9999-12-31T23:59:59-12:00"}, "Its time is beyond the year 9999."),
        ({"happened_at": "0001-01-01T00:00:00+12:00"}, "Its time is before the year 1."),
    ],
    ids=["a value", "a name", "a score", "a late time", "an early time"],
)
def test_what_nobody_can_keep_is_left_out_with_the_reason_and_costs_the_others_nothing(
    invitation: Ask, said: dict[str, object], reason: str
) -> None:
    status, body = invitation(
        "POST", "/api/touchpoints", {"touchpoints": [touch("m1"), touch("m2", **said), touch("m3")]}
    )
    assert (status, body["taken"], body["left_out"]) == (200, 2, [{"position": 1, "reason": reason}])


def test_a_list_goes_on_where_its_cursor_says(invitation: Ask) -> None:
    invitation(
        "POST",
        "/api/touchpoints",
        {"touchpoints": [touch(f"m{n}", happened_at=f"2026-03-01T10:0{n}:00Z") for n in range(5)]},
    )
    pk = Customer.objects.get().pk
    seen, cursor = [], ""
    while cursor is not None:
        _, page = invitation("GET", f"/api/customers/{pk}/timeline?limit=2&cursor={cursor}")
        seen += [item["happened_at"] for item in page["items"]]
        cursor = page["next"]
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


def test_a_post_that_is_sent_twice_is_done_once(invitation: Ask) -> None:
    said = {
        "words": "We answer within a day",
        "standards": [{"form": "within", "from_kind": "a", "to_kind": "b", "within_s": 60}],
    }
    first = invitation("POST", "/api/promises", said, **{"Idempotency-Key": "k1"})
    assert first == invitation("POST", "/api/promises", said, **{"Idempotency-Key": "k1"})
    assert first[0] == 201
    assert len(invitation("GET", "/api/promises")[1]) == 1
    status, problem = invitation("POST", "/api/promises", {**said, "words": "Another"}, **{"Idempotency-Key": "k1"})
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


def test_one_key_at_two_addresses_is_not_one_request(invitation: Ask, alice: Customer, mira: Associate) -> None:
    one = trouble(alice)
    said = {"text": "Called twice"}
    assert invitation("POST", f"/api/cases/{one.pk}/notes", said, **{"Idempotency-Key": "k1"})[0] == 201
    status, problem = invitation("POST", f"/api/cases/{one.pk + 1}/notes", said, **{"Idempotency-Key": "k1"})
    assert (status, problem["code"]) == (422, "idempotency_key_reused")


def test_merges_are_made_and_taken_back(invitation: Ask, alice: Customer, bruno: Customer) -> None:
    status, made = invitation("POST", f"/api/customers/{alice.pk}/merges", {"with_customer": bruno.pk})
    assert status == 201
    assert invitation("GET", f"/api/customers/{bruno.pk}")[1]["id"] == made["person"]
    assert invitation("DELETE", f"/api/customers/{alice.pk}/merges/{made['id']}")[0] == 204
    assert invitation("GET", f"/api/customers/{bruno.pk}")[1]["id"] == bruno.pk


def test_a_join_is_read_with_its_reason_and_parted(invitation: Ask) -> None:
    said = touch("m-1", identities=[{"kind": "user_id", "value": "u1"}, {"kind": "phone", "value": "020 7946 0958"}])
    invitation("POST", "/api/touchpoints", {"touchpoints": [said]})
    assert invitation("GET", "/api/customers?q=020 7946 0959")[1]["items"] == []
    who = invitation("GET", "/api/customers?q=020 7946 0958")[1]["items"][0]["id"]
    join = invitation("GET", f"/api/customers/{who}/joins")[1][0]

    assert (join["message"], join["key"], join["file"], join["parted_at"]) == ("m-1", "Program", "", None)
    assert {join["a"]["value"], join["b"]["value"]} == {"u1", "+442079460958"}
    assert invitation("DELETE", f"/api/customers/{who}/joins/{join['id']}")[0] == 204
    assert invitation("DELETE", f"/api/customers/{who}/joins/{join['id']}")[0] == 422
    assert invitation("GET", f"/api/customers/{who}/joins")[1][0]["parted_at"] is not None


def test_a_case_is_read_noted_and_closed_and_not_closed_twice(
    invitation: Ask, alice: Customer, mira: Associate
) -> None:
    row = trouble(alice)
    assert invitation("POST", f"/api/cases/{row.pk}/notes", {"text": "Called twice"})[0] == 201
    status, whole = invitation("POST", f"/api/cases/{row.pk}/closure", {"outcome": "solved", "cause": a_cause()})
    assert (status, whole["is_open"], whole["notes"][0]["text"]) == (201, False, "Called twice")
    status, problem = invitation("POST", f"/api/cases/{row.pk}/closure", {"outcome": "solved", "cause": a_cause()})
    assert (status, problem["status"]) == (422, 422)
    assert invitation("DELETE", f"/api/cases/{row.pk}/closure", {"reason": "Not yet"})[1]["is_open"]


def test_a_case_brings_the_latest_notes_and_a_cursor_for_those_before(invitation: Ask, alice: Customer) -> None:
    row = trouble(alice)
    texts = [f"n{number}" for number in range(53)]
    Note.objects.bulk_create(Note(case=row, text=text, at=NOON + timedelta(seconds=n)) for n, text in enumerate(texts))

    _, whole = invitation("GET", f"/api/cases/{row.pk}")
    _, before = invitation("GET", f"/api/cases/{row.pk}/notes?cursor={whole['notes_next']}")
    _, heard = invitation("GET", f"/api/cases/{row.pk}/troubles")

    assert [note["text"] for note in whole["notes"]] == texts[3:]
    assert ([note["text"] for note in before["items"]], before["next"]) == (["n2", "n1", "n0"], None)
    assert (whole["troubles_next"], heard["items"]) == (None, whole["troubles"])


def a_cause() -> str:
    return Cause.objects.filter(is_active=True).first().slug  # type: ignore[union-attr]


def trouble(customer: Customer) -> Case:
    return cases.open_for_trouble(
        trouble=Trouble("test:1", customer.pk, 2, "A low score", NOON),
        by=SYSTEM,
        at=NOON,
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Basic d3Jvbmc6"}, 401),
    ],
)
def test_without_a_key_nothing_is_told(db: None, client: Client, headers: dict[str, str], status: int) -> None:
    response = client.get("/api/customers", headers=headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_key_that_reads_is_a_key_that_was_used(invitation: Ask) -> None:
    assert invitation("GET", "/api/customers")[0] == 200
    assert Key.objects.get().last_used_at is not None


def test_a_key_that_may_only_send_reads_nothing(acme: Company, client: Client) -> None:
    _, secret = keys.add(name="Shop", scope=Key.Scope.SEND, by=SYSTEM, at=NOON)
    assert client.get("/api/customers", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/customers/99999999999999999999", 404),
        ("/api/customers?cursor=nonsense", 422),
        ("/api/customers?limit=0", 422),
        ("/api/customers?q=%00", 200),
        ("/api/scores/loyalty", 422),
        ("/api/nothing", 404),
        ("/api/promises?period=7", 422),
        ("/api/promises?days=0", 422),
        ("/api/promises?days=30&from=2026-01-01T00:00:00Z", 422),
        ("/api/scores/recommend?from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z", 422),
        ("/api/scores/recommend?from=2026-02-01", 422),
        ("/api/feedback?since=2026-02-01T00:00:00Z", 422),
    ],
)
def test_bad_requests_are_answered_with_a_problem(invitation: Ask, path: str, status: int) -> None:
    assert invitation("GET", path)[0] == status


@pytest.mark.parametrize("said", [[1, 2], ["x", 1], ["0001-01-01T00:00:00+14:00", 1], ["2026-01-01", 1], [], {}, 1])
def test_a_cursor_that_somebody_made_up_is_a_problem(invitation: Ask, said: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    status, body = invitation("GET", f"/api/customers?cursor={cursor}")
    assert (status, body.get("code")) == (422, "cursor")


def test_a_body_beyond_the_limit_is_a_problem_and_no_line_in_the_log(
    invitation: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    status, body = invitation("POST", "/api/touchpoints", {"touchpoints": [touch("m1", verbatim="x" * 3_000_000)]})
    assert (status, body["code"], body["detail"]) == (413, "large", "A request may have 2.5 MB; send it in parts.")
    assert not caplog.records


def test_a_method_that_is_not_used_is_a_problem(client: Client, acme: Company) -> None:
    response = client.get("/api/touchpoints")
    assert (response.status_code, response.headers["Allow"], response.json()["status"]) == (405, "POST", 405)


def test_a_body_that_is_not_json_is_a_problem(invitation: Ask, client: Client) -> None:
    _, secret = keys.add(name="P", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)
    response = client.generic(
        "POST", "/api/touchpoints", b"{", content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
    )
    assert (response.status_code, response.json()["status"]) == (400, 400)
    assert not Touchpoint.objects.exists()


def test_somebody_logged_in_may_claim_and_a_key_may_not(
    invitation: Ask, alice: Customer, mira: Associate, client: Client
) -> None:
    row = trouble(alice)
    assert invitation("POST", f"/api/cases/{row.pk}/claim")[0] in (403, 422)
    client.force_login(mira)
    response = client.post(f"/api/cases/{row.pk}/claim")
    assert (response.status_code, response.json()["owner"]) == (200, "Mira")


@pytest.mark.parametrize(
    ("cause", "code", "words"),
    [(None, "away", "The database is away"), (DiskFull("no room"), "disk_full", "The disk of the database is full")],
)
def test_a_database_that_takes_nothing_is_a_problem_that_says_when_to_come_again(
    invitation: Ask, monkeypatch: pytest.MonkeyPatch, cause: Exception | None, code: str, words: str
) -> None:
    def refuse(**_: object) -> None:
        raise OperationalError("no") from cause

    monkeypatch.setattr(touchpoints, "record", refuse)
    status, body = invitation("POST", "/api/touchpoints", {"touchpoints": [touch("m1")]})
    assert (status, body["code"]) == (503, code)
    assert words in body["detail"]
