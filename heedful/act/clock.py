"""Until when a customer must hear from us: by the company's own promise, counted by the promise's own arithmetic."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from heedful.act.models import CasePolicy
from heedful.customers.slugs import RESERVED
from heedful.promise import evaluation, standards, working_time
from heedful.promise.models import Standard
from heedful.promise.standards.contract import Evidence, StandardSpec

OPENED = f"{RESERVED}case_opened"
"""The touchpoint with which a case's clock starts in the customer's log."""
ANSWERED = f"{RESERVED}case_answered"
"""The touchpoint that stops it."""


@dataclass(frozen=True, slots=True)
class Clock:
    """When the customer must have heard from us, and when a lead is called before it is too late."""

    escalate_at: datetime
    due_at: datetime


def start(*, policy: CasePolicy, is_short: bool, at: datetime) -> Clock:
    """The clock of a case that is opened now; a short one runs half the time, counted as the promise counts it."""
    return starter(policy)(is_short=is_short, at=at)


class Starter(Protocol):
    """Gives the clock of a case that is opened at a time."""

    def __call__(self, *, is_short: bool, at: datetime) -> Clock: ...


def starter(policy: CasePolicy) -> Starter:
    """What gives clocks today, looked up once for many cases."""
    standard = _case_clock()

    def give(*, is_short: bool, at: datetime) -> Clock:
        clock = by_standard(standard, at=at) if standard else _by_policy(policy, at)
        return half(clock, standard, at=at) if is_short else clock

    return give


def by_standard(standard: StandardSpec, *, at: datetime) -> Clock:
    """The clock that a promise gives a case opened now, to the second the same as the promise's own."""
    opened = Evidence(id=0, kind=standard.from_kind, happened_at=at, properties={standard.match_property or "": "0"})
    verdict = evaluation.evaluate(replace(standard, starts_at=None), [opened], now=at)[0]
    assert verdict.due_at is not None
    assert verdict.at_risk_at is not None
    return Clock(verdict.at_risk_at, verdict.due_at)


def _case_clock() -> StandardSpec | None:
    """The promise that the company marked as the one by which its cases run."""
    forms = [form.code for form in standards.forms() if form.is_case_clock]
    row = (
        Standard.objects.select_related("calendar")
        .filter(promise__is_case_clock=True, promise__ended_at=None, form__in=forms, ended_at=None)
        .order_by("pk")
        .first()
    )
    return standards.spec(row, time_zone=standards.company_zone()) if row else None


def half(clock: Clock, standard: StandardSpec | None, *, at: datetime) -> Clock:
    """Half of the time that a clock started now gives, in working time where the promise is in working time."""
    calendar = (standard.calendar if standard else None) or working_time.ALWAYS
    return Clock(*(_half(calendar, at, end) for end in (clock.escalate_at, clock.due_at)))


def _half(calendar: working_time.WorkingHours, at: datetime, end: datetime) -> datetime:
    return working_time.due_at(calendar, at, working_time.working_seconds(calendar, at, end) // 2)


def _by_policy(policy: CasePolicy, at: datetime) -> Clock:
    whole = timedelta(seconds=policy.answer_within_s)
    return Clock(at + whole * 0.75, at + whole)
