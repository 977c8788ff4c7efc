"""Clocks: what is undecided changes at its moment, whoever was killed in between."""

from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.promise import clocks, commitments
from heedful.promise.models import Commitment, Promise
from tests.promise.shop import HOUR, MONDAY, states, tell

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def waiting() -> list[tuple[datetime, int]]:
    jobs = ProcrastinateJob.objects.filter(args__function="heedful.promise.commitments.ring").order_by("scheduled_at")
    return [(job.scheduled_at, job.priority) for job in jobs]


def test_a_clock_goes_at_risk_and_breaks_at_its_moments_and_not_before(answer: Promise) -> None:
    commitments.evaluate_people([tell("ann", "asked", MONDAY)], at=MONDAY)
    assert commitments.fire(at=MONDAY + 3 * HOUR - SECOND) == 0
    assert commitments.fire(at=MONDAY + 3 * HOUR) == 1
    assert states(answer) == ["at_risk"]
    assert commitments.fire(at=MONDAY + 4 * HOUR) == 0
    assert commitments.fire(at=MONDAY + 4 * HOUR + timedelta(microseconds=1)) == 1
    assert Commitment.objects.get().settled_at == MONDAY + 4 * HOUR


def test_only_the_next_clocks_wait_as_jobs_above_everything_else(answer: Promise) -> None:
    commitments.evaluate_people([tell("ann", "asked", MONDAY)], at=MONDAY)
    assert waiting() == []
    nearly = MONDAY + 3 * HOUR - timedelta(minutes=5)
    commitments.fire(at=nearly)
    commitments.fire(at=nearly)
    assert waiting() == [(MONDAY + 3 * HOUR, clocks.PRIORITY)]


def test_clocks_of_one_moment_are_one_job(answer: Promise) -> None:
    asked = MONDAY - 3 * HOUR + timedelta(minutes=1)
    who = [tell(f"p{number}", "asked", asked) for number in range(5)]
    for record in who:
        commitments.evaluate_people([record], at=MONDAY)
    assert len(waiting()) == 1
    assert commitments.fire(at=MONDAY + timedelta(minutes=1)) == 5


def test_a_clock_sets_the_next_one(answer: Promise) -> None:
    tell("ann", "asked", MONDAY - 4 * HOUR + timedelta(minutes=1))
    later = tell("bea", "asked", MONDAY - 4 * HOUR + timedelta(minutes=2))
    commitments.evaluate_people([later, later - 1], at=MONDAY)
    assert [moment for moment, _ in waiting()] == [MONDAY + timedelta(minutes=1, milliseconds=200)]
    commitments.fire(at=MONDAY + timedelta(minutes=1, milliseconds=200))
    assert states(answer) == ["broken", "at_risk"]
    assert waiting()[-1][0] == MONDAY + timedelta(minutes=2, milliseconds=200)


def test_a_clock_that_rings_late_breaks_the_promise_at_the_time_that_it_was_due(answer: Promise) -> None:
    commitments.evaluate_people([tell("ann", "asked", MONDAY)], at=MONDAY)
    commitments.ring(moment=(MONDAY + 30 * HOUR).isoformat())  # the machine was down for a day
    assert states(answer) == ["broken"]
    assert Commitment.objects.get().settled_at == MONDAY + 4 * HOUR


def test_what_was_kept_meanwhile_is_left_alone_when_its_clock_rings(answer: Promise) -> None:
    ann = tell("ann", "asked", MONDAY)
    commitments.evaluate_people([ann], at=MONDAY)
    tell("ann", "answered", MONDAY + HOUR)
    commitments.evaluate_people([ann], at=MONDAY + HOUR)
    assert Commitment.objects.get().changes_at is None
    assert commitments.fire(at=MONDAY + 30 * HOUR) == 0


@pytest.mark.parametrize("micros", [0, 1, 199_999, 200_000, 200_001])
def test_a_step_ends_at_or_after_the_moment(micros: int) -> None:
    moment = datetime(2026, 3, 2, 9, 0, 0, micros, tzinfo=UTC)
    end = clocks.end_of_step(moment)
    assert moment <= end < moment + clocks.STEP
    assert end.microsecond % 200_000 == 0
