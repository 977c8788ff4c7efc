"""Feedback for programs: a reading is corrected, and the correction taken back."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates import keys
from heedful.associates.models import Company, Key
from heedful.customers import touchpoints
from heedful.customers.models import Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.understand import reading
from tests.cast import NOON

pytestmark = pytest.mark.django_db

type Ask = Callable[..., Any]


@pytest.fixture
def ask(acme: Company, client: Client) -> Ask:
    """Ask with a full key."""
    _, secret = keys.add(name="Shop", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)

    def asked(method: str, path: str, said: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = client.generic(
            method, path, json.dumps(said) if said else "", content_type="application/json", headers=headers
        )
        return answer.status_code, answer.json() if answer.content else None

    return asked


def test_a_program_corrects_a_reading_and_takes_it_back(ask: Ask) -> None:
    draft = TouchpointDraft(
        "survey_answered",
        timezone.now(),
        "a-1",
        identities=(("email", "alice@example.test"),),
        verbatim="The technician never came and nobody answers the phone, this is awful.",
    )
    touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=timezone.now())
    sheet = Feedback.objects.get()
    reading.through(reading.Work(at=timezone.now(), feedback=[sheet]))
    address = f"/api/feedback/{sheet.pk}/corrections"
    status, made = ask("POST", address, {"part": "sentiment", "value": "negative"})
    assert (status, made["feedback"], made["part"], made["value"]) == (201, sheet.pk, "sentiment", "negative")
    assert ask("GET", "/api/feedback")[1]["items"][0]["reading"]["sentiment"] == ""
    assert ask("POST", address, {"part": "sentiment", "value": "negative"})[0] == 422
    assert ask("POST", address, {"part": "colour", "value": "red"})[0] in (400, 422)
    assert ask("DELETE", f"{address}/{made['id']}") == (204, None)
    assert ask("GET", "/api/feedback")[1]["items"][0]["reading"]["sentiment"] == "negative"
    assert ask("DELETE", f"{address}/99999999999999999999")[0] == 404
