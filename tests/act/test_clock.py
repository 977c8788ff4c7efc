"""Until when a customer must hear from us: by the promise for cases where there is one, else by the practice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from heedful.act import clock
from heedful.act.clock import Clock
from heedful.act.models import CasePolicy
from heedful.kit.actor import SYSTEM
from heedful.promise import calendars, promises
from heedful.promise.models import Promise
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft
from tests.cast import make_promise

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
POLICY = CasePolicy(answer_within_s=8 * 3600)

pytestmark = pytest.mark.django_db
type Make = Callable[..., Promise]


def start(*, is_short: bool = False, at: datetime = NOON) -> Clock:
    return clock.start(policy=POLICY, is_short=is_short, at=at)


@pytest.fixture
def make() -> Make:
    """Promise that whoever has a case hears from us within four hours."""

    def made(*more: StandardDraft, is_case_clock: bool = True, **changes: Any) -> Promise:
        standard: dict[str, Any] = {"from_kind": clock.OPENED, "to_kind": clock.ANSWERED, "within_s": 4 * 3600}
        draft = StandardDraft(form="within", match_property="case", **standard | changes)
        wording = Wording(words="We call you back", is_case_clock=is_case_clock)
        return make_promise(wording=wording, standards=[draft, *more], by=SYSTEM, at=NOON - DAY)

    return made


def test_without_a_promise_the_practice_says_it_and_a_lead_is_called_at_three_quarters() -> None:
    assert start() == Clock(NOON + 6 * HOUR, NOON + 8 * HOUR)
    assert start(is_short=True) == Clock(NOON + 3 * HOUR, NOON + 4 * HOUR)


def test_the_promise_for_cases_says_it_and_when_a_lead_is_called(make: Make) -> None:
    make(at_risk_share=0.5)
    assert start() == Clock(NOON + 2 * HOUR, NOON + 4 * HOUR)
    assert start(is_short=True) == Clock(NOON + HOUR, NOON + 2 * HOUR)


def test_in_working_time_half_of_it_is_half_of_the_working_time(make: Make) -> None:
    office = calendars.add(name="Office", time_zone="UTC", week=WEEK, by=SYSTEM, at=NOON - DAY)
    make(calendar=office)
    afternoon, tuesday = NOON + 4 * HOUR, NOON + DAY
    assert start(at=afternoon) == Clock(tuesday - HOUR, tuesday)
    assert start(at=afternoon, is_short=True) == Clock(tuesday - 2.5 * HOUR, tuesday - 2 * HOUR)


def test_another_promise_about_cases_is_not_their_clock(make: Make) -> None:
    make(is_case_clock=False)
    assert start() == Clock(NOON + 6 * HOUR, NOON + 8 * HOUR)


def test_a_promise_that_is_no_longer_made_is_no_clock(make: Make) -> None:
    promises.end(promise=make(), by=SYSTEM, at=NOON - HOUR)
    assert start() == Clock(NOON + 6 * HOUR, NOON + 8 * HOUR)


def test_of_several_standards_the_first_is_the_clock(make: Make) -> None:
    make(
        StandardDraft(form="within", from_kind=clock.OPENED, to_kind="solved", within_s=60),
        StandardDraft(form="score", from_kind="survey_answered", question="satisfaction", at_least=4),
    )
    assert start() == Clock(NOON + 3 * HOUR, NOON + 4 * HOUR)
