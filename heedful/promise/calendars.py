"""Calendars: when the company works, for promises that are made in working time."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from heedful.associates import associates
from heedful.kit import locks, names
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.promise import public_holidays, recounts, working_time
from heedful.promise.models import Calendar, Promise, Standard
from heedful.promise.working_time import WEEKDAYS
from heedful.promise.working_time import WorkingHours as Hours

log = logging.getLogger(__name__)

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
    since: str = ""
    """From when on; nothing where only days to come became others, or nothing counts by it yet."""


@dataclass(frozen=True, slots=True)
class CalendarCorrected:
    """Somebody said when the company really worked; what was settled by the wrong hours is counted anew."""

    calendar: int
    name: str
    before: dict[str, Any]
    since: str
    """From when on it was wrong; nothing where it always was."""


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
    row = Calendar(name=_free_name(name, 0), **_hours(time_zone, week, holidays))
    _choose(row, region, at)
    _make_default(row, is_default=is_default or not Calendar.objects.exists())
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
    first_day: date | None = None,
    by: By,
    at: datetime,
) -> Calendar:
    """Change when the company works, from now on or from a first day that is to come; what was settled stays.

    What is pending is counted anew in the background. The holidays are as they are given here; the public ones of a
    region are added to them when it is chosen. Days that are over stay as they were: see `correct`.
    """
    associates.must(by, "calendar.edit")
    free_name = _free_name(name, calendar.pk)
    row = Calendar.objects.select_for_update().get(pk=calendar.pk)
    before, old = _before(row), row.hours
    row.name = free_name
    _write(row, time_zone, week, holidays, region, at)
    since = None
    if Standard.objects.filter(calendar=row).exists():
        _keep_what_is_over(row, before["holidays"], holidays, at)
        since = _hold_from(row, old, first_day, at)
    _make_default(row, is_default=is_default or row.is_default)
    row.save()
    events.record(CalendarChanged(row.pk, row.name, before, since.isoformat() if since else ""), by=by, at=at)
    _count_anew(row, "the calendar was changed", at)
    return row


@transaction.atomic
def correct(
    *,
    calendar: Calendar,
    time_zone: str,
    week: Week,
    holidays: Sequence[str] = (),
    first_day: date | None = None,
    by: By,
    at: datetime,
) -> Calendar:
    """Say when the company really worked, from a day that is over or always: what was settled is counted anew."""
    associates.must(by, "calendar.edit")
    row = Calendar.objects.select_for_update().get(pk=calendar.pk)
    if first_day and first_day > _today(row, at):
        raise Refused("A day that is to come cannot be corrected. Change the hours from that day on.")
    before, old = _before(row), row.hours
    _write(row, time_zone, week, holidays, row.region, at)
    since = _start_of(first_day, row.time_zone) if first_day else None
    _put_before(row, old, since)
    row.save()
    events.record(CalendarCorrected(row.pk, row.name, before, f"{first_day or ''}"), by=by, at=at)
    _count_anew(row, "the past of the calendar was corrected", at)
    return row


def _write(row: Calendar, time_zone: str, week: Week, holidays: Sequence[str], region: str, at: datetime) -> None:
    for field, value in _hours(time_zone, week, holidays).items():
        setattr(row, field, value)
    _choose(row, region, at)


def _keep_what_is_over(row: Calendar, old: Sequence[str], given: Sequence[str], at: datetime) -> None:
    """Leave the holidays before today as they are, and refuse those that are added to them."""
    today = f"{_today(row, at)}"
    if late := sorted(day for day in set(given) - set(old) if day < today):
        raise Refused(f"{late[0]} is over. To count it as a holiday after all, correct the past.")
    row.holidays = sorted({day for day in old if day < today} | {day for day in row.holidays if day >= today})


def _hold_from(row: Calendar, old: Mapping[str, Any], first_day: date | None, at: datetime) -> datetime | None:
    """Let the new hours hold from a moment on; holidays that are yet to come need none, they have their day."""
    today = _today(row, at)
    if first_day and first_day < today:
        raise Refused(f"{first_day} is over. What was settled stays; to count it anew, correct the past.")
    if _without_days_to_come(row.hours, today) == _without_days_to_come(old, today):
        return None
    since = _start_of(first_day, row.time_zone) if first_day and first_day > today else at
    _put_before(row, old, since)
    return since


def _without_days_to_come(hours: Mapping[str, Any], today: date) -> tuple[Any, ...]:
    return hours["time_zone"], hours["week"], [day for day in hours["holidays"] if day <= f"{today}"]


def _put_before(row: Calendar, old: Mapping[str, Any] | None, since: datetime | None) -> None:
    """Put the hours of before below those of now, without what would have begun later than these do."""
    while old is not None and old.get("since") and (since is None or datetime.fromisoformat(old["since"]) >= since):
        old = old["earlier"]
    row.since, row.earlier = since, old if since else None


def _start_of(day: date, time_zone: str) -> datetime:
    return working_time.at_wall_time(time_zone, datetime.combine(day, time.min))


def keep_up(*, at: datetime) -> None:
    """Take over the public holidays of the coming years, and what was decided about them since; runs every night."""
    for pk in Calendar.objects.exclude(region="").order_by("pk").values_list("pk", flat=True):
        try:
            _keep_up(pk, at)
        except Refused as refused:
            log.warning("The public holidays of calendar %s cannot be kept up: %s", pk, refused.sentence)


@transaction.atomic
def _keep_up(pk: int, at: datetime) -> None:
    row = Calendar.objects.select_for_update().get(pk=pk)
    before = _before(row)
    _follow_region(row, at)
    row.save(update_fields=["holidays", "public_holidays"])
    if row.holidays != before["holidays"]:
        events.record(CalendarChanged(row.pk, row.name, before), by=SYSTEM, at=at)
        _count_anew(row, f"public holidays of {public_holidays.name_of(row.region)} were taken over", at)


def _choose(row: Calendar, region: str, at: datetime) -> None:
    """Take over the public holidays of a region as it is chosen; those of another one that are yet to come go."""
    if region == row.region:
        return
    if region:
        new = public_holidays.days(region, year=_today(row, at).year)
        gone = _coming(row.public_holidays, row, at).difference(new)
        row.holidays = sorted({*row.holidays, *new} - gone)
        row.public_holidays = new
    else:
        row.public_holidays = []
    row.region = region


def _follow_region(row: Calendar, at: datetime) -> None:
    """Take over what is new among the days to come, and what was moved; what somebody removed by hand stays away."""
    days = public_holidays.days(row.region, year=_today(row, at).year)
    coming, earlier = _coming(days, row, at), _coming(row.public_holidays, row, at)
    row.holidays = sorted({*row.holidays, *(coming - earlier)} - (earlier - coming))
    row.public_holidays = sorted({*row.public_holidays, *coming} - (earlier - coming))


def _coming(days: Sequence[str], row: Calendar, at: datetime) -> set[str]:
    """Those of these days that have not come yet: what is over stays as it was judged by."""
    today = f"{_today(row, at)}"
    return {day for day in days if day > today}


def _today(row: Calendar, at: datetime) -> date:
    return at.astimezone(ZoneInfo(row.time_zone)).date()


def _before(row: Calendar) -> dict[str, Any]:
    return {"time_zone": row.time_zone, "week": row.week, "holidays": row.holidays}


def _count_anew(row: Calendar, because: str, at: datetime) -> None:
    """Count anew what was promised by it."""
    for promise in Promise.objects.filter(standards__calendar=row).distinct():
        recounts.start(promise=promise, because=because, at=at)


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


def _make_default(row: Calendar, *, is_default: bool) -> None:
    row.is_default = is_default
    if is_default:
        Calendar.objects.exclude(pk=row.pk).update(is_default=False)
