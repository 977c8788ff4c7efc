"""What customers allowed and refused: the last word counts, and between the records of one person the stricter."""

from datetime import UTC, datetime, timedelta

import pytest

from heedful.customers import consents, identities, people, touchpoints
from heedful.customers.consents import ConsentStatement
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def two(db: None) -> tuple[Customer, Customer]:
    drafts = [touchpoints.TouchpointDraft("page", NOON, name, (("user_id", name),)) for name in ("a", "b")]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=NOON)
    one, other = Customer.objects.order_by("pk")
    identities.forget()
    return one, other


def say(customer: Customer, granted: bool, at: datetime = NOON) -> None:
    consents.set_one(customer=customer, purpose="email", granted=granted, by=SYSTEM, at=at)


@pytest.mark.parametrize("first_refuses", [True, False])
def test_of_two_records_that_are_one_person_the_stricter_counts(
    two: tuple[Customer, Customer], first_refuses: bool
) -> None:
    one, other = two
    say(one, not first_refuses)
    say(other, first_refuses, at=LATER)

    merge = people.merge(a=one, b=other, by=SYSTEM, at=LATER)
    assert consents.standing(person=one.pk) == {"email": False}

    people.undo(merge=merge, by=SYSTEM, at=LATER)
    assert consents.standing(person=one.pk) == {"email": not first_refuses}
    assert consents.standing(person=other.pk) == {"email": first_refuses}


@pytest.mark.parametrize("last", [True, False])
def test_the_last_word_counts_whichever_arrives_first(two: tuple[Customer, Customer], last: bool) -> None:
    one, other = two
    say(one, not last, at=NOON)
    say(one, last, at=LATER)
    say(other, last, at=LATER)
    say(other, not last, at=NOON)
    assert [consents.standing(person=row.pk).get("email", True) for row in two] == [last, last]


@pytest.mark.parametrize("order", [(True, False), (False, True)])
def test_of_two_words_at_one_time_the_no_counts(two: tuple[Customer, Customer], order: tuple[bool, bool]) -> None:
    together, apart = two
    said = [ConsentStatement(together.pk, "email", granted, NOON) for granted in order]
    consents.record(consents=said, by=SYSTEM, at=NOON)
    for granted in order:
        say(apart, granted)
    assert [consents.standing(person=row.pk).get("email", True) for row in two] == [False, False]


def test_who_said_nothing_refused_nothing(two: tuple[Customer, Customer]) -> None:
    assert consents.standing(person=two[0].pk) == {}
    assert consents.standing(person=two[0].pk).get("email", True) is True


def test_a_yes_from_a_clock_that_is_ahead_does_not_outlast_a_no(two: tuple[Customer, Customer]) -> None:
    """What arrived was said by then, whatever the sender's clock made of it."""
    one, _ = two
    said = [ConsentStatement(one.pk, "email", True, NOON + timedelta(days=1))]
    consents.record(consents=said, by=SYSTEM, at=NOON)
    say(one, False, at=LATER)
    assert consents.standing(person=one.pk).get("email", True) is False
