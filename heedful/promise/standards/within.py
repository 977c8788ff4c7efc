"""From one touchpoint to another within a time: so many seconds, or by the end of so many days, each by a calendar."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from heedful.kit.errors import Refused
from heedful.promise import working_time
from heedful.promise.standards import timed
from heedful.promise.standards.contract import (
    Blank,
    Evidence,
    Fields,
    Form,
    Fragment,
    SentenceNames,
    ShellWords,
    StandardSpec,
    Unreadable,
    Verdict,
)
from heedful.promise.working_time import ALWAYS

LONGEST_S = 5 * 366 * 86_400
LONGEST_DAYS = 1_000
SPANS = (("hour", 3_600), ("minute", 60), ("second", 1))
SIZES_S = {"hours": 3_600, "minutes": 60, "seconds": 1}
"""The longest first. A day is no number of seconds: what is due in days is due at the end of one."""
UNITS = [f"{working}{unit}" for working in ("", "working ") for unit in ("seconds", "minutes", "hours", "days")]
SHORT_UNITS_S = {"s": 1, "min": 60, "h": 3600}
SHORT_UNITS_DAYS = {"d": 1, "w": 7}


def faults(standard: StandardSpec) -> Iterable[str]:
    """Why it cannot be measured."""
    yield from timed.faults(standard)
    if (standard.within_s is None) == (standard.days is None):
        yield "Give a time or a number of days within which it is to happen, one of the two."
    if (standard.within_s or 0) < 0 or (standard.days or 0) < 0:
        yield "The time within which it is to happen cannot be negative."


def limits(standard: StandardSpec) -> Iterable[str]:
    """Why it cannot be promised."""
    if standard.within_s == 0:
        yield "Promise a time that is longer than nothing."
    if (standard.within_s or 0) > LONGEST_S or (standard.days or 0) > LONGEST_DAYS:
        yield "Promise a time of at most five years, or a thousand days."


def evaluate(
    standard: StandardSpec, ordered: Sequence[Evidence], now: datetime
) -> tuple[list[Verdict], list[Unreadable]]:
    """How each clock stands."""
    return timed.evaluate(standard, ordered, now, due_at=_due_at)


def _due_at(standard: StandardSpec, opener: Evidence) -> datetime:
    if standard.within_s is not None:
        return working_time.due_at(standard.calendar or ALWAYS, opener.happened_at, standard.within_s)
    days = standard.days or 0
    if standard.calendar:
        return working_time.due_after_days(standard.calendar, opener.happened_at, days)
    today = opener.happened_at.astimezone(working_time.zone(standard.time_zone)).date()
    return working_time.end_of_day(standard.time_zone, today + timedelta(days=days))


def sentence(standard: Any, names: SentenceNames) -> str:
    """Such as `From order placed to delivered within 2 working days`."""
    return f"From {names.start} to {names.end} within {_span(standard)}"


def _span(standard: Any) -> str:
    working = "working " if standard.calendar_id else ""
    if standard.within_days is not None:
        return _count(standard.within_days, f"{working}day")
    seconds = standard.within_s or 0
    # A day or a week has no fixed number of hours, so that hours are said in hours.
    name, size = next(((name, size) for name, size in SPANS if seconds and seconds % size == 0), SPANS[-1])
    return _count(seconds // size, f"{working}{name}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def read(filled: Mapping[str, Any]) -> Fields:
    """The time that the number and its unit say; working time is by the default calendar where none is chosen."""
    unit, number = filled["unit"], filled["number"]
    is_working, in_days = unit.startswith("working"), unit.endswith("days")
    calendar = (filled["calendar"] or filled["default_calendar"]) if is_working else None
    if is_working and calendar is None:
        raise Refused("Say first when you work, under Setup, Working time. Or promise hours and days by the clock.")
    return {
        "within_days": number if in_days else None,
        "within_s": None if in_days or number is None else number * SIZES_S[unit.removeprefix("working ")],
        "calendar": calendar,
    }


def show(standard: Any) -> Fields:
    """The time in the longest unit that says it exactly."""
    working = "working " if standard.calendar_id else ""
    if standard.within_s is None:
        return {"unit": f"{working}days", "number": standard.within_days}
    unit = next(unit for unit, size_s in SIZES_S.items() if standard.within_s % size_s == 0)
    return {"unit": f"{working}{unit}", "number": standard.within_s // SIZES_S[unit]}


def unfilled(has_calendar: bool) -> Fields:
    """Days, of working time where the company has said when it works."""
    return {"unit": "working days" if has_calendar else "days"}


def from_shell(start: str, end: str, time: str) -> Fields:
    """A time such as `4h`, or `2d`, which is up at the end of the second day."""
    number = time.rstrip("abcdefghijklmnopqrstuvwxyz ")
    unit = time[len(number) :].strip()
    units = SHORT_UNITS_S | SHORT_UNITS_DAYS
    if not number.strip().isdigit() or unit not in units:
        raise Refused(f"Write a time as a number and one of {', '.join(units)}, such as 2d; not {time!r}.")
    field = "within_days" if unit in SHORT_UNITS_DAYS else "within_s"
    return {"from_kind": start, "to_kind": end, field: int(number) * units[unit]}


FORM = Form(
    code="within",
    fields=timed.FIELDS | {"within_s", "within_days"},
    faults=faults,
    limits=limits,
    evaluate=evaluate,
    sentence=sentence,
    fragment=Fragment(
        sentence="From {from} to {to} within {number} {unit}",
        blanks=(
            *timed.BLANKS,
            Blank(name="number", label="how many", type="number", lowest=0, needed="Say within how long."),
            Blank(name="unit", label="of what", type="choice", choices=tuple((unit, unit) for unit in UNITS)),
        ),
        read=read,
        show=show,
        unfilled=unfilled,
    ),
    shell=ShellWords(words=("FROM", "TO", "TIME"), help="such as: order_placed delivered 2d", read=from_shell),
    is_case_clock=True,
)
