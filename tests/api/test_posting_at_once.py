"""A POST that is sent twice at the same moment is done once, and both are given its answer."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from heedful.act import cases
from heedful.act.models import Note
from heedful.associates import keys
from heedful.associates.models import Associate, Company, Key
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry, IdempotentReply
from heedful.understand.detection import Trouble
from tests.cast import NOON
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

type Post = Callable[[str, str, str], Callable[[], tuple[int, Any]]]


@pytest.fixture
def post(acme: Company) -> Post:
    """Make a request that can be sent from a thread, with a connection of its own."""
    _, secret = keys.add(name="Program", scope=Key.Scope.FULL, by=SYSTEM, at=NOON)

    def request(path: str, text: str, key: str) -> Callable[[], tuple[int, Any]]:
        def send() -> tuple[int, Any]:
            headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": key}
            body = json.dumps({"text": text})
            response = Client().post(path, body, content_type="application/json", headers=headers)
            return response.status_code, response.json()

        return send

    return request


@pytest.fixture
def notes(alice: Customer, mira: Associate) -> str:
    trouble = Trouble("feedback:1", alice.pk, 2, "Would recommend: 3 of 10", NOON)
    return f"/api/cases/{cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=NOON).pk}/notes"


def test_all_are_given_the_answer_of_the_one_that_was_done(post: Post, notes: str) -> None:
    for turn in range(4):
        sent: Any = at_once(*[post(notes, "She called.", f"key-{turn}")] * 4)
        assert sent == [(201, sent[0][1])] * 4
        assert Note.objects.count() == turn + 1
    assert Entry.objects.filter(kind="CaseNoted").count() == IdempotentReply.objects.count() == 4


def test_of_two_requests_with_one_key_one_is_done_and_the_other_refused(post: Post, notes: str) -> None:
    sent: Any = at_once(post(notes, "She called.", "k"), post(notes, "She wrote.", "k"))
    assert sorted(status for status, _ in sent) == [201, 422]
    assert Note.objects.count() == 1


def test_a_refusal_is_no_answer_so_that_the_next_may_do_it(post: Post, notes: str) -> None:
    sent: Any = at_once(*[post(notes, " ", "k")] * 3)
    assert {status for status, _ in sent} == {422}
    assert not IdempotentReply.objects.exists()
    assert post(notes, "She called.", "k")()[0] == 201
