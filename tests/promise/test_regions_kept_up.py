"""A calendar follows the public holidays of its region through the years, and people's own changes stand."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.promise import calendars, public_holidays
from heedful.promise.models import Calendar
from heedful.web.setup.calendars import _public

WEEK = {"mon": [["09:00", "17:00"]]}
MARCH_2026 = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEW_YEAR_2027 = datetime(2027, 1, 1, 2, 22, tzinfo=UTC)

type Decide = Callable[[dict[str, list[str]]], None]


def add(region: str, *, zone: str = "Europe/London", at: datetime = MARCH_2026) -> Calendar:
    return calendars.add(name=region, time_zone=zone, week=WEEK, region=region, by=SYSTEM, at=at)


def change(row: Calendar, *, region: str, without: str = "", plus: str = "") -> Calendar:
    days = [day for day in [*row.holidays, plus] if day and day != without]
    return calendars.change(
        calendar=row, name=row.name, time_zone=row.time_zone, week=WEEK, holidays=days, region=region,
        by=SYSTEM, at=MARCH_2026,
    )  # fmt: skip


def kept_up(row: Calendar, at: datetime = NEW_YEAR_2027) -> Calendar:
    calendars.keep_up(at=at)
    row.refresh_from_db()
    return row


def of(row: Calendar, year: int) -> list[str]:
    return [day[5:] for day in row.holidays if day.startswith(str(year))]


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> Decide:
    """Say what a government decides: the days of each year."""

    def decide(years: dict[str, list[str]]) -> None:
        monkeypatch.setattr(
            public_holidays, "days", lambda _, *, year: [d for n in range(3) for d in years.get(str(year + n), [])]
        )

    return decide


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("region", "zone", "expected"),
    [
        ("GB-WLS", "Europe/London", ["01-01", "03-30", "04-02", "05-07", "05-28", "08-27", "12-25", "12-26"]),
        ("DE-BY", "Europe/Berlin", ["01-01", "01-06", "03-30", "04-02", "05-01", "05-10", "05-21", "05-31", "10-03",
                                    "11-01", "12-25", "12-26"]),
    ],
)  # fmt: skip
def test_a_year_that_comes_nearer_is_filled_by_itself(region: str, zone: str, expected: list[str]) -> None:
    row = add(region, zone=zone)
    assert (row.region, max(row.holidays)[:4], _public(row)[-12:]) == (region, "2028", "through 2028")

    row = kept_up(row)

    assert max(row.holidays) < "2030"
    assert _public(row) == f"those of {public_holidays.name_of(region)} through 2029"
    assert of(row, 2029) == expected


def test_a_bank_holiday_that_was_moved_is_had_when_it_was_moved_to() -> None:
    days = public_holidays.days("GB-WLS", year=2022)
    assert {"2022-06-02", "2022-06-03"} <= set(days)
    assert "2022-05-30" not in days


@pytest.mark.django_db
def test_a_day_that_somebody_removed_or_added_stays_as_it_is() -> None:
    row = change(add("GB-WLS"), region="GB-WLS", without="2027-08-30", plus="2027-08-31")

    row = kept_up(row)

    assert "2027-08-30" not in row.holidays
    assert "2027-08-31" in row.holidays
    assert kept_up(row).holidays == row.holidays


@pytest.mark.django_db
def test_what_a_government_moves_is_moved_in_the_days_to_come_alone(decide: Decide) -> None:
    decide({"2026": ["2026-01-01", "2026-05-04", "2026-08-31"], "2027": ["2027-05-03"]})
    row = add("GB-WLS")

    decide({"2026": ["2026-01-02", "2026-05-08", "2026-08-31"], "2027": ["2027-05-03"]})
    row = kept_up(row, MARCH_2026)

    assert row.holidays == ["2026-01-01", "2026-05-08", "2026-08-31", "2027-05-03"]
    change_ = Entry.objects.get(kind="CalendarChanged")
    assert (change_.by_kind, "2026-05-04" in change_.data["before"]["holidays"]) == (SYSTEM.kind, True)
    kept_up(row, MARCH_2026)
    assert Entry.objects.filter(kind="CalendarChanged").count() == 1


@pytest.mark.django_db
def test_another_region_takes_the_place_of_the_one_before_and_none_leaves_the_days() -> None:
    row = add("GB-SCT")
    assert "2027-11-30" in row.holidays

    row = change(row, region="GB-WLS")
    assert {"2026-01-02", "2026-08-31"} <= set(row.holidays), "what is over stays"
    assert "2027-11-30" not in row.holidays

    row = change(row, region="")
    assert "2027-08-30" in row.holidays
    assert (kept_up(row).holidays, _public(row)) == (row.holidays, "")


@pytest.mark.django_db
def test_a_region_that_is_known_no_more_keeps_no_other_from_its_days(caplog: pytest.LogCaptureFixture) -> None:
    lost, row = add("GB-WLS"), add("GB-SCT")
    Calendar.objects.filter(pk=lost.pk).update(region="GB-XX")

    assert "2029-12-25" in kept_up(row).holidays
    assert f"calendar {lost.pk} cannot be kept up" in caplog.text
