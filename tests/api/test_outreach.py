"""Programs open cases and write to customers, and read what left and what did not."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates import keys
from heedful.associates.models import Company, Key
from heedful.courier.carriers import smtp
from heedful.courier.models import Mail, OutboxItem, Sending
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from tests.cast import NOON
from tests.work import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(acme: Company, client: Client) -> Client:
    """Somebody with a full key."""
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client


def post(client: Client, path: str, body: object) -> tuple[int, Any]:
    response = client.post(path, json.dumps(body), content_type="application/json")
    return response.status_code, json.loads(response.content)


def test_a_case_is_opened_written_on_and_answered_when_the_mail_left(program: Client, bruno: Customer) -> None:
    status, case = post(program, "/api/cases", {"customer": bruno.pk, "reason": "The line is dead.", "cause": "late"})
    assert (status, case["title"], case["cause"], case["priority"]) == (201, "The line is dead.", "late", 2)

    address = f"/api/customers/{bruno.pk}/mails"
    status, no = post(program, address, {"subject": "Your line", "text": "We come on [date]."})
    assert (status, no["code"]) == (422, "gap")
    mail = {"subject": "Your line", "text": "We come on [date].", "with_gaps": ["[date]"]}
    status, written = post(program, address, mail)
    assert (status, written["state"], written["left_at"]) == (201, "kept", None)
    whole = program.get(f"/api/cases/{case['id']}").json()
    assert (whole["answered_at"], whole["first_act_at"], whole["is_heard_again"]) == (None, None, False)

    left_at = timezone.now()
    OutboxItem.objects.update(state=Sending.SENT, sent_at=left_at)
    smtp.events.sent(Mail.objects.get(), left_at)
    work()
    whole = program.get(f"/api/cases/{case['id']}").json()
    assert whole["answered_at"] == whole["first_act_at"] == whole["notes"][0]["left_at"]
    assert whole["notes"][0]["state"] == "sent"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/cases", {"customer": 999_999, "reason": "Hm"}, 404),
        ("/api/cases", {"customer": 1, "reason": ""}, 400),
        ("/api/cases", {"customer": 1, "reason": "Hm", "severity": 4}, 400),
        ("/api/customers/999999/mails", {"subject": "Hi", "text": "Hi"}, 404),
    ],
)
def test_what_cannot_be_begun_is_refused(program: Client, path: str, body: dict[str, Any], status: int) -> None:
    assert post(program, path, body)[0] in (status, 422 if status == 400 else status)
    assert Mail.objects.count() == 0
