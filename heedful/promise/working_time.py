"""Working time: how long the company was open between two moments, and when a time it promised is up.

A calendar says when we are open on each weekday in one time zone, and on which dates we are closed. Time is counted as
it passes, not as the wall clock shows it: a period over the hour that is skipped in spring is an hour shorter, one over
the hour that is repeated in autumn an hour longer. A wall time that is skipped counts as the moment of the change, one
that comes twice as its first coming, so that two periods which touch never overlap and never leave a hole.

Times given must carry a time zone; times returned are in UTC and exact.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

type Period = tuple[int, int]  # seconds after midnight on the wall clock, the end may be 24:00
type Week = tuple[
    tuple[Period, ...],
    tuple[Period, ...],
    tuple[Period, ...],
    tuple[Period, ...],
    tuple[Period, ...],
    tuple[Period, ...],
    tuple[Period, ...],
]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_S = 86_400
FIRST_YEAR, LAST_YEAR = 1900, 2300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Year:
    """The open stretches of one year in microseconds since 1970, in order, with the open time before and through each;
    and its open days with the close of each."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    through: tuple[int, ...]
    days: tuple[date, ...]
    closes: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.through[-1] if self.through else 0

    def open_before(self, at: int) -> int:
        index = bisect_right(self.starts, at) - 1
        return 0 if index < 0 else self.before[index] + min(at, self.ends[index]) - self.starts[index]

    def moment(self, open_time: int) -> int:
        """The first moment by which `open_time` (above 0, at most the total) has passed."""
        index = bisect_left(self.through, open_time)
        return self.starts[index] + open_time - self.before[index]


@dataclass(frozen=True)
class WorkingHours:
    """When we are open: periods for Monday to Sunday in a time zone, and the dates on which we are closed all day.

    Hours that were changed hold from `since` on; `earlier` are those from before, zone and holidays among them.
    """

    time_zone: str
    week: Week
    holidays: frozenset[date] = frozenset()
    since: datetime | None = None
    earlier: "WorkingHours | None" = None
    _years: dict[int, _Year] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        zone(self.time_zone)
        if len(self.week) != 7:
            raise ValueError(f"A week has seven days, and this one has {len(self.week)}.")
        for name, periods in zip(WEEKDAY_NAMES, self.week, strict=True):
            _check_day(name, periods)
        if not any(self.week):
            raise ValueError("This calendar is never open. Give at least one period on one day.")

    @property
    def is_always(self) -> bool:
        is_always = not self.holidays and all(_covers_the_day(periods) for periods in self.week)
        return is_always and (self.earlier is None or self.earlier.is_always)

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.time_zone)

    def at(self, moment: datetime) -> "WorkingHours":
        """The hours that hold at a moment."""
        hours = self
        while hours.earlier is not None and hours.since is not None and moment < hours.since:
            hours = hours.earlier
        return hours

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "WorkingHours":
        """From `{"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "17:30"]]}, "holidays": ["2026-12-25"]}`.

        `week` may also be a list of seven days; `since` and `earlier` are those of hours that were changed. Equal data
        gives the same object, so that its years are laid out once.
        """
        if not isinstance(data, Mapping):
            raise ValueError("A calendar is an object with a time zone, a week and holidays.")
        week = tuple(tuple(sorted(_period(pair) for pair in day)) for day in _days(data.get("week")))
        since = datetime.fromisoformat(data["since"]) if data.get("since") else None
        earlier = cls.from_json(data["earlier"]) if since and data.get("earlier") else None
        holidays = frozenset(_holidays(data.get("holidays") or []))
        return _interned(str(data.get("time_zone") or ""), week, holidays, since if earlier else None, earlier)

    def to_json(self) -> dict[str, Any]:
        days = zip(WEEKDAYS, self.week, strict=True)
        return {
            "time_zone": self.time_zone,
            "week": {name: [[_clock(start), _clock(end)] for start, end in periods] for name, periods in days},
            "holidays": [day.isoformat() for day in sorted(self.holidays)],
        } | (
            {"since": self.since.isoformat(), "earlier": self.earlier.to_json()} if self.since and self.earlier else {}
        )


def working_time(calendar: WorkingHours, start: datetime, end: datetime) -> timedelta:
    """The open time from `start` to `end`, exact; zero when `end` is not after `start`."""
    first, last = _micros(start), _micros(end)
    if last <= first:
        return timedelta(0)
    if calendar.is_always:
        return timedelta(microseconds=last - first)
    years = [_year(calendar, year) for year in range(_year_around(first, -2), _year_around(last, +2) + 1)]
    return timedelta(microseconds=sum(year.open_before(last) - year.open_before(first) for year in years))


def working_seconds(calendar: WorkingHours, start: datetime, end: datetime) -> int:
    """The whole seconds of open time from `start` to `end`; never negative, additive over a split at a whole second."""
    return working_time(calendar, start, end) // timedelta(seconds=1)


def due_at(calendar: WorkingHours, start: datetime, seconds: int) -> datetime:
    """The first moment by which we have been open for `seconds` since `start`. Inverse of `working_seconds`."""
    if seconds < 0:
        raise ValueError("A time to keep cannot be negative.")
    first, remaining = _micros(start), seconds * 1_000_000
    if seconds == 0 or calendar.is_always:
        return _moment(first + remaining)
    for number in range(_year_around(first, -2), LAST_YEAR + 1):
        year = _year(calendar, number)
        passed = year.open_before(first)
        if passed + remaining <= year.total:
            return _moment(year.moment(passed + remaining))
        remaining -= year.total - passed
    raise ValueError(f"This time would be up after the year {LAST_YEAR}.")


def due_after_days(calendar: WorkingHours, start: datetime, days: int) -> datetime:
    """Close of business on the `days`-th open day after the day of `start`; the day of `start` itself is not counted.

    One working day from Monday 10:00 is Tuesday's close, from Friday, Saturday or Sunday it is Monday's. With 0 days it
    is the next close. A standard in days asks for a day, one in working seconds for an amount of time, which may be up
    in the middle of a day; which of the two was promised is the company's to say, so neither is derived from the other.
    """
    if days < 0:
        raise ValueError("A number of working days cannot be negative.")
    first, today, remaining = _micros(start), start.astimezone(calendar.at(start).zone).date(), max(days, 1)
    for number in range(_year_around(first, -2), LAST_YEAR + 1):
        year = _year(calendar, number)
        passed = bisect_right(year.days, today) if days else bisect_right(year.closes, first)
        if passed + remaining <= len(year.closes):
            return _moment(year.closes[passed + remaining - 1])
        remaining -= len(year.closes) - passed
    raise ValueError(f"This time would be up after the year {LAST_YEAR}.")


def is_open(calendar: WorkingHours, at: datetime) -> bool:
    return working_time(calendar, at, at + MICROSECOND) > timedelta(0)


def end_of_day(time_zone: str, day: date) -> datetime:
    """The last moment of a date in a time zone, one microsecond before the next date begins."""
    return _moment(_instant(zone(time_zone), day, DAY_S) - 1)


def at_wall_time(time_zone: str, local: datetime) -> datetime:
    """The moment at which a wall clock in the time zone first shows this time, or passes it where it is skipped."""
    midnight = datetime.combine(local.date(), time.min)
    seconds, rest = divmod((local - midnight) // MICROSECOND, 1_000_000)
    return _moment(_instant(zone(time_zone), local.date(), seconds) + rest)


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, KeyError, OSError):
        raise ValueError(f"“{name}” is not a time zone. Use a name such as Europe/Berlin.") from None


def _year(calendar: WorkingHours, number: int) -> _Year:
    if number not in calendar._years:
        calendar._years[number] = _lay_out(calendar, number)
    return calendar._years[number]


def _lay_out(calendar: WorkingHours, number: int) -> _Year:
    stretches, closes = _opened(calendar, number)
    through, total = [], 0
    for start, end, _ in stretches:
        total += end - start
        through.append(total)
    return _Year(
        starts=tuple(start for start, _, _ in stretches),
        ends=tuple(end for _, end, _ in stretches),
        before=(0, *through[:-1]) if through else (),
        through=tuple(through),
        days=tuple(closes),
        closes=tuple(closes.values()),
    )


def _opened(calendar: WorkingHours, number: int) -> tuple[list[tuple[int, int, date]], dict[date, int]]:
    """The open stretches of a year, each with its date, and when each date closed.

    Where hours changed, the stretches before are those of the earlier hours. A day on which we had closed by then stays
    closed at that time, so that what was due at the close stays so.
    """
    stretches = [(start, end, day) for day in _dates(number) for start, end in _stretches(calendar, day) if start < end]
    closes = {day: end for _, end, day in stretches}
    if calendar.earlier is None or calendar.since is None:
        return stretches, closes
    change = _micros(calendar.since)
    before, closed = _opened(calendar.earlier, number)
    earlier = [(start, min(end, change), day) for start, end, day in before if start < change]
    earlier += [(max(start, change), end, day) for start, end, day in stretches if end > change]
    still = {day: end for _, end, day in earlier} | {day: end for day, end in closed.items() if end <= change}
    return earlier, dict(sorted(still.items()))


def _dates(number: int) -> Iterable[date]:
    first = date(number, 1, 1)
    return (first + timedelta(days=count) for count in range((date(number + 1, 1, 1) - first).days))


def _stretches(calendar: WorkingHours, day: date) -> Iterable[Period]:
    periods = calendar.week[day.weekday()]
    if not periods or day in calendar.holidays:
        return []
    where = calendar.zone
    midnight = _instant(where, day, 0)
    if _instant(where, day, DAY_S) - midnight == DAY_S * 1_000_000:  # no change of the clocks on this day
        return [(midnight + start * 1_000_000, midnight + end * 1_000_000) for start, end in periods]
    return [(_instant(where, day, start), _instant(where, day, end)) for start, end in periods]


def _instant(where: ZoneInfo, day: date, seconds: int) -> int:
    """The first moment at which the wall clock shows this time or a later one."""
    local = datetime.combine(day, time.min) + timedelta(seconds=seconds)
    moment = local.replace(tzinfo=where).astimezone(UTC)
    if moment.astimezone(where).replace(tzinfo=None) != local:
        moment = _change_of_clocks(where, local)
    return (moment - EPOCH) // MICROSECOND


def _change_of_clocks(where: ZoneInfo, skipped: datetime) -> datetime:
    """When the clock jumped over a wall time that was skipped: bisected, as time zones do not list their changes."""
    late = skipped.replace(tzinfo=where, fold=0).astimezone(UTC)
    early = skipped.replace(tzinfo=where, fold=1).astimezone(UTC)
    after = late.astimezone(where).utcoffset()
    seconds = range((late - early) // timedelta(seconds=1) + 1)
    passed = bisect_left(
        seconds, True, key=lambda count: (early + timedelta(seconds=count)).astimezone(where).utcoffset() == after
    )
    return early + timedelta(seconds=passed)


def _micros(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("A time without a time zone cannot be counted from.")
    if not FIRST_YEAR < at.year < LAST_YEAR:
        raise ValueError(f"Working time is counted between the years {FIRST_YEAR} and {LAST_YEAR}.")
    return (at - EPOCH) // MICROSECOND


def _moment(micros: int) -> datetime:
    try:
        return EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        raise ValueError(f"This time would be up after the year {LAST_YEAR}.") from None


def _year_around(micros: int, days: int) -> int:
    """The year some days off, since a local date may belong to another year than its moment in UTC."""
    return (_moment(micros) + timedelta(days=days)).year


@lru_cache(maxsize=256)
def _interned(
    time_zone: str, week: Any, holidays: frozenset[date], since: datetime | None, earlier: WorkingHours | None
) -> WorkingHours:
    return WorkingHours(time_zone, week, holidays, since, earlier)


def _days(week: object) -> Sequence[Sequence[Any]]:
    if isinstance(week, Mapping):
        unknown = sorted(str(name) for name in week if name not in WEEKDAYS)
        if unknown:
            raise ValueError(f"“{unknown[0]}” is not a day. The days are {', '.join(WEEKDAYS)}.")
        week = [week.get(name) or [] for name in WEEKDAYS]
    if not isinstance(week, list | tuple) or not all(isinstance(day, list | tuple) for day in week):
        raise ValueError("A week is seven days, each a list of periods such as 09:00 to 17:30.")
    return week


def _period(pair: object) -> Period:
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise ValueError("A period is a start and an end, such as 09:00 and 17:30.")
    return _seconds(pair[0]), _seconds(pair[1])


def _seconds(text: object) -> int:
    if text in ("24:00", "24:00:00"):
        return DAY_S
    try:
        at = time.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        at = None
    if at is None or at.tzinfo or at.microsecond:
        raise ValueError(f"“{text}” is not a time of day. Write it as 09:00, up to 24:00.")
    return at.hour * 3600 + at.minute * 60 + at.second


def _clock(seconds: int) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return text + (f":{seconds % 60:02}" if seconds % 60 else "")


def _holidays(days: object) -> Iterable[date]:
    if not isinstance(days, list | tuple):
        raise ValueError("Holidays are a list of dates, such as 2026-12-25.")
    for text in days:
        try:
            yield date.fromisoformat(text)
        except (TypeError, ValueError):
            raise ValueError(f"“{text}” is not a date. Write holidays as 2026-12-25.") from None


def _check_day(name: str, periods: Sequence[Period]) -> None:
    for start, end in periods:
        if not (0 <= start <= DAY_S and 0 <= end <= DAY_S):
            raise ValueError(f"A period on {name} leaves the day. Times run from 00:00 to 24:00.")
        if start >= end:
            raise ValueError(
                f"On {name} the period {_clock(start)} to {_clock(end)} ends before it begins. "
                "Split a night in two at midnight: until 24:00, and from 00:00 on the next day."
            )
    for (start, end), (after, close) in pairwise(periods):
        if after < end:
            both = f"{_clock(start)} to {_clock(end)} and {_clock(after)} to {_clock(close)}"
            raise ValueError(f"On {name} the periods {both} overlap or are out of order.")


def _covers_the_day(periods: Sequence[Period]) -> bool:
    touching = all(before[1] == after[0] for before, after in pairwise(periods))
    return bool(periods) and periods[0][0] == 0 and periods[-1][1] == DAY_S and touching


_WHOLE_DAY = ((0, DAY_S),)
ALWAYS = WorkingHours("UTC", (_WHOLE_DAY,) * 7)
