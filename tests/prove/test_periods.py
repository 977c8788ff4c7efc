"""The time that figures are counted over, and that before it."""

from datetime import timedelta

import pytest

from heedful.prove import periods
from heedful.prove.periods import ALWAYS, CHOICES, LABELS, Period
from tests.cast import NOON

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(("choice", "days"), [("30", 30), ("90", 90), ("365", 365)])
def test_a_choice_is_so_many_days_up_to_now(choice: str, days: int) -> None:
    assert periods.last(choice, at=NOON) == Period(NOON - days * DAY, NOON + SECOND, CHOICES[choice])
    assert periods.last(choice, at=NOON).choice == choice


def test_all_time_begins_before_everything_and_has_no_before() -> None:
    always = periods.last("all", at=NOON)
    assert (always.since, always.until, always.choice, always.before) == (ALWAYS, NOON + SECOND, "all", None)


@pytest.mark.parametrize("choice", ["", "31", "ninety", "-1"])
def test_a_choice_that_is_not_known_is_ninety_days(choice: str) -> None:
    assert periods.last(choice, at=NOON) == periods.last("90", at=NOON)


def test_the_time_before_is_as_long_and_ends_where_this_begins() -> None:
    period = Period(NOON - 30 * DAY, NOON, "30 days")
    assert period.before == Period(NOON - 60 * DAY, NOON - 30 * DAY, "the 30 days before")


def test_a_period_that_is_as_long_as_all_that_was_before_still_has_a_before() -> None:
    period = Period(ALWAYS + 10 * DAY, ALWAYS + 20 * DAY, "ten days")
    assert period.before == Period(ALWAYS, ALWAYS + 10 * DAY, "the ten days before")
    assert Period(ALWAYS + 10 * DAY, ALWAYS + 20 * DAY + SECOND, "more").before is None


def test_a_period_of_other_words_is_called_all() -> None:
    assert Period(NOON, NOON + DAY, "a day").choice == "all"


def test_every_choice_has_a_label() -> None:
    assert LABELS.keys() == CHOICES.keys()
