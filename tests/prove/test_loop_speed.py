"""The speed of the loop, counted from cases that were heard, opened, worked and closed through the real operations."""

from datetime import datetime, timedelta

import pytest

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.prove import loop_speed
from heedful.prove.loop_speed import LoopSpeed
from heedful.prove.periods import Period
from heedful.understand.detection import Trouble
from tests.cast import NOON, arrived

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = Period(NOON, NOON + 7 * DAY, "week")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock_of_a_day(care: Team) -> None:
    """Whoever has no promise of their own answers within a day: the case policy that the product starts with."""


def opened(who: str, *, at: datetime = NOON, heard_at: datetime | None = None) -> Case:
    customer = arrived(f"{who}@example.test", TouchpointDraft("order_placed", NOON - 9 * DAY, who))
    trouble = Trouble(
        reference=f"test:{who}", customer=customer.pk, severity=2, what="Late", happened_at=heard_at or at
    )
    return cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=at)


def call(case: Case, by: Associate, at: datetime) -> None:
    cases.log_call(case=case, text="We spoke.", by=by.by, at=at)


def close(case: Case, by: Associate, at: datetime) -> None:
    cases.close(case=case, outcome="solved", cause="late", by=by.by, at=at)


def speed(period: Period = WEEK, *, at: datetime = NOON + 7 * DAY) -> LoopSpeed:
    return loop_speed.speed(period=period, at=at)


def shares(found: LoopSpeed) -> tuple[tuple[float, int] | None, tuple[float, int] | None]:
    """Acted on in time and helped, each as the share and of how many."""
    in_time, helped = ((one.value, one.n) if one else None for one in (found.in_time, found.helped))
    return in_time, helped


def test_times_run_from_when_the_customer_said_it_and_not_from_when_the_case_was_opened(lena: Associate) -> None:
    for who, acted, closed in (("a", 1, 3), ("b", 2, 5), ("c", 4, 9)):
        case = opened(who, heard_at=NOON - 10 * MINUTE)
        call(case, lena, NOON + acted * HOUR)
        close(case, lena, NOON + closed * HOUR)
    found = speed()
    assert (found.to_first_act, found.to_close) == (2 * HOUR + 10 * MINUTE, 5 * HOUR + 10 * MINUTE)
    assert (found.cases, found.closed) == (3, 3)


def test_the_median_of_two_lies_between_them(lena: Associate) -> None:
    for who, hours in (("a", 1), ("b", 4)):
        call(opened(who), lena, NOON + hours * HOUR)
    found = speed()
    assert (found.to_first_act, found.to_close, found.closed) == (2.5 * HOUR, None, 0)


def test_closing_is_an_act_where_nobody_had_spoken_to_the_customer(lena: Associate) -> None:
    close(opened("a"), lena, NOON + 3 * HOUR)
    assert (speed().to_first_act, speed().to_close) == (3 * HOUR, 3 * HOUR)


def test_only_the_first_act_counts(lena: Associate) -> None:
    case = opened("a")
    for hours in (1, 5):
        call(case, lena, NOON + hours * HOUR)
    assert speed().to_first_act == HOUR


def test_a_case_that_is_opened_again_counts_once_with_its_first_act_and_its_last_close(lena: Associate) -> None:
    case = opened("a")
    call(case, lena, NOON + HOUR)
    close(case, lena, NOON + 2 * HOUR)
    cases.reopen(case=case, by=lena.by, at=NOON + 3 * DAY)
    found = speed()
    assert (found.cases, found.closed, found.to_first_act, found.to_close) == (1, 0, HOUR, None)
    call(case, lena, NOON + 4 * DAY)
    close(case, lena, NOON + 5 * DAY)
    found = speed()
    assert (found.cases, found.closed, found.to_first_act, found.to_close) == (1, 1, HOUR, 5 * DAY)


def test_a_note_for_colleagues_and_a_claim_are_no_acts(lena: Associate) -> None:
    case = opened("a")
    cases.claim(case=case, by=lena.by, at=NOON + HOUR)
    cases.note(case=case, text="I look into it.", by=lena.by, at=NOON + HOUR)
    assert speed().to_first_act is None


def test_in_time_is_who_was_acted_on_by_the_time_that_was_promised(lena: Associate) -> None:
    call(opened("in time"), lena, NOON + HOUR)
    call(opened("at the last moment"), lena, NOON + DAY)
    call(opened("late"), lena, NOON + DAY + MINUTE)
    opened("never")
    assert shares(speed())[0] == (0.5, 4)


def test_who_still_has_time_says_nothing_of_being_in_time(lena: Associate) -> None:
    case = opened("a")
    assert case.due_at == NOON + DAY
    assert shares(speed(at=NOON + DAY)) == (None, None)
    assert shares(speed(at=NOON + DAY + MINUTE))[0] == (0.0, 1)


def test_helped_is_of_those_who_said_whether_it_did(lena: Associate) -> None:
    for who, said in (("a", True), ("b", True), ("c", False), ("silent", None)):
        case = opened(who)
        close(case, lena, NOON + HOUR)
        if said is not None:
            cases.hear_whether_it_helped(case=case, helped=said, by=SYSTEM, at=NOON + DAY)
    share = shares(speed())[1]
    assert share is not None
    assert share == pytest.approx((2 / 3, 3))


@pytest.mark.parametrize(
    ("at", "counted"),
    [(NOON - MINUTE, 0), (NOON, 1), (NOON + 7 * DAY - MINUTE, 1), (NOON + 7 * DAY, 0)],
)
def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(at: datetime, counted: int) -> None:
    opened("a", at=at, heard_at=NOON - 30 * DAY)
    assert speed().cases == counted


def test_where_nothing_was_heard_there_is_no_speed() -> None:
    assert speed() == LoopSpeed(cases=0, closed=0, to_first_act=None, to_close=None, in_time=None, helped=None)
