"""Days and months where somebody lives: 23, 24 or 25 hours, and a month's end that is not Greenwich's."""

from datetime import UTC, date, datetime

import pytest

from heedful.kit import days


@pytest.mark.parametrize(
    ("zone", "at", "number", "then"),
    [
        ("Europe/London", "2026-03-30T12:00+01:00", 2, "2026-03-28T12:00+00:00"),
        ("Europe/London", "2026-10-26T12:00+00:00", 2, "2026-10-24T12:00+01:00"),
        ("America/St_Johns", "2026-03-09T00:30-02:30", 1, "2026-03-08T00:30-03:30"),
        ("Asia/Tokyo", "2026-03-30T12:00+09:00", 30, "2026-02-28T12:00+09:00"),
    ],
)
def test_so_many_days_earlier_the_clock_shows_the_same(zone: str, at: str, number: int, then: str) -> None:
    assert days.before(datetime.fromisoformat(at), number, zone=zone) == datetime.fromisoformat(then)


@pytest.mark.parametrize(
    ("zone", "year", "number", "since", "until"),
    [
        ("Europe/London", 2026, 6, "2026-05-31T23:00Z", "2026-06-30T23:00Z"),
        ("UTC", 2026, 12, "2026-12-01T00:00Z", "2027-01-01T00:00Z"),
        ("America/New_York", 2026, 3, "2026-03-01T05:00Z", "2026-04-01T04:00Z"),
        ("Asia/Tokyo", 2026, 2, "2026-01-31T15:00Z", "2026-02-28T15:00Z"),
    ],
)
def test_a_month_begins_and_ends_there(zone: str, year: int, number: int, since: str, until: str) -> None:
    assert days.month(year, number, zone=zone) == (datetime.fromisoformat(since), datetime.fromisoformat(until))


def test_a_moment_is_on_another_day_elsewhere() -> None:
    at = datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert [days.day_of(at, zone=zone) for zone in ("UTC", "Europe/London")] == [date(2026, 6, 30), date(2026, 7, 1)]
