"""Working time against cases worked out by hand, and against counting second by second."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.promise import working_time
from heedful.promise.working_time import ALWAYS, WorkingHours

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600


def calendar(
    *, zone: str = "Europe/Berlin", holidays: list[str] | None = None, **week: list[list[str]]
) -> WorkingHours:
    return WorkingHours.from_json({"time_zone": zone, "week": week, "holidays": holidays or []})


def office(holidays: list[str] | None = None) -> WorkingHours:
    day = [["09:00", "12:30"], ["13:30", "17:00"]]
    return calendar(holidays=holidays, mon=day, tue=day, wed=day, thu=day, fri=[["09:00", "14:00"]])


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


# 2026-03-02 is a Monday.
@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02 09:00", "2026-03-02 17:00", 7),
        ("2026-03-02 08:00", "2026-03-02 09:30", 0.5),
        ("2026-03-02 12:00", "2026-03-02 14:00", 1),
        ("2026-03-02 12:30", "2026-03-02 13:30", 0),
        ("2026-03-02 16:00", "2026-03-03 10:00", 2),
        ("2026-03-06 13:00", "2026-03-09 10:00", 2),
        ("2026-03-07 00:00", "2026-03-09 00:00", 0),
        ("2026-03-02 00:00", "2026-03-09 00:00", 33),
        ("2026-03-03 00:00", "2026-03-02 00:00", 0),
    ],
)
def test_only_open_time_is_counted(start: str, end: str, hours: float) -> None:
    assert working_time.working_seconds(office(), berlin(start), berlin(end)) == hours * HOUR


def test_a_holiday_is_closed_all_day() -> None:
    closed = office(["2026-03-03"])
    assert working_time.working_seconds(closed, berlin("2026-03-02 16:00"), berlin("2026-03-04 10:00")) == 2 * HOUR
    assert working_time.due_at(closed, berlin("2026-03-02 16:00"), HOUR + 1) == berlin("2026-03-04 09:00:01")


@pytest.mark.parametrize(
    ("start", "seconds", "due"),
    [
        ("2026-03-02 09:00", 600, "2026-03-02 09:10"),
        ("2026-03-02 12:25", 600, "2026-03-02 13:35"),
        ("2026-03-02 16:59:59", 2, "2026-03-03 09:00:01"),
        ("2026-03-06 20:00", HOUR, "2026-03-09 10:00"),
        ("2026-03-02 16:00", HOUR, "2026-03-02 17:00"),
        ("2026-03-07 11:00", 0, "2026-03-07 11:00"),
        ("2026-03-02 09:00:00.250000", 10, "2026-03-02 09:00:10.250000"),
        ("2026-12-31 16:59", 120, "2027-01-01 09:01"),
    ],
)
def test_the_due_time_is_exact(start: str, seconds: int, due: str) -> None:
    assert working_time.due_at(office(), berlin(start), seconds) == berlin(due)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-03-02 10:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 07:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 23:00", 1, "2026-03-03 17:00"),
        ("2026-03-05 10:00", 1, "2026-03-06 14:00"),
        ("2026-03-06 10:00", 1, "2026-03-09 17:00"),
        ("2026-03-07 10:00", 1, "2026-03-09 17:00"),
        ("2026-03-08 10:00", 2, "2026-03-10 17:00"),
        ("2026-03-02 10:00", 0, "2026-03-02 17:00"),
        ("2026-03-02 17:00", 0, "2026-03-03 17:00"),
        ("2026-03-07 10:00", 0, "2026-03-09 17:00"),
        ("2026-12-31 10:00", 1, "2027-01-01 14:00"),
    ],
)
def test_working_days_end_at_the_close_of_an_open_day(start: str, days: int, due: str) -> None:
    assert working_time.due_after_days(office(), berlin(start), days) == berlin(due)


def test_working_days_leave_out_holidays_and_reach_over_years() -> None:
    assert working_time.due_after_days(office(["2026-03-03"]), berlin("2026-03-02 10:00"), 1) == berlin(
        "2026-03-04 17:00"
    )
    assert working_time.due_after_days(ALWAYS, datetime(2026, 1, 1, 5, tzinfo=UTC), 1000) == datetime(
        2028, 9, 28, tzinfo=UTC
    )


def test_a_period_may_end_at_midnight_and_go_on_after_it() -> None:
    night = calendar(mon=[["22:00", "24:00"]], tue=[["00:00", "02:00"]])
    assert working_time.working_seconds(night, berlin("2026-03-02 21:00"), berlin("2026-03-03 09:00")) == 4 * HOUR
    assert working_time.due_at(night, berlin("2026-03-02 23:59:59"), 2) == berlin("2026-03-03 00:00:01")
    assert working_time.is_open(night, berlin("2026-03-02 23:59:59.999999"))
    assert not working_time.is_open(night, berlin("2026-03-03 02:00"))


def test_the_opening_is_open_and_the_close_is_closed() -> None:
    assert working_time.is_open(office(), berlin("2026-03-02 09:00"))
    assert not working_time.is_open(office(), berlin("2026-03-02 08:59:59.999999"))
    assert not working_time.is_open(office(), berlin("2026-03-02 12:30"))


def test_a_calendar_with_a_hole_in_the_day_is_not_always_open() -> None:
    nightly = WorkingHours("Europe/Berlin", (((0, 6 * HOUR), (22 * HOUR, 24 * HOUR)),) * 7)
    assert not nightly.is_always
    assert working_time.working_seconds(nightly, berlin("2026-03-02 00:00"), berlin("2026-03-03 00:00")) == 8 * HOUR


def test_working_time_is_exact_over_the_turn_of_the_year() -> None:
    turn = working_time.working_time(
        office(), berlin("2025-12-31 16:59:59.999999"), berlin("2026-01-05 09:00:00.000001")
    )
    assert turn == timedelta(hours=7 + 5, microseconds=2)  # a Thursday and a Friday


# Berlin skips 02:00 to 03:00 on 2026-03-29 and repeats it on 2026-10-25, both Sundays.
@pytest.mark.parametrize(
    ("period", "spring", "autumn"),
    [
        (["00:00", "24:00"], 23, 25),
        (["01:00", "04:00"], 2, 4),
        (["02:15", "02:45"], 0, 0.5),
        (["01:00", "02:30"], 1, 1.5),
        (["02:30", "04:00"], 1, 2.5),
        (["03:00", "04:00"], 1, 1),
    ],
)
def test_time_is_counted_as_it_passes_when_the_clocks_change(period: list[str], spring: float, autumn: float) -> None:
    sundays = calendar(sun=[period], sat=[["10:00", "11:00"]])
    for day, hours in (("2026-03-29", spring), ("2026-10-25", autumn)):
        morning = berlin(f"{day} 00:00")
        tomorrow = berlin(str(date.fromisoformat(day) + timedelta(days=1)))
        assert working_time.working_seconds(sundays, morning, tomorrow) == hours * HOUR


def test_the_due_time_is_right_on_either_side_of_a_change_of_clocks() -> None:
    nights = calendar(sun=[["00:00", "06:00"]])
    assert working_time.due_at(nights, berlin("2026-03-29 01:30"), HOUR) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert working_time.due_at(nights, berlin("2026-10-25 01:30"), 2 * HOUR) == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )


def test_a_date_that_a_time_zone_left_out_is_no_time_at_all() -> None:
    apia = WorkingHours("Pacific/Apia", (((8 * HOUR, 16 * HOUR),),) * 7)
    start = datetime(2011, 12, 29, 8, tzinfo=ZoneInfo("Pacific/Apia"))  # Samoa had no 30 December 2011
    assert working_time.due_at(apia, start, 16 * HOUR) == datetime(2011, 12, 31, 16, tzinfo=ZoneInfo("Pacific/Apia"))
    assert working_time.due_after_days(apia, start, 1) == datetime(2011, 12, 31, 16, tzinfo=ZoneInfo("Pacific/Apia"))


def test_a_day_ends_in_its_own_time_zone() -> None:
    assert working_time.end_of_day("Europe/Berlin", date(2026, 3, 5)) == datetime(2026, 3, 5, 22, 59, 59, 999999, UTC)
    assert working_time.end_of_day("America/New_York", date(2026, 3, 5)) == datetime(2026, 3, 6, 4, 59, 59, 999999, UTC)


def test_a_wall_time_that_is_skipped_is_the_moment_of_the_change() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert working_time.at_wall_time("Europe/Berlin", datetime(2026, 3, 29, 2, 30)) == change  # noqa: DTZ001
    first = working_time.at_wall_time("Europe/Berlin", datetime(2026, 10, 25, 2, 30))  # noqa: DTZ001
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"week": {"mon": [["09:00", "17:00"]]}}, "“” is not a time zone"),
        ({"time_zone": "Mars/Olympus", "week": {"mon": [["09:00", "17:00"]]}}, "“Mars/Olympus” is not a time zone"),
        ({"time_zone": "../etc/passwd", "week": {"mon": [["09:00", "17:00"]]}}, "is not a time zone"),
        ({"time_zone": "UTC", "week": {}}, "This calendar is never open"),
        ({"time_zone": "UTC", "week": [[]] * 6}, "A week has seven days, and this one has 6"),
        ({"time_zone": "UTC", "week": {"monday": []}}, "“monday” is not a day"),
        ({"time_zone": "UTC", "week": "always"}, "A week is seven days"),
        ({"time_zone": "UTC", "week": {"mon": [["09:00"]]}}, "A period is a start and an end"),
        ({"time_zone": "UTC", "week": {"mon": [["9 am", "17:00"]]}}, "“9 am” is not a time of day"),
        ({"time_zone": "UTC", "week": {"mon": [["09:00", "25:00"]]}}, "“25:00” is not a time of day"),
        ({"time_zone": "UTC", "week": {"mon": [["22:00", "06:00"]]}}, "Monday the period 22:00 to 06:00 ends before"),
        ({"time_zone": "UTC", "week": {"tue": [["09:00", "09:00"]]}}, "On Tuesday the period"),
        (
            {"time_zone": "UTC", "week": {"mon": [["12:00", "17:00"], ["09:00", "12:30"]]}},
            "On Monday the periods 09:00 to 12:30 and 12:00 to 17:00 overlap",
        ),
        ({"time_zone": "UTC", "week": {"mon": [["09:00", "17:00"]]}, "holidays": ["25.12."]}, "“25.12.” is not a date"),
        (
            {"time_zone": "UTC", "week": {"mon": [["09:00", "17:00"]]}, "holidays": "none"},
            "Holidays are a list of dates",
        ),
        ([], "A calendar is an object"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_a_sentence(data: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(").replace(".", r"\.")):
        WorkingHours.from_json(data)


def test_a_calendar_survives_a_round_trip_and_is_laid_out_once() -> None:
    data = office(["2026-12-25"]).to_json()
    assert data["week"]["fri"] == [["09:00", "14:00"]]
    assert WorkingHours.from_json(data) is office(["2026-12-25"])
    assert WorkingHours.from_json(ALWAYS.to_json()) == ALWAYS


def test_times_that_cannot_be_counted_are_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        working_time.due_at(office(), datetime(2026, 3, 2), 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="cannot be negative"):
        working_time.due_at(office(), berlin("2026-03-02"), -1)
    with pytest.raises(ValueError, match="cannot be negative"):
        working_time.due_after_days(office(), berlin("2026-03-02"), -1)
    with pytest.raises(ValueError, match="between the years"):
        working_time.working_seconds(office(), berlin("2026-03-02"), datetime(9999, 12, 31, tzinfo=UTC))
    for seconds in (10**12, 10**30):
        with pytest.raises(ValueError, match="after the year 2300"):
            working_time.due_at(calendar(mon=[["09:00", "09:01"]]), berlin("2026-03-02"), seconds)
    with pytest.raises(ValueError, match="after the year 2300"):
        working_time.due_at(ALWAYS, berlin("2026-03-02"), 10**30)


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]
moments = st.datetimes(
    min_value=datetime(2015, 1, 1),  # noqa: DTZ001
    max_value=datetime(2019, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
near_changes = st.sampled_from(
    [
        "2018-03-25 01:00",
        "2018-10-28 01:00",
        "2018-03-11 07:00",
        "2018-11-04 06:00",
        "2018-02-18 02:00",
        "2018-04-07 15:00",
    ]
).flatmap(
    lambda text: st.integers(-9000, 9000).map(
        lambda off: datetime.fromisoformat(text).replace(tzinfo=UTC) + timedelta(seconds=off)
    )
)
anytime = st.one_of(moments, near_changes)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
    return tuple((start * 900, end * 900) for start, end in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkingHours:
    week = tuple(draw(st.tuples(*[days()] * 7).filter(any)))
    closed = draw(st.frozensets(st.dates(date(2015, 1, 1), date(2019, 12, 31)), max_size=20))
    return WorkingHours(draw(st.sampled_from(ZONES)), week, closed)


@given(calendars(), anytime, anytime)
def test_working_time_is_never_negative_nor_more_than_the_time_that_passed(
    hours: WorkingHours, a: datetime, b: datetime
) -> None:
    counted = working_time.working_seconds(hours, a, b)
    assert 0 <= counted <= max(0, int((b - a).total_seconds()))


@given(calendars(), st.lists(anytime, min_size=3, max_size=3).map(sorted))
def test_working_time_adds_up_over_a_split(hours: WorkingHours, moments: list[datetime]) -> None:
    a, b, c = moments
    parts = working_time.working_seconds(hours, a, b) + working_time.working_seconds(hours, b, c)
    assert parts == working_time.working_seconds(hours, a, c)


@given(calendars(), anytime, st.integers(0, 400_000))
def test_the_due_time_is_the_earliest_by_which_the_time_was_worked(
    hours: WorkingHours, start: datetime, s: int
) -> None:
    due = working_time.due_at(hours, start, s)
    assert working_time.working_seconds(hours, start, due) == s
    assert due == start or working_time.working_time(hours, start, due - working_time.MICROSECOND) < timedelta(
        seconds=s
    )


@given(st.sampled_from(ZONES), anytime, anytime)
def test_a_calendar_that_never_closes_counts_clock_time(name: str, a: datetime, b: datetime) -> None:
    halves = ((0, 43_200), (43_200, 86_400))
    open_long_ago = WorkingHours(name, (halves,) * 7, frozenset({date(1901, 1, 1)}))
    assert not open_long_ago.is_always
    for hours in (open_long_ago, ALWAYS, WorkingHours(name, (halves,) * 7)):
        assert working_time.working_seconds(hours, a, b) == max(0, int((b - a).total_seconds()))


@given(calendars(), anytime, st.integers(1, 90))
def test_working_time_agrees_with_asking_every_minute_whether_it_is_open(
    hours: WorkingHours, start: datetime, minutes: int
) -> None:
    start = start.replace(second=0)
    each = [start + timedelta(minutes=count) for count in range(minutes)]
    asked = sum(working_time.is_open(hours, at) for at in each)
    assert working_time.working_seconds(hours, start, start + timedelta(minutes=minutes)) == asked * 60


@given(calendars(), moments)
def test_a_time_far_from_any_change_of_clocks_is_open_when_the_wall_clock_says_so(
    hours: WorkingHours, at: datetime
) -> None:
    local = at.astimezone(hours.zone)
    around = {(at + timedelta(hours=off)).astimezone(hours.zone).utcoffset() for off in range(-30, 31, 6)}
    if len(around) == 1:
        second = local.hour * 3600 + local.minute * 60 + local.second
        says = any(start <= second < end for start, end in hours.week[local.weekday()])
        assert working_time.is_open(hours, at) == (says and local.date() not in hours.holidays)


@given(calendars(), anytime, st.integers(1, 30))
def test_working_days_end_at_a_close_and_never_on_the_first_day(
    hours: WorkingHours, start: datetime, count: int
) -> None:
    due = working_time.due_after_days(hours, start, count)
    assert not working_time.is_open(hours, due) or working_time.is_open(hours, due - working_time.MICROSECOND)
    assert working_time.working_time(hours, due - working_time.MICROSECOND, due) > timedelta(0)
    assert (due - working_time.MICROSECOND).astimezone(hours.zone).date() > start.astimezone(hours.zone).date()
    assert working_time.due_after_days(hours, start, count + 1) > due
