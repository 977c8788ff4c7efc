"""Public holidays by region, from a library that knows them."""

from datetime import UTC, datetime

import pytest

from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.promise import calendars, public_holidays
from heedful.promise.models import Calendar

WEEK = {"mon": [["09:00", "17:00"]]}
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_region_has_its_own_days_beside_those_of_its_country() -> None:
    wales, scotland = (public_holidays.days(region, year=2026) for region in ("GB-WLS", "GB-SCT"))
    assert "2026-01-02" in scotland
    assert "2026-01-02" not in wales
    assert "2026-04-06" in wales
    assert {day[:4] for day in wales} == {"2026", "2027", "2028"}
    assert "2026-12-28" in wales, "a holiday on a Saturday is had on the Monday after"


def test_regions_are_named_with_their_country() -> None:
    assert public_holidays.name_of("GB-WLS") == "Wales, United Kingdom"
    assert public_holidays.name_of("DE") == "Germany"


@pytest.mark.parametrize("region", ["", "XX", "GB-XX", "GB\x00", "wls"])
def test_a_region_that_is_none_is_refused(region: str) -> None:
    with pytest.raises(Refused, match="not a country or region"):
        public_holidays.days(region, year=2026)


def test_the_table_of_regions_is_what_the_library_knows() -> None:
    assert dict(public_holidays.regions()) == public_holidays.offered()


@pytest.mark.django_db
def test_a_calendar_keeps_its_own_days_and_takes_those_of_a_region_once() -> None:
    row = calendars.add(
        name="Cardiff", time_zone="Europe/London", week=WEEK, holidays=["2026-08-17"], region="GB-WLS", by=SYSTEM, at=AT
    )
    first = row.holidays
    assert "2026-08-17" in first
    again = calendars.change(
        calendar=row, name="Cardiff", time_zone="Europe/London", week=WEEK, holidays=first, region="GB-WLS",
        by=SYSTEM, at=AT,
    )  # fmt: skip
    assert again.holidays == first == sorted(set(first))


@pytest.mark.django_db
def test_a_region_that_is_none_changes_no_calendar() -> None:
    with pytest.raises(Refused):
        calendars.add(name="Moon", time_zone="UTC", week=WEEK, region="MOON", by=SYSTEM, at=AT)
    assert not Calendar.objects.exists()
