"""Promises by the API: a program says all that a page can say, and is refused in the same sentences."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key
from heedful.kit.actor import SYSTEM
from heedful.promise import calendars
from heedful.promise.models import Promise
from tests.cast import NOON

type Post = Callable[..., tuple[int, Any]]
YES: dict[str, Any] = {"form": "yes", "from_kind": "billed", "property": "as_quoted"}


@pytest.fixture
def post(acme: Company, client: Client) -> Post:
    """Promise something with a full key; returns (status, body)."""
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)

    def send(**said: Any) -> tuple[int, Any]:
        response = client.post(
            "/api/promises",
            json.dumps({"words": "We care", "standards": [YES], **said}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
        return response.status_code, json.loads(response.content)

    return send


def test_a_program_says_for_whom_whose_and_how_bad(post: Post, mira: Associate) -> None:
    status, body = post(
        owner="MIRA@acme.test",
        severity=3,
        audience={"plan": ["gold", "platinum"], "country": ["DE"]},
        stated_expectation={"ease": 6, "satisfaction": 4},
        counter_measure="We call first.",
    )
    assert status == 201
    made = Promise.objects.get()
    assert (made.owner, made.severity, made.counter_measure) == (mira, 3, "We call first.")
    assert made.audience == body["audience"] == {"plan": ["gold", "platinum"], "country": ["DE"]}
    assert made.stated_expectation == body["stated_expectation"] == {"ease": 6, "satisfaction": 4}
    assert (body["owner"], body["severity"]) == (mira.name, 3)


def test_a_program_counts_by_a_calendar_and_lets_cases_run_by_a_promise(post: Post, acme: Company) -> None:
    week = {"mon": [["09:00", "17:00"]]}
    office = calendars.add(name="Office", time_zone="UTC", week=week, by=SYSTEM, at=NOON)
    unit = {"form": "within", "from_kind": "asked", "to_kind": "answered", "within_days": 2, "at_risk_share": 0.5}
    status, body = post(standards=[{**unit, "calendar": "office"}], is_case_clock=True)
    assert (status, body["standards"]) == (201, ["From asked to answered within 2 working days"])
    made = Promise.objects.get()
    standard = made.standards.get()
    assert (made.is_case_clock, standard.calendar, standard.at_risk_share) == (True, office, 0.5)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"owner": "nobody@acme.test"}, "No associate has the address nobody@acme.test."),
        ({"standards": [{**YES, "calendar": "Nights"}]}, "There is no calendar called Nights."),
        ({"audience": {"plan": []}}, "at least one value"),
        ({"audience": {"pl\0an": ["gold"]}}, "NUL"),
        ({"audience": {"plan": ["go\0ld"]}}, "NUL"),
        ({"stated_expectation": {"ease": 9}}, "ease goes from 1 to 7"),
        ({"severity": 4}, "severity"),
        ({"standards": [{**YES, "form": "someday"}]}, "form"),
        ({"is_case_clock": True}, "needs a time"),
    ],
)
def test_what_cannot_be_promised_is_refused_and_nothing_is_kept(
    post: Post, said: dict[str, Any], sentence: str
) -> None:
    status, body = post(**said)
    assert status == 422
    assert sentence in json.dumps(body)
    assert not Promise.objects.exists()
