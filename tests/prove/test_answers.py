"""What customers answered, counted plainly and by what they are worth a year."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heedful.customers import people
from heedful.customers.models import Customer, Feedback, Score
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.prove import answers
from heedful.prove.answers import By
from heedful.prove.periods import Period
from tests.cast import NOON, arrived

PERIOD = Period(NOON - timedelta(days=30), NOON, "month")
ALICE, BRUNO = Decimal("120.10"), Decimal("0.50")


@pytest.fixture
def said(alice: Customer, bruno: Customer) -> None:
    """Alice answers twice, once under another record of hers, Bruno once, somebody without a value once."""
    second = arrived("alice@work.test", TouchpointDraft("order_placed", NOON - timedelta(days=3), "a-9"))
    people.merge(a=alice, b=second, by=SYSTEM, at=NOON)
    nobody = arrived("cleo@example.test", TouchpointDraft("order_placed", NOON - timedelta(days=3), "c-9"))
    for row, worth in ((alice, ALICE), (bruno, BRUNO)):
        Customer.objects.filter(pk=row.pk).update(value_amount=worth, segment=row.email)
    Feedback.objects.all().delete()
    for number, (who, value, stage) in enumerate([(alice, 9, "use"), (second, 9, ""), (bruno, 9, ""), (nobody, 2, "")]):
        at = NOON - timedelta(days=number + 1)
        told = {"customer": who, "happened_at": at, "kind": "survey_answered", "stage_slug": stage}
        sheet = Feedback.objects.create(subject=f"ask:{number}", touchpoint_id=0, **told)
        Score.objects.create(feedback=sheet, question="recommend", value=value, **told)


def counted(by: By, *, weighted: bool) -> dict[str, dict[float, tuple[float, ...]]]:
    found = answers.tallies(questions=["recommend", "ease"], period=PERIOD, by=by, weighted=weighted)
    return {
        key: {value: tuple(cell) for value, cell in tally.cells.items()} for key, tally in found["recommend"].items()
    }


def test_an_answer_weighs_what_its_person_is_worth_whichever_record_gave_it(said: None) -> None:
    weight, squared = 2 * ALICE + BRUNO, 2 * ALICE**2 + BRUNO**2
    assert counted("", weighted=True) == {"": {9: (3, float(weight), float(squared), 0), 2: (1, 0, 0, 1)}}


def test_answers_are_parted_by_the_segment_of_the_person(said: None) -> None:
    found = {
        key: {value: cell[0] for value, cell in cells.items()}
        for key, cells in counted("segment", weighted=False).items()
    }
    assert found == {"alice@example.test": {9: 2}, "bruno@example.test": {9: 1}, "": {2: 1}}


def test_answers_are_counted_by_stage_plainly_and_weighted_alike(said: None) -> None:
    plain, weighted = (counted("stage", weighted=weighted) for weighted in (False, True))
    assert plain == {"use": {9: (1, 1, 1, 0)}, "": {9: (2, 2, 2, 0), 2: (1, 1, 1, 0)}}
    assert {key: {value: cell[0] for value, cell in cells.items()} for key, cells in weighted.items()} == {
        "use": {9: 1},
        "": {9: 2, 2: 1},
    }


MOMENT = timedelta(microseconds=1)
BOTH = pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])


def answered(who: Customer, value: int, at: datetime, *, question: str = "recommend", **scale: Any) -> None:
    told = {"customer": who, "happened_at": at, "kind": "survey_answered"}
    sheet = Feedback.objects.create(subject=f"{question}:{at}:{value}", touchpoint_id=0, **told)
    Score.objects.create(feedback=sheet, question=question, value=value, **told, **scale)


@BOTH
def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(alice: Customer, weighted: bool) -> None:
    since, until = PERIOD.since, PERIOD.until
    for value, at in enumerate([since - MOMENT, since, until - MOMENT, until]):
        answered(alice, value, at)
        answered(alice, value, at, question="effort")
    found = answers.tallies(questions=["recommend"], period=PERIOD, weighted=weighted)
    assert {
        question: {key: sorted(tally.cells) for key, tally in keys.items()} for question, keys in found.items()
    } == {"recommend": {"": [1, 2]}}


@BOTH
def test_a_month_begins_when_it_does_where_the_company_is(alice: Customer, weighted: bool) -> None:
    """London is an hour ahead from the last Sunday of March on."""
    april = datetime(2026, 3, 31, 23, tzinfo=UTC)
    for value, at in ((1, april - MOMENT), (2, april)):
        answered(alice, value, at)
    year = Period(NOON, NOON + timedelta(days=365), "year")
    found = answers.tallies(questions=["recommend"], period=year, by="month", weighted=weighted)["recommend"]
    assert {month: sorted(tally.cells) for month, tally in found.items()} == {"2026-03": [1], "2026-04": [2]}


@BOTH
@pytest.mark.parametrize(
    ("first", "second", "named"),
    [
        ({"lowest": 1, "highest": 5}, {"lowest": 1, "highest": 5}, (1, 5)),
        ({"lowest": 1, "highest": 5}, {"lowest": 1, "highest": 4}, None),
        ({"lowest": 1, "highest": 5}, {}, None),
        ({}, {}, None),
    ],
)
def test_a_scale_is_named_where_all_were_asked_on_one_other(
    alice: Customer,
    first: dict[str, Any],
    second: dict[str, Any],
    named: tuple[int, int] | None,
    weighted: bool,
) -> None:
    answered(alice, 4, NOON - timedelta(days=2), **first)
    answered(alice, 4, NOON - timedelta(days=1), **second)
    found = answers.tallies(questions=["recommend"], period=PERIOD, weighted=weighted)["recommend"][""]
    assert (found.scale, found.n) == (named, 2)
