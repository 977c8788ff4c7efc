"""Calendars: when the company works, for promises that are made in working time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from heedful.associates import associates
from heedful.kit import locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.promise import public_holidays, recounts
from heedful.promise.models import Calendar, Promise
from heedful.promise.working_time import WEEKDAYS
from heedful.promise.working_time import WorkingHours as Hours

type Week = Mapping[str, Sequence[Sequence[str]]] | Sequence[Sequence[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class CalendarAdded:
    """The company has another calendar."""

    calendar: int
    name: str


@dataclass(frozen=True, slots=True)
class CalendarChanged:
    """The company works at other times; what was promised by this calendar is counted anew."""

    calendar: int
    name: str
    before: dict[str, Any]


def default() -> Calendar | None:
    """The calendar that is taken where none is chosen."""
    return Calendar.objects.order_by("-is_default", "pk").first()


@transaction.atomic
def add(
    *,
    name: str,
    time_zone: str,
    week: Week,
    holidays: Sequence[str] = (),
    region: str = "",
    is_default: bool = False,
    by: By,
    at: datetime,
) -> Calendar:
    """Add a calendar, with the public holidays of a region if one is named; the first one is the default."""
    associates.must(by, "calendar.edit")
    holidays = _with_public(holidays, region, at)
    row = Calendar(name=_free_name(name, 0), **_hours(time_zone, week, holidays))
    _make_default(row, wanted=is_default or not Calendar.objects.exists())
    row.save()
    events.record(CalendarAdded(row.pk, row.name), by=by, at=at)
    return row


@transaction.atomic
def change(
    *,
    calendar: Calendar,
    name: str,
    time_zone: str,
    week: Week,
    holidays: Sequence[str] = (),
    region: str = "",
    is_default: bool = False,
    by: By,
    at: datetime,
) -> Calendar:
    """Change when the company works; promises that count by it are counted anew in the background."""
    associates.must(by, "calendar.edit")
    holidays = _with_public(holidays, region, at)
    free_name = _free_name(name, calendar.pk)
    row = Calendar.objects.select_for_update().get(pk=calendar.pk)
    before = {"time_zone": row.time_zone, "week": row.week, "holidays": row.holidays}
    row.name = free_name
    for field, value in _hours(time_zone, week, holidays).items():
        setattr(row, field, value)
    _make_default(row, wanted=is_default or row.is_default)
    row.save()
    events.record(CalendarChanged(row.pk, row.name, before), by=by, at=at)
    for promise in Promise.objects.filter(standards__calendar=row).distinct():
        recounts.start(promise=promise, because="the calendar was changed", at=at)
    return row


def _with_public(holidays: Sequence[str], region: str, at: datetime) -> list[str]:
    """The holidays, and the public ones of a region for this year and the next."""
    return [*holidays, *(public_holidays.days(region, year=at.year) if region else ())]


def _hours(time_zone: str, week: Week, holidays: Sequence[str]) -> dict[str, Any]:
    """The hours as a row keeps them: seven days in order, Monday first."""
    try:
        hours = Hours.from_json({"time_zone": time_zone, "week": week, "holidays": list(holidays)}).to_json()
    except ValueError as sentence:
        raise Refused(str(sentence)) from None
    return {
        "time_zone": hours["time_zone"],
        "week": [hours["week"][day] for day in WEEKDAYS],
        "holidays": hours["holidays"],
    }


def _free_name(name: str, of: int) -> str:
    if not (stripped := names.one_line(name, most=120)):
        raise Refused("Give the calendar a name, such as Customer service.")
    locks.lock(Calendar)
    if Calendar.objects.filter(name__iexact=stripped).exclude(pk=of).exists():
        raise Refused(f"There is a calendar called {stripped} already.")
    return stripped


def _make_default(row: Calendar, *, wanted: bool) -> None:
    row.is_default = wanted
    if wanted:
        Calendar.objects.exclude(pk=row.pk).update(is_default=False)
