"""An organisation's page, and how it is found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer, Organisation
from heedful.promise.models import Commitment, Promise, Standard
from tests.cast import NOON
from tests.web.desk import opened, say

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]


@pytest.fixture
def bakery(alice: Customer, bruno: Customer) -> Organisation:
    row = Organisation.objects.create(external_id="org-7", name="Hill Bakery", created_at=NOON)
    Customer.objects.filter(pk=alice.pk).update(organisation=row, value_amount=900, value_currency="GBP")
    return row


def page(client: Client, row: Organisation) -> str:
    return say(client.get(f"/customers/organisations/{row.pk}"))


def promised(customer: Customer, *states: str) -> None:
    promise = Promise.objects.create(slug="quick", words="We are quick.", made_at=NOON)
    standard = Standard.objects.create(promise=promise, form="yes")
    for number, state in enumerate(states):
        Commitment.objects.create(
            standard=standard, promise=promise, customer=customer, opened_by=number, started_at=NOON, counts_at=NOON,
            state=state,
        )  # fmt: skip


def test_the_page_shows_its_customers_their_worth_and_what_they_said(
    as_: As, mira: Associate, bakery: Organisation
) -> None:
    shown = page(as_(mira), bakery)
    assert "Hill Bakery" in shown
    assert "alice@example.test" in shown
    assert "£900" in shown
    assert "Nobody came." in shown
    assert "bruno@example.test" not in shown


def test_values_in_two_currencies_are_not_added_up(
    as_: As, mira: Associate, bakery: Organisation, bruno: Customer
) -> None:
    Customer.objects.filter(pk=bruno.pk).update(organisation=bakery, value_amount=80, value_currency="EUR")
    shown = page(as_(mira), bakery)
    assert "£900" in shown
    assert "€80" in shown


def test_open_cases_are_those_of_its_customers_alone(
    as_: As, mira: Associate, care: Team, bakery: Organisation, alice: Customer, bruno: Customer
) -> None:
    opened(alice, "feedback:7", what="Wants to leave")
    opened(bruno, "feedback:8", what="Was charged twice")
    closed = opened(alice, "feedback:9")
    assert Case.objects.count() == 2
    assert closed.title == "Satisfaction: 2 of 5", "the latest of what weighs most"
    shown = page(as_(mira), bakery)
    assert closed.title in shown
    assert "Was charged twice" not in shown
    clock = shown.partition("case-clock")[2].partition("</td>")[0]
    assert "ue <time" in clock, "how long somebody may take stands beside each"


def test_promises_are_counted_kept_of_due_and_still_open(
    as_: As, mira: Associate, bakery: Organisation, alice: Customer
) -> None:
    promised(alice, "kept", "kept", "broken", "at_risk")
    shown = page(as_(mira), bakery)
    assert "66.7 %" in shown
    row = shown.partition("We are quick.")[2].partition("</tr>")[0]
    assert [cell.partition("<")[0] for cell in row.split('">')[1:]] == ["2", "3", "1"]


def test_an_organisation_of_which_nothing_is_known_says_so(as_: As, mira: Associate, acme: object) -> None:
    shown = page(as_(mira), Organisation.objects.create(external_id="org-9", created_at=NOON))
    for words in ("org-9", "Nobody is known", "No case is open", "Nothing was promised", "None of them has told us"):
        assert words in shown


def test_it_takes_as_many_queries_for_many_customers_as_for_one(
    as_: As, mira: Associate, care: Team, bakery: Organisation, alice: Customer, django_assert_num_queries: Any
) -> None:
    client = as_(mira)
    opened(alice, "feedback:7")
    with django_assert_num_queries(4):
        page(client, bakery)
    for number in range(20):
        at = NOON - timedelta(days=number)
        row = Customer.objects.create(
            organisation=bakery, first_seen_at=at, last_seen_at=at, own_first_at=at, own_last_at=at
        )
        Customer.objects.filter(pk=row.pk).update(person=row)
        row.refresh_from_db()
        opened(row, f"feedback:{number + 100}")
    # those who are new among the words and cases, and those who are new in the list, are counted once each
    with django_assert_num_queries(4):
        page(client, bakery)


@pytest.mark.parametrize("words", ["bakery", "HILL", "org-7"])
def test_the_search_finds_the_organisation(as_: As, mira: Associate, bakery: Organisation, words: str) -> None:
    assert f'href="/customers/organisations/{bakery.pk}"' in say(as_(mira).get(f"/customers?q={words}"))


def test_the_search_by_an_organisations_name_finds_its_customers(
    as_: As, mira: Associate, bakery: Organisation
) -> None:
    shown = say(as_(mira).get("/customers?q=bakery"))
    assert "alice@example.test" in shown
    assert "bruno@example.test" not in shown


def test_a_customers_page_leads_to_the_organisation(
    as_: As, mira: Associate, bakery: Organisation, alice: Customer
) -> None:
    assert f'href="/customers/organisations/{bakery.pk}"' in say(as_(mira).get(f"/customers/{alice.pk}"))


@pytest.mark.parametrize("path", ["/cases", "/feedback"])
def test_a_list_is_of_one_organisation_alone(
    as_: As, mira: Associate, bakery: Organisation, path: str, alice: Customer, bruno: Customer
) -> None:
    other = Organisation.objects.create(external_id="org-8", name="Mill", created_at=NOON)
    Customer.objects.filter(pk=bruno.pk).update(organisation=other)
    opened(alice, "feedback:7")
    client = as_(mira)
    assert f"{path}?organisation={bakery.pk}" in page(client, bakery).replace("&amp;", "&")
    ours = client.get(path, {"organisation": str(bakery.pk), "show": "all"})
    theirs = client.get(path, {"organisation": str(other.pk), "show": "all"})
    assert (ours.context["page"].total, theirs.context["page"].total) == (1, 0)
    assert "Organisation: Hill Bakery" in say(ours)


@pytest.mark.parametrize("said", ["", "x", "²", "9" * 30])
def test_an_organisation_that_is_none_is_no_breakdown(
    as_: As, mira: Associate, bakery: Organisation, said: str
) -> None:
    assert {as_(mira).get(path, {"organisation": said}).status_code for path in ("/cases", "/feedback")} == {200}
