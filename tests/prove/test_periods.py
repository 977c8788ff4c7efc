"""The time that figures are counted over, and that before it."""

from datetime import UTC, datetime, timedelta

import pytest

from heedful.associates.models import Company
from heedful.prove import periods
from heedful.prove.periods import ALWAYS, CHOICES, LABELS, Period
from tests.cast import NOON

pytestmark = pytest.mark.django_db
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


@pytest.mark.parametrize(
    ("zone", "days", "at", "since"),
    [
        ("Europe/London", 30, datetime(2026, 4, 10, 11, tzinfo=UTC), datetime(2026, 3, 11, 12, tzinfo=UTC)),
        ("Europe/Berlin", 90, datetime(2026, 11, 28, 9, tzinfo=UTC), datetime(2026, 8, 30, 8, tzinfo=UTC)),
        ("America/New_York", 30, datetime(2026, 3, 20, 16, tzinfo=UTC), datetime(2026, 2, 18, 17, tzinfo=UTC)),
        ("Asia/Tokyo", 365, datetime(2026, 3, 20, 16, tzinfo=UTC), datetime(2025, 3, 20, 16, tzinfo=UTC)),
    ],
)
def test_days_are_those_of_the_calendar_whatever_the_clocks_do(
    zone: str, days: int, at: datetime, since: datetime
) -> None:
    period = periods.last(str(days), at=at, zone=zone)
    assert period.since == since
    assert period.before == Period(period.before.since, since, f"the {CHOICES[str(days)]} before")  # type: ignore[union-attr]


def test_the_thirty_days_before_are_thirty_days_of_the_calendar_too(acme: Company) -> None:
    before = periods.last("30", at=datetime(2026, 4, 25, 11, tzinfo=UTC)).before
    assert before is not None
    assert before.since == datetime(2026, 2, 24, 12, tzinfo=UTC)
    assert before.until == datetime(2026, 3, 26, 12, tzinfo=UTC)
