"""Open pages of a customer hear of what came in for that person, and nobody is told of each of many."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit import live
from heedful.kit.actor import SYSTEM
from heedful.promise import promises, standards
from heedful.promise.models import Commitment
from tests.cast import NOON, arrived, make_promise
from tests.work import work

type As = Callable[[Associate], Client]


@pytest.fixture
def told(acme: object) -> Any:
    """What open pages are told from now on: (topic, id)."""
    heard: list[tuple[object, ...]] = []
    with patch.object(live, "publish", lambda *words: heard.append(words)):
        yield heard


def say(*names: str) -> None:
    drafts = [TouchpointDraft("said", NOON, f"s-{name}", (("user_id", name),), verbatim="Hello") for name in names]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=NOON)


def test_feedback_is_told_to_the_person_s_page(alice: Customer, bruno: Customer, told: Any) -> None:
    people.merge(a=alice, b=bruno, by=SYSTEM, at=NOON)
    told.clear()

    arrived("bruno@example.test", TouchpointDraft("said", NOON, "n-1", verbatim="Thanks"))

    assert told == [("customer", min(alice.pk, bruno.pk))]


def test_what_is_not_feedback_is_told_to_nobody(alice: Customer, told: Any) -> None:
    arrived("alice@example.test", TouchpointDraft("page", NOON, "n-1"))

    assert told == []


@pytest.mark.parametrize(("names", "count"), [("abcde", 5), ("abcdef", 0)])
def test_few_are_told_and_many_are_not(told: Any, names: str, count: int) -> None:
    say(*names)

    assert len(told) == count


def test_a_promise_that_flips_is_told_to_whom_it_was_made(alice: Customer, told: Any) -> None:
    now = timezone.now()
    draft = standards.StandardDraft(form="within", from_kind="ordered", to_kind="delivered", within_s=3600)
    make_promise(wording=promises.Wording(words="Within an hour"), standards=[draft], by=SYSTEM, at=now)
    work()
    told.clear()

    arrived("alice@example.test", TouchpointDraft("ordered", now - timedelta(hours=2), "o-1"))
    work()

    assert ("customer", alice.pk) in told
    assert Commitment.objects.get().state == "broken"


def test_the_page_listens_for_its_customer_and_brings_timeline_and_panel_anew(
    as_: As, mira: Associate, alice: Customer
) -> None:
    client = as_(mira)
    page = client.get(f"/customers/{alice.pk}").content.decode()
    arrived("alice@example.test", TouchpointDraft("said", NOON, "n-1", verbatim="Better now", channel="chat"))

    fragment = client.get(f"/customers/{alice.pk}", headers={"HX-Request": "true"}).content.decode()

    assert f"topics=cases,customer:{alice.pk}" in page
    assert f"sse:customer:{alice.pk}" in page
    assert fragment.count("Better now") == 2
    assert 'hx-swap-oob="innerHTML:#customer"' in fragment
    assert "<main" not in fragment
    assert "hx-swap-oob" not in page
