"""What a property means when it is a date, a yes or a key."""

import contextlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.promise import property_values

END = datetime(2026, 3, 5, 22, 59, 59, 999999, tzinfo=UTC)  # of 5 March in Berlin
TEN = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)  # 10:00 in Berlin


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("2026-03-05", END),
        (" 2026-03-05 ", END),
        ("20260305", END),
        (20260305, END),
        (date(2026, 3, 5), END),
        ("05.03.2026", END),
        ("5.3.2026", END),
        ("2026/03/05", END),
        ("5 March 2026", END),
        ("5 Mar 2026", END),
        ("March 5, 2026", END),
        ("05-Mar-2026", END),
        ("2026-03-05T10:00:00", TEN),
        ("2026-03-05 10:00", TEN),
        ("2026-03-05T09:00:00Z", TEN),
        ("2026-03-05T04:00:00-05:00", TEN),
        ("05.03.2026 10:00", TEN),
        ("5 March 2026 10:00:00", TEN),
        ("Thu, 05 Mar 2026 10:00:00 +0100", TEN),
        (datetime(2026, 3, 5, 9, tzinfo=UTC), TEN),
        (1772701200, TEN),
        (1772701200.0, TEN),
        ("1772701200", TEN),
        (1772701200000, TEN),
        ("1772701200000", TEN),
        ("2026-03-05T00:00:00", datetime(2026, 3, 4, 23, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_the_way_it_was_meant(value: object, means: datetime) -> None:
    assert property_values.time_of(value, time_zone="Europe/Berlin") == means


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("soon", "“soon” is not a date"),
        ("05/03/2026", "day or the month first"),
        ("5-3-26", "day or the month first"),
        ("2026-02-30", "is not a date"),
        ("9999-12-31", "not a date between 1980 and 2200"),
        ("0001-01-01T00:00:00+14:00", "not a date"),
        (17, "is not a date"),
        (1e300, "is not a date"),
        (float("nan"), "is not a date"),
        (float("inf"), "is not a date"),
        (True, "is not a date"),
        ({"day": 5}, "is not a date"),
        ([2026, 3, 5], "is not a date"),
        ("\x00", "is not a date"),
        ("9" * 13, "not a date"),
    ],
)
def test_what_is_not_plainly_a_date_is_refused_with_the_reason(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        property_values.time_of(value, time_zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("2026-06-30[America/New_York]", datetime(2026, 7, 1, 3, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-06-30[Asia/Tokyo]", datetime(2026, 6, 30, 14, 59, 59, 999_999, tzinfo=UTC)),
        ("2026-06-30 18:00[America/New_York]", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-06-30T18:00:00+02:00[Europe/Berlin]", datetime(2026, 6, 30, 16, tzinfo=UTC)),
    ],
)
def test_a_day_that_names_its_zone_ends_there_wherever_the_company_is(value: str, means: datetime) -> None:
    assert property_values.time_of(value, time_zone="Europe/London") == means


@pytest.mark.parametrize("value", ["2026-06-30[Mars/Olympus]", "[Europe/Berlin]", "soon[Europe/Berlin]"])
def test_a_zone_or_a_day_that_there_is_not_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        property_values.time_of(value, time_zone="UTC")


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "yes", " Yes ", "Y", "TRUE", "ja", "Oui", "si", "sí"])
def test_a_yes_is_a_yes_in_many_ways(value: object) -> None:
    assert property_values.yes_of(value) is True


@pytest.mark.parametrize("value", [False, 0, 0.0, "0", "no", "N", "False", "nein", "non", "não"])
def test_a_no_is_a_no_in_many_ways(value: object) -> None:
    assert property_values.yes_of(value) is False


@pytest.mark.parametrize("value", [None, "", "maybe", 2, -1, 0.5, [], ["yes"]])
def test_anything_else_is_neither(value: object) -> None:
    assert property_values.yes_of(value) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.from_regex(r"[0-9 :./-]{4,20}", fullmatch=True)))
def test_no_value_does_worse_than_a_refusal(value: object) -> None:
    with contextlib.suppress(ValueError):
        assert property_values.time_of(value, time_zone="Europe/Berlin").tzinfo == UTC
    property_values.yes_of(value)
    property_values.key_of(value)


def test_keys_match_as_text() -> None:
    assert property_values.key_of(17) == property_values.key_of(" 17 ") == property_values.key_of(17.0) == "17"
    assert [property_values.key_of(value) for value in (None, "", "  ", True, [1])] == [None] * 5


def test_a_property_is_found_by_name_or_by_path() -> None:
    assert property_values.value_at({"order": {"id": 7}}, "order.id") == 7
    assert property_values.value_at({"order.id": 8, "order": {"id": 7}}, "order.id") == 8
    assert property_values.value_at({"order": 7}, "order.id") is None
    assert property_values.value_at({}, "order") is None
