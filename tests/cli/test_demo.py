import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from heedful import demo
from heedful.act.cases import correspondence
from heedful.act.models import Case
from heedful.associates.models import Associate, Company
from heedful.customers.models import Consent, Customer, Feedback, Merge, Rejection, Touchpoint
from heedful.demo import alive, chapters, company, history
from heedful.kit.errors import Refused
from heedful.kit.postgres import Server
from heedful.listen.models import Invitation, Survey
from heedful.promise.models import Commitment, Promise, Standard
from heedful.understand.models import Reading
from tests.installations import new_database, pointed_to

pytestmark = pytest.mark.xdist_group("demo")

SMALL = 120
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
"""One and the same hour, for so small a company has not something of everything at each."""


@pytest.fixture(scope="module")
def filled(server: Server, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A small demo in a database of its own, filled once."""
    with new_database(server, name := f"demo_{os.getpid()}"):
        with pointed_to(name, django_db_blocker):
            assert demo.fill(now=NOW, customers=SMALL)
        yield name


@pytest.fixture
def wrenfield(filled: str, django_db_blocker: Any) -> Iterator[Company]:
    """The small demo as it was filled; what a test does to it is undone."""
    with pointed_to(filled, django_db_blocker), transaction.atomic():
        yield Company.objects.get()
        transaction.set_rollback(True)


def test_nobody_is_answered_of_whom_more_was_heard(wrenfield: Company) -> None:
    answered = Case.objects.open().filter(answered_at__isnull=False)
    assert answered.filter(flood_of=None).exists()
    assert [case for case in answered if correspondence.next_word_at(case, after=case.answered_at or NOW)] == []
    assert not Case.objects.filter(is_heard_again=True, answered_at__isnull=False).exists()


def test_the_same_number_is_the_same_life() -> None:
    assert chapters.life_of(10_007, now=NOW) == chapters.life_of(10_007, now=NOW)


def test_nothing_happens_after_now() -> None:
    told = [chapters.life_of(number, now=NOW) for number in range(10_000, 10_100)]
    assert max(draft.happened_at for life in told for draft in life.drafts) <= NOW
    assert max(asked.answered_at for life in told for asked in life.invitations if asked.answered_at) <= NOW


def test_customers_speak_for_themselves() -> None:
    told = [chapters.life_of(number, now=NOW) for number in range(10_000, 10_600)]
    said = [str(asked.answers["open"]) for life in told for asked in life.invitations if "open" in asked.answers]
    assert len(set(said)) > 0.6 * len(said)
    assert not [words for words in said if re.search(r"[{}]|  ", words)]


def test_the_demo_tells_the_story_of_such_a_company(wrenfield: Company) -> None:
    """Everything that a page shows is there, and what was said is read and judged."""
    assert {standard.form for standard in Standard.objects.all()} == {"within", "by_date", "score", "yes"}
    assert Promise.objects.active().count() >= 10
    assert Survey.objects.count() >= 6
    assert set(Commitment.objects.values_list("state", flat=True)) >= {"kept", "broken"}
    assert Reading.objects.count() == Feedback.objects.exclude(verbatim="").count() > 20
    assert Case.objects.filter(closed_at=None).exists()
    assert Case.objects.exclude(closed_at=None).exclude(cause="").exists()
    assert set(Invitation.objects.values_list("state", flat=True)) >= {"asked", "answered", "not_asked"}
    assert Merge.objects.exists()
    assert Consent.objects.filter(granted=False).exists()
    assert Rejection.objects.exists()
    assert Customer.objects.exclude(organisation=None).exists()


def test_the_demo_is_filled_once(wrenfield: Company) -> None:
    before = Customer.objects.count(), Touchpoint.objects.count(), Case.objects.count()
    assert not demo.fill(now=NOW, customers=SMALL)
    assert (Customer.objects.count(), Touchpoint.objects.count(), Case.objects.count()) == before
    assert [line.split()[0] for line in demo.logins()[1:]] == [company.address(name) for name, *_ in company.CAST]


def test_the_cast_comes_in_with_the_password_that_is_printed(wrenfield: Company, client: Client) -> None:
    password = demo.logins()[0].rpartition(" ")[2]
    assert client.login(username="mira@wrenfield.example", password=password)


def test_a_demo_that_was_stopped_on_the_way_says_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_work", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo.fill(now=NOW, customers=10)
    with pytest.raises(Refused, match="stopped before it was complete"):
        demo.fill(now=NOW, customers=10)


def test_customers_of_ones_own_are_left_alone(alice: Customer) -> None:
    assert not demo.fill(now=NOW, customers=10)
    assert "left out" in demo.logins()[0]
    demo.live_on(at=NOW)
    assert Customer.objects.count() == 1


def test_every_page_shows_the_demo(wrenfield: Company, as_: Callable[[Associate], Client]) -> None:
    client = as_(Associate.objects.get(email="ada@wrenfield.example"))
    case = Case.objects.filter(closed_at=None).first()
    assert case is not None
    person = case.customer.person_id
    addresses = [
        *map(reverse, ("desk:queue", "desk:cases", "desk:customers", "desk:promises", "desk:surveys")),
        *map(reverse, ("desk:feedback", "desk:topics", "board:board", "setup:index", "setup:keys", "setup:ledger")),
        reverse("desk:case", args=[case.pk]),
        *(reverse(f"desk:{page}", args=[person]) for page in ("customer", "customer_promises")),
        *(reverse("desk:promise", args=[slug]) for slug in Promise.objects.values_list("slug", flat=True)),
        reverse("board:scores", args=["recommend"]),
    ]
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_the_demo_lives_on(wrenfield: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alive, "HOURLY", dict.fromkeys(alive.HOURLY, 2_000))
    before = Touchpoint.objects.count(), Invitation.objects.filter(state="answered").count(), Customer.objects.count()
    at = NOW + timedelta(seconds=10)
    for _ in range(3):
        demo.live_on(at=at)
        at += timedelta(seconds=10)
    after = Touchpoint.objects.count(), Invitation.objects.filter(state="answered").count(), Customer.objects.count()
    assert all(now > then for now, then in zip(after, before, strict=True))


def test_after_a_pause_the_demo_catches_up_without_a_flood(wrenfield: Company) -> None:
    demo.live_on(at=NOW)
    before, at = Touchpoint.objects.count(), NOW + timedelta(days=30)
    open_ones = Commitment.objects.filter(state__in=["pending", "at_risk"]).count()
    assert not demo.fill(now=at, customers=SMALL)
    came = Touchpoint.objects.count() - before
    assert 0 < came <= alive.MOST_MISSED + 2 * open_ones
