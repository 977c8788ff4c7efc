"""Gaps: what was found, less what the same person expected."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.customers import people
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.promise import commitments, gaps
from heedful.promise.models import Promise
from heedful.promise.standards import StandardDraft
from tests.promise.shop import HOUR, MONDAY, make, tell

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WINDOW: dict[str, Any] = {"since": MONDAY, "until": MONDAY + 60 * DAY}


def score(who: str, question: str, value: int, at: Any, **more: Any) -> int:
    said = {"scores": {question: value}, "subject": f"{who} {question} {at}", **more}
    return tell(who, "survey_answered", at, message=f"{who} {question} {at}", **said)


def test_experience_is_compared_with_the_nearest_earlier_expectation_of_the_same_person(acme: Any) -> None:
    score("ann", "expected.ease", 7, MONDAY)
    score("ann", "expected.ease", 5, MONDAY + DAY)
    score("ann", "ease", 3, MONDAY + 2 * DAY, stage="onboarding")
    score("ann", "expected.ease", 1, MONDAY + 3 * DAY)
    score("bea", "expected.ease", 6, MONDAY)
    score("cleo", "ease", 6, MONDAY + DAY, stage="onboarding")
    found = gaps.by(key="stage", question="ease", **WINDOW)
    assert [(row.key, row.expected, row.experience, row.gap, row.n) for row in found] == [("onboarding", 5, 3, -2, 1)]


def test_a_gap_belongs_to_the_month_that_it_was_where_the_company_is(acme: Any) -> None:
    """Berlin is two hours ahead from the last Sunday of March on."""
    april = datetime(2026, 3, 31, 22, tzinfo=UTC)
    for value, at in ((3, april - timedelta(microseconds=1)), (5, april)):
        score("ann", "ease", value, at)
    found = gaps.by(key="month", question="ease", stated=4, **WINDOW)
    assert [(row.key, row.experience) for row in found] == [("2026-03", 3), ("2026-04", 5)]


def test_what_the_promise_states_is_expected_where_nobody_was_asked(acme: Any) -> None:
    score("ann", "expected.ease", 5, MONDAY)
    score("ann", "ease", 6, MONDAY + DAY)
    score("bea", "ease", 4, MONDAY + DAY)
    found = gaps.by(key="kind", question="ease", stated=7, **WINDOW)
    assert [(row.key, row.gap) for row in found] == [("survey_answered", 1), ("survey_answered", -3)]


def test_what_one_record_of_a_person_expected_counts_for_the_other(acme: Any) -> None:
    ann, anna = score("ann", "expected.ease", 6, MONDAY), score("anna", "ease", 4, MONDAY + DAY)
    assert gaps.by(key="stage", question="ease", **WINDOW) == []
    people.merge(a=Customer.objects.get(pk=ann), b=Customer.objects.get(pk=anna), by=SYSTEM, at=MONDAY + 2 * DAY)
    assert [row.gap for row in gaps.by(key="stage", question="ease", **WINDOW)] == [-2]


@pytest.fixture
def felt(casey: Associate) -> Promise:
    """Kept to Ann, broken to Bea, not yet due to Cleo; all of them say how they feel, Ann much later once more."""
    draft = StandardDraft(form="within", from_kind="asked", to_kind="answered", within_s=3600)
    promise = make(casey, draft, stated_expectation={"satisfaction": 4})
    who = [tell("ann", "asked", MONDAY), tell("bea", "asked", MONDAY), tell("cleo", "asked", MONDAY + 5 * DAY)]
    tell("ann", "answered", MONDAY + HOUR)
    commitments.evaluate_people(who, at=MONDAY + 5 * DAY)
    for name, value in (("ann", 5), ("bea", 2), ("cleo", 3)):
        score(name, "satisfaction", value, MONDAY + DAY)
    score("ann", "satisfaction", 1, MONDAY + 40 * DAY)
    return promise


def test_a_promise_is_experience_question_those_to_whom_it_was_kept_or_broken_lately(felt: Promise) -> None:
    found = gaps.after(promises=[felt], questions=["satisfaction"], **WINDOW)
    assert [(one.state, one.experience, one.n, one.times) for one in found] == [("broken", 2, 1, 1), ("kept", 5, 1, 1)]


def test_the_gap_of_a_promise_is_against_what_it_states(felt: Promise) -> None:
    found = gaps.after(promises=[felt], questions=["satisfaction"], **WINDOW)
    assert [(one.state, one.expected, one.gap) for one in found] == [("broken", 4, -2), ("kept", 4, 1)]


def test_what_somebody_said_to_expect_comes_before_what_the_promise_states(felt: Promise) -> None:
    score("ann", "expected.satisfaction", 2, MONDAY)
    found = gaps.after(promises=[felt], questions=["expected.satisfaction", "satisfaction"], **WINDOW)
    assert [(one.state, one.expected, one.gap) for one in found] == [("broken", 4, -2), ("kept", 2, 3)]


def test_an_answer_of_another_record_of_the_person_belongs_to_the_promise_too(felt: Promise) -> None:
    other = score("beatrix", "ease", 3, MONDAY + DAY)
    assert gaps.after(promises=[felt], questions=["ease"], **WINDOW) == []
    people.merge(
        a=Customer.objects.get(pk=_record("bea")),
        b=Customer.objects.get(pk=other),
        by=SYSTEM,
        at=MONDAY + 2 * DAY,
    )
    assert [(one.state, one.experience) for one in gaps.after(promises=[felt], questions=["ease"], **WINDOW)] == [
        ("broken", 3)
    ]


def test_two_answers_after_one_time_belong_to_one_time(felt: Promise) -> None:
    score("ann", "satisfaction", 5, MONDAY + 2 * DAY)
    kept = gaps.after(promises=[felt], questions=["satisfaction"], **WINDOW)[1]
    assert (kept.n, kept.times) == (2, 1)


def test_two_answers_that_are_alike_are_two(felt: Promise) -> None:
    for sheet in ("first", "second"):
        tell("bea", "survey_answered", MONDAY + DAY, message=sheet, scores={"ease": 2}, subject=sheet)
    (broken,) = gaps.after(promises=[felt], questions=["ease"], **WINDOW)
    assert (broken.experience, broken.n, broken.times) == (2, 2, 1)


def _record(who: str) -> int:
    return Customer.objects.get(identities__value=who).pk


@pytest.mark.parametrize(
    ("kept_at", "said_at", "is_counted"),
    [
        ("2026-10-01T12:00+02:00", "2026-10-31T11:30+01:00", True),
        ("2026-10-01T12:00+02:00", "2026-10-31T12:30+01:00", False),
        ("2026-03-10T12:00+01:00", "2026-04-09T11:30+02:00", True),
        ("2026-03-10T12:00+01:00", "2026-04-09T12:30+02:00", False),
    ],
)
def test_thirty_days_after_are_days_of_the_calendar_whatever_the_clocks_do(
    casey: Associate, kept_at: str, said_at: str, is_counted: bool
) -> None:
    kept, said = datetime.fromisoformat(kept_at), datetime.fromisoformat(said_at)
    promise = make(casey, StandardDraft(form="yes", from_kind="bill_sent", property="as_quoted"))
    commitments.evaluate_people([tell("ann", "bill_sent", kept, properties={"as_quoted": "yes"})], at=said)
    score("ann", "satisfaction", 5, said)
    found = gaps.after(promises=[promise], questions=["satisfaction"], since=MONDAY, until=said + DAY)
    assert [row.n for row in found] == ([1] if is_counted else [])


@pytest.mark.parametrize(
    ("carried", "states"),
    [
        ({"order": {"id": 17}}, ["kept"]),
        ({"order.id": " 18 "}, ["broken"]),
        ({"order": {"id": "18"}}, ["broken"]),
        ({"order": {"id": 99}}, []),
        ({}, ["broken"]),
    ],
    ids=["the first", "the second", "as text", "another", "none"],
)
def test_an_answer_about_an_order_belongs_to_that_order(
    casey: Associate, carried: dict[str, Any], states: list[str]
) -> None:
    draft = StandardDraft(form="within", from_kind="ordered", to_kind="sent", within_s=3600, match_property="order.id")
    promise = make(casey, draft)
    ann = tell("ann", "ordered", MONDAY, properties={"order": {"id": 17}})
    tell("ann", "sent", MONDAY + HOUR, properties={"order": {"id": "17"}})
    tell("ann", "ordered", MONDAY + DAY, properties={"order": {"id": 18.0}})
    commitments.evaluate_people([ann], at=MONDAY + 2 * DAY)
    score("ann", "satisfaction", 4, MONDAY + 3 * DAY, properties=carried)
    found = gaps.after(promises=[promise], questions=["satisfaction"], **WINDOW)
    assert [row.state for row in found] == states
