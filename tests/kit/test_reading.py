"""Times, numbers, yes and no are read alike, whoever sends them: a program, a file or a touchpoint's property."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from heedful.api.events import times as events
from heedful.api.events.traits import consents, read
from heedful.imports import times as imports
from heedful.kit.reading import months, times
from heedful.kit.reading.numbers import number_of
from heedful.kit.reading.yes_no import NO, YES, yes_of
from heedful.promise import property_values

TEN = datetime(2026, 3, 5, 10, tzinfo=UTC)
DAY = date(2026, 3, 5)

# Each of these was read differently by events, imports and promises, or by one of them alone.
MOMENTS = [
    ("1700010112345", datetime(2023, 11, 15, 1, 1, 52, 345_000, tzinfo=UTC)),
    ("2026030510150", datetime(2034, 3, 15, 10, 15, 10, 150000, tzinfo=UTC)),
    ("1772704800000000", TEN),
    ("1772704800000000000", TEN),
    (1772704800000000, TEN),
    (1772704800000000000, TEN),
    (100_000_000_000, datetime(1973, 3, 3, 9, 46, 40, tzinfo=UTC)),
    (" 2026-03-05T10:00:00Z ", TEN),
    ("2026-03-05T10:00:00z", TEN),
    ("2026-03-05 10:00:00 UTC", TEN),
    ("2026/03/05 10:00:00 GMT", TEN),
    ("Thu, 05 Mar 2026 10:00:00 GMT", TEN),
    ("Thu, 05 Mar 2026 11:00:00 +0100", TEN),
]
WALL_TIMES = ["05.03.2026 10:00", "2026/3/5 10:00:00", "5 March 2026 10:00", "5 Mar 2026 10:00", "March 5, 2026 10:00"]
DAYS = ["05.03.2026", "5.3.2026", "2026/03/05", "2026/3/5", "2026.03.05", "5 March 2026", "Mar 5, 2026", "05-Mar-2026"]
NO_TIMES: list[Any] = [
    "5", 5, 0, -1, "99999999", "20260305101500", 20260305101500, "10000000000000000000000", "05/03/2026", "5-3-26",
    "5 Mart 2026", "32.1.2026", "5.3.2026 25:00", float("nan"), float("inf"), True, None, [], "", "9" * 5_000,
    "2026-03-05" + " " * 100 + "x",
]  # fmt: skip


NEITHER: tuple[Any, ...] = ("perhaps", "", 2, -1, 0.5, None, [], {}, "yes" * 1_000)


@pytest.mark.parametrize(("value", "at"), MOMENTS)
def test_a_moment_is_the_same_for_everybody(value: Any, at: datetime) -> None:
    assert times.moment(value) == at
    assert events.moment(value) == at
    assert imports.parsed(str(value).strip(), (), UTC) == at
    if at.year >= property_values.FIRST_YEAR:
        assert property_values.time_of(value, time_zone="UTC") == at


@pytest.mark.parametrize("value", WALL_TIMES)
def test_a_time_without_a_zone_is_on_the_clock_of_its_sender(value: str) -> None:
    assert events.moment(value) == TEN
    nine = TEN.replace(hour=9)
    assert imports.parsed(value, (), ZoneInfo("Europe/Berlin")) == nine
    assert property_values.time_of(value, time_zone="Europe/Berlin") == nine


@pytest.mark.parametrize("value", [*DAYS, "20260305", 20260305, "2026-W10-4"])
def test_a_day_is_a_day_and_each_says_what_it_means_by_it(value: Any) -> None:
    assert times.read(value) == DAY
    assert not isinstance(times.read(value), datetime)
    assert events.moment(value) == TEN.replace(hour=0)
    assert imports.parsed(str(value), (), UTC) == TEN.replace(hour=0)
    assert property_values.time_of(value, time_zone="UTC") == datetime(2026, 3, 5, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "value"),
    [
        ("de", "5. März 2026"), ("de", "5.Mrz 2026"), ("de-AT", "Donnerstag, 5. März 2026"), ("fr", "5 mars 2026"),
        ("fr", "le 5 Mars 2026"), ("cy", "5 Mawrth 2026"), ("cy", "5ed Maw 2026"), ("es", "5 de marzo de 2026"),
        ("nl", "5 maart 2026"), ("nl", "5 mrt. 2026"), ("pt", "5 de março de 2026"), ("pl", "5 marca 2026"),
        ("hu", "2026. március 5."), ("tr", "5 MART 2026"), ("ru", "5 марта 2026"), ("el", "5 Μαρτίου 2026"),
        ("fi", "5. maaliskuuta 2026"), ("cs", "5. března 2026"), ("en", "5th of March 2026"), ("de", "March 5, 2026"),
        ("sv", "5 mars 2026"), ("it", "5 marzo 2026"), ("uk", "5 березня 2026"), ("en", "Mar 5th 2026"),
    ],
)  # fmt: skip
def test_months_are_read_in_the_language_that_the_sender_says(language: str, value: str) -> None:
    assert times.read(value, language=language) == DAY
    assert imports.parsed(value, (), UTC, language) == TEN.replace(hour=0)


@pytest.mark.parametrize(
    ("language", "value"),
    [("en", "March 2026"), ("de", "März 2026"), ("fr", "mars 2026"), ("es", "marzo de 2026"), ("hu", "2026. március")],
)
def test_a_month_alone_is_its_first_day_where_a_language_is_said(language: str, value: str) -> None:
    assert times.read(value, language=language) == date(2026, 3, 1)
    assert times.read(value) is None


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("%d. %B %Y", "5. märz 2026"),
        ("%d-%b-%y", "5-MRZ-26"),
        ("%d %b %Y", "5 Mär. 2026"),
        ("%d/%B/%Y", "5/March/2026"),
    ],
)
def test_a_format_names_months_in_the_language_of_the_map(form: str, value: str) -> None:
    assert imports.parsed(value, (form,), UTC, "de") == TEN.replace(hour=0)


def test_every_language_has_twelve_months_and_none_of_them_twice() -> None:
    for code, names in months.languages().items():
        assert set(names.values()) == set(range(1, 13)), code
        assert all(months.month_of(name, code) == month for name, month in names.items()), code


@pytest.mark.parametrize("value", NO_TIMES)
def test_what_may_be_something_else_is_no_time_for_anybody(value: Any) -> None:
    assert times.read(value) is None
    assert events.moment(value) is None
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence differs
        imports.parsed(str(value), (), UTC)
    with pytest.raises(ValueError, match=r"is not a date|first"):
        property_values.time_of(value, time_zone="UTC")


def test_no_word_means_both() -> None:
    assert not YES & NO
    assert all(yes_of(f" {word.upper()} ") is True for word in YES - {"doğru"})
    assert all(yes_of(word) is False for word in NO)


@pytest.mark.parametrize(
    ("value", "means"),
    [
        *[(yes, True) for yes in ("x", "j", "o", "wahr", "vrai", "sim", "tak", "evet", "да", "はい", "是", "sì")],
        *[(yes, True) for yes in ("１", "Kyllä", "ΝΑΙ", 1, 1.0, "1.0", True)],
        *[
            (no, False)
            for no in ("falsch", "faux", "nej", "não", "na\u0303o", "nie", "нет", "いいえ", "否", "HAYIR", 0, "0.0")
        ],
        *[(yes, True) for yes in ("WAAR", "VERO", "VERDADERO", "PRAWDA", "SANT", "opt-in", "Opt In!", "yes please")],
        *[(yes, True) for yes in ("✓", "✔\ufe0f", "✅", "Oui, merci.", "einverstanden", "granted", "GWIR")],
        *[(no, False) for no in ("ONWAAR", "FALSO", "opt-out", "opt_out", "No, thanks", "widerrufen", "❌", "väär")],
        *[(other, None) for other in (*NEITHER, "-", "N/A", "unbekannt", "maybe", "yes and no", "?")],
    ],
)
def test_yes_and_no_are_read_in_many_languages(value: Any, means: bool | None) -> None:
    assert yes_of(value) is means


def test_a_consent_that_is_written_as_a_word_is_heard() -> None:
    said = {"mail": "no", "sms": "Ja", "post": 0, "phone": "perhaps", "push": True}
    assert consents(said) == {"mail": False, "sms": True, "post": False, "push": True}


def test_a_consent_in_a_word_that_is_neither_stays_beside_the_customer() -> None:
    traits = read({"consent": {"mail": "opt-out", "sms": "unbekannt", "post": "N/A", "push": "✓"}}, "EUR")
    assert traits.consents == {"mail": False, "push": True}
    assert traits.facts == {"consent_as_sent": "sms: unbekannt"}


@pytest.mark.parametrize("value", ["-", "N/A", "", " ", "#NULL!", "keine Angabe", None])
def test_a_property_that_says_nothing_is_missing(value: Any) -> None:
    assert property_values.is_missing(value)
    assert property_values.key_of(value) is None


@pytest.mark.parametrize(
    ("value", "means"),
    [
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1.234,567", "1234.567"),
        ("1 234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("12,5", "12.5"),
        ("−12,5", "-12.5"),
        (" 7 ", "7"),
        (".5", "0.5"),
        ("1e3", "1000"),
        (12.5, "12.5"),
        (10**20, "100000000000000000000"),
        *[(none, None) for none in ("", "much", "1_0", "nan", "inf", "12 EUR", "1,2,3.4.5", "9" * 50, True, None, [1])],
        *[(none, None) for none in (float("nan"), float("inf"), 10**400)],
    ],
)
def test_numbers_are_read_as_any_country_writes_them(value: Any, means: str | None) -> None:
    found = number_of(value)
    assert found == (None if means is None else Decimal(means))


def test_a_program_may_write_an_amount_as_its_country_does() -> None:
    traits = read({"value": {"amount": "1.234,50", "currency": "EUR"}}, "EUR")
    assert traits.facts["value"]["amount"] == "1234.50"
