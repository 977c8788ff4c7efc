"""A promise on the board: how often it was kept, against before, whom its breaking touched, and its open cases."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heedful.act import cases
from heedful.associates.models import Associate
from heedful.customers import people
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.promise import commitments
from heedful.promise.models import Promise
from heedful.promise.standards import StandardDraft
from heedful.prove import scorecards
from heedful.prove.periods import Period
from heedful.prove.scorecards import PromiseCard
from heedful.understand.detection import Trouble
from tests.promise.conftest import acme as acme
from tests.promise.shop import HOUR, MONDAY, make, tell

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
NOW = MONDAY + 60 * DAY
NINETY_DAYS_AGO = NOW - 90 * DAY + HOUR
"""At the same time of the clock: Berlin was not yet in summer."""
MONTH = Period(NOW - 30 * DAY, NOW + timedelta(seconds=1), "30 days")

pytestmark = pytest.mark.django_db


@pytest.fixture
def answer(casey: Associate) -> Promise:
    return make(casey, StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=4 * 3600))


def ask(who: str, at: datetime, *, answered: bool, worth: int | None = None) -> int:
    record = tell(who, "asked", at)
    if answered:
        tell(who, "answered", at + HOUR)
    if worth is not None:
        people.describe(facts={record: {"value": ({"amount": str(worth), "currency": "EUR"}, at)}})
    commitments.evaluate_people([record], at=NOW)
    return record


def card(promise: Promise) -> PromiseCard:
    return scorecards.card(promise=promise, period=MONTH, at=NOW)


def test_the_walk_is_what_was_due_in_the_period_against_the_time_before(answer: Promise) -> None:
    for number, (days, kept) in enumerate([(1, True), (2, True), (3, True), (4, False), (31, True), (32, False)]):
        ask(f"c{number}", NOW - days * DAY, answered=kept)
    found = card(answer)
    assert (found.kept, found.due, found.open, found.cases) == (3, 4, 0, 0)
    assert found.attainment is not None
    assert found.attainment_before is not None
    assert found.change is not None
    assert (found.attainment.value, found.attainment_before.value, found.attainment_before.n) == (0.75, 0.5, 2)
    assert found.change.value == 0.25


def test_what_is_undecided_is_open_and_not_due(answer: Promise) -> None:
    ask("waits", NOW - HOUR, answered=False)
    ask("waits long", NOW - 3.5 * HOUR, answered=False)
    found = card(answer)
    assert (found.kept, found.due, found.open, found.attainment) == (0, 0, 2, None)


def test_worth_is_of_each_person_once_whom_it_was_broken_for_in_the_last_ninety_days(answer: Promise) -> None:
    for days in (1, 2):
        ask("twice", NOW - days * DAY, answered=False, worth=100)
    ask("once", NOW - 50 * DAY, answered=False, worth=10)
    ask("kept", NOW - DAY, answered=True, worth=1_000)
    ask("no value", NOW - DAY, answered=False)
    worth = card(answer).worth
    assert (worth.customers, worth.amount) == (3, Decimal(110))
    assert (worth.period.since, worth.period.until) == (NINETY_DAYS_AGO, NOW + timedelta(seconds=1))


def test_two_records_of_one_person_are_touched_as_one(answer: Promise) -> None:
    first, second = (ask(who, NOW - DAY, answered=False, worth=50) for who in ("home", "work"))
    a, b = (Customer.objects.get(pk=pk) for pk in (first, second))
    people.merge(a=a, b=b, by=SYSTEM, at=NOW)
    assert card(answer).worth.customers == 1


def test_open_cases_are_counted_once_however_often_it_was_broken_in_them(answer: Promise, casey: Associate) -> None:
    def trouble(customer: int, name: str, promise: int | None = answer.pk) -> Trouble:
        return Trouble(name, customer=customer, severity=2, what="Broken", happened_at=NOW, promise=promise)

    twice, closed, other = (ask(who, NOW - DAY, answered=False) for who in ("twice", "closed", "other"))
    for name in ("a", "b"):
        cases.open_for_trouble(trouble=trouble(twice, name), by=SYSTEM, at=NOW)
    done = cases.open_for_trouble(trouble=trouble(closed, "c"), by=SYSTEM, at=NOW)
    cases.close(case=done, outcome="solved", cause="late", by=SYSTEM, at=NOW)
    cases.open_for_trouble(trouble=trouble(other, "d", None), by=SYSTEM, at=NOW)
    assert card(answer).cases == 1


def test_what_touches_the_most_value_is_first_then_what_was_broken_most(answer: Promise, casey: Associate) -> None:
    call = make(
        casey, StandardDraft(form="within", from_kind="rang", to_kind="called", within_s=3600), words="We call back"
    )
    quiet = make(casey, StandardDraft(form="within", from_kind="x", to_kind="y", within_s=3600), words="A quiet one")
    commitments.evaluate_people([tell("small", "rang", NOW - DAY)], at=NOW)
    ask("big", NOW - DAY, answered=False, worth=100)
    assert [one.promise for one in scorecards.cards(period=MONTH, at=NOW)] == [answer, call, quiet]


def test_a_period_begins_with_the_first_moment_and_what_was_before_it_is_in_the_one_before(answer: Promise) -> None:
    due = MONTH.since - 4 * HOUR
    for who, at in (("first", due), ("before", due - MOMENT), ("first before", due - 30 * DAY)):
        ask(who, at, answered=False)
    ask("too early", due - 30 * DAY - timedelta(seconds=1) - MOMENT, answered=False)
    found = card(answer)
    assert found.attainment_before is not None
    assert (found.due, found.attainment_before.n) == (1, 2)


def test_worth_is_of_what_was_broken_ninety_days_ago_and_of_nothing_earlier(answer: Promise) -> None:
    edge = NINETY_DAYS_AGO - 4 * HOUR
    ask("just", edge, answered=False, worth=7)
    ask("earlier", edge - MOMENT, answered=False, worth=11)
    assert (card(answer).worth.customers, card(answer).worth.amount) == (1, Decimal(7))


def test_each_promise_has_its_own_walk_and_open_cases(answer: Promise, casey: Associate) -> None:
    call = make(casey, StandardDraft(form="within", from_kind="rang", to_kind="called", within_s=3600), words="We ring")
    ask("a", NOW - DAY, answered=True)
    record = tell("b", "rang", NOW - DAY)
    commitments.evaluate_people([record], at=NOW)
    trouble = Trouble("a", customer=record, severity=2, what="Broken", happened_at=NOW, promise=call.pk)
    cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=NOW)
    found = {one.promise.pk: (one.kept, one.due, one.cases) for one in scorecards.cards(period=MONTH, at=NOW)}
    assert found == {answer.pk: (1, 1, 0), call.pk: (0, 1, 1)}


def test_the_question_that_decides_says_nothing_more_of_how_it_felt_and_is_left_out_where_nobody_looks(
    casey: Associate,
) -> None:
    promise = make(casey, StandardDraft(form="score", from_kind="visit", question="satisfaction", at_least=4))
    said: dict[str, Any] = {"scores": {"satisfaction": 5, "ease": 6}, "subject": "visit"}
    commitments.evaluate_people([tell("ann", "visit", NOW - DAY, **said)], at=NOW)
    found = card(promise)
    assert ([one.question for one in found.experience], found.kept) == (["ease"], 1)
    (bare,) = scorecards.cards(period=MONTH, at=NOW, with_experience=False)
    assert (bare.experience, bare.gap, bare.kept) == ([], None, 1)
