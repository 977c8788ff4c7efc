"""What a promise that was broken, or is about to be, does to the cases."""

from datetime import datetime, timedelta

import pytest

from heedful.act import cases
from heedful.act.models import Case, CasePolicy, CaseTrouble
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.promise.models import Calendar, Commitment, Promise, Standard
from tests.act.conftest import meet, trouble

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def promise(care: Team, noon: datetime) -> Promise:
    row = Promise.objects.create(slug="delivery", words="Delivered within two days", severity=3, made_at=noon)
    Standard.objects.create(promise=row, form="within", from_kind="order_placed", to_kind="delivered", within_s=172_800)
    return row


def commitment(promise: Promise, customer: Customer, at: datetime, state: str = "broken") -> Commitment:
    return Commitment.objects.create(
        standard=promise.standards.get(),
        promise=promise,
        customer=customer,
        opened_by=Commitment.objects.count() + 1,
        started_at=at - 2 * DAY,
        at_risk_at=at - HOUR,
        due_at=at,
        state=state,
        counts_at=at,
    )


def breaks(promise: Promise, customer: Customer, at: datetime) -> Case | None:
    return cases.open_for_broken_promise(commitment=commitment(promise, customer, at), by=SYSTEM, at=at)


def test_a_broken_promise_opens_a_case_as_severe_as_the_promise(
    promise: Promise, carla: Customer, noon: datetime
) -> None:
    case = breaks(promise, carla, noon)
    assert case is not None
    assert (case.severity, case.title) == (3, "Promise broken: Delivered within two days")
    assert case.troubles.get().promise == promise


def test_a_broken_promise_joins_the_open_case(promise: Promise, carla: Customer, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    assert breaks(promise, carla, noon) == case


def test_a_break_that_is_heard_twice_is_one_trouble(promise: Promise, carla: Customer, noon: datetime) -> None:
    broken = commitment(promise, carla, noon)
    for _ in range(2):
        cases.open_for_broken_promise(commitment=broken, by=SYSTEM, at=noon)
    assert CaseTrouble.objects.count() == 1


def test_a_promise_that_broke_long_ago_opens_nothing(promise: Promise, carla: Customer, noon: datetime) -> None:
    old = commitment(promise, carla, noon - 15 * DAY)
    assert cases.open_for_broken_promise(commitment=old, by=SYSTEM, at=noon) is None
    assert Case.objects.count() == 0


# At risk


@pytest.mark.parametrize(
    ("rule", "value", "opens"),
    [("join", 600, False), ("valuable", 600, True), ("valuable", 100, False), ("always", None, True)],
)
def test_a_promise_at_risk_opens_a_case_where_the_practice_says_so(
    promise: Promise, noon: datetime, rule: str, value: int | None, opens: bool
) -> None:
    CasePolicy.objects.update(at_risk=rule, high_value=500)
    at_risk = commitment(promise, meet("otto@example.org", value=value), noon + HOUR, "at_risk")
    case = cases.open_for_promise_at_risk(commitment=at_risk, by=SYSTEM, at=noon)
    assert (case is not None) == opens
    assert Case.objects.count() == opens


def test_a_promise_at_risk_tells_the_open_case(promise: Promise, carla: Customer, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    at_risk = commitment(promise, carla, noon + HOUR, "at_risk")
    assert cases.open_for_promise_at_risk(commitment=at_risk, by=SYSTEM, at=noon) == case
    told = case.troubles.get(promise=promise)
    assert (told.severity, told.what) == (1, "Promise at risk: Delivered within two days")
    assert (told.reference, told.happened_at) == (f"commitment:{at_risk.pk}:at_risk", noon)


@pytest.mark.parametrize(("ago", "opens"), [(14 * DAY, True), (14 * DAY + timedelta(microseconds=1), False)])
@pytest.mark.parametrize("state", ["broken", "at_risk"])
def test_what_counts_a_fortnight_ago_is_still_fresh_and_what_is_older_is_history(
    promise: Promise, carla: Customer, noon: datetime, ago: timedelta, opens: bool, state: str
) -> None:
    CasePolicy.objects.update(at_risk="always")
    row = commitment(promise, carla, noon - ago, state)
    open_for = cases.open_for_broken_promise if state == "broken" else cases.open_for_promise_at_risk
    assert (open_for(commitment=row, by=SYSTEM, at=noon) is not None) == opens


# Many at once


def test_a_promise_that_breaks_for_many_opens_one_case_for_the_rest(
    promise: Promise, mira: Associate, noon: datetime
) -> None:
    CasePolicy.objects.update(flood_cases=3)
    for number in range(8):
        breaks(promise, meet(f"c{number}@example.org"), noon)
    flood = Case.objects.get(flood_of=promise)
    assert Case.objects.count() == 4
    assert (flood.with_lead, flood.troubles.count()) == (True, 5)
    assert flood.title == "Broken for 5 customers: Delivered within two days"
    assert CaseTrouble.objects.values("customer").distinct().count() == 8
    with pytest.raises(Refused, match="stands for many"):
        cases.log_call(case=flood, text="Hello.", by=mira.by, at=noon)


def test_an_hour_later_cases_open_again(promise: Promise, carla: Customer, noon: datetime) -> None:
    CasePolicy.objects.update(flood_cases=1)
    breaks(promise, meet("c@example.org"), noon)
    case = breaks(promise, carla, noon + HOUR)
    assert case is not None
    assert case.flood_of is None


def test_the_case_that_stands_for_many_is_not_the_open_case_of_its_first_customer(
    promise: Promise, carla: Customer, noon: datetime
) -> None:
    CasePolicy.objects.update(flood_cases=1)
    breaks(promise, meet("c@example.org"), noon)
    flood = breaks(promise, carla, noon)
    assert flood is not None
    assert flood.flood_of == promise
    assert cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon) != flood


# The clock that a promise gives


def case_clock(noon: datetime, **standard: object) -> None:
    office = Calendar.objects.create(name="Office", time_zone="UTC", week=[[["09:00", "17:00"]]] * 5 + [[], []])
    row = Promise.objects.create(slug="call", words="We call back", is_case_clock=True, made_at=noon)
    Standard.objects.create(
        promise=row,
        form="within",
        from_kind="heedful_case_opened",
        to_kind="heedful_case_answered",
        match_property="case",
        calendar=office,
        **standard,
    )


def test_a_case_runs_by_the_companys_own_promise(carla: Customer, noon: datetime) -> None:
    case_clock(noon, within_s=8 * 3600)
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    assert (case.due_at, case.escalate_at) == (noon + DAY, noon.replace(day=3, hour=10))


def test_half_of_a_clock_is_half_of_the_working_time(carla: Customer, mira: Associate, noon: datetime) -> None:
    case_clock(noon, within_days=1)
    first = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    assert first.due_at == noon.replace(day=3, hour=17)
    cases.close(case=first, outcome="solved", cause="late", by=mira.by, at=noon)
    second = cases.open_for_trouble(trouble=trouble(carla, "feedback:2"), by=SYSTEM, at=noon)
    assert second.due_at == noon.replace(day=3, hour=10, minute=30)
