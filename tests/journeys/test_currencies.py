"""Customers who pay in several currencies: what they are worth is never one sum without rates."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful import imports
from heedful.act import case_policy
from heedful.associates import company, exchange_rates
from heedful.associates.models import Associate, Company, ExchangeRate
from heedful.customers import worth
from heedful.customers.models import Customer, Organisation, Score
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.promise import commitments, promises
from heedful.promise.standards import StandardDraft
from heedful.prove import answers, periods, scorecards
from tests.api.test_nouns import invitation as invitation
from tests.cast import make_promise

type As = Callable[[Associate], Client]
OUTSIDE = Path(__file__).parents[1] / "imports" / "outside"
NOW = datetime.fromisoformat("2026-11-20T12:00:00+00:00")
DAY = date(2026, 11, 1)
MAP = """
source = "billing"
id = "id"
[customer]
external = "id"
email = "email"
value = { amount = "yearly", currency_column = "currency" }
[[touchpoint]]
kind = "asked"
at = "asked"
[touchpoint.scores]
recommend = { column = "id", map = { 1 = 2, 2 = 9 } }
[[touchpoint]]
kind = "done"
at = "done"
"""


@pytest.fixture
def two(acme: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody worth JPY 1,000,000 and somebody worth USD 9,000, both let down, of one organisation."""
    company.edit(name="Acme", colour="#2f6f5e", time_zone="Europe/Dublin", country="IE", by=SYSTEM, at=NOW)
    draft = StandardDraft(form="within", from_kind="asked", to_kind="done", within_s=2 * 86_400)
    make_promise(wording=promises.Wording(words="Done within two days"), standards=[draft], by=SYSTEM, at=NOW)
    (tmp_path / "map.toml").write_text(MAP)
    report = imports.run(
        table=imports.open_table(OUTSIDE / "currencies.csv"),
        mapping=imports.read_map(tmp_path / "map.toml"),
        rejected=tmp_path / "bad",
        by=By("import", "test"),
        at=NOW,
    )
    assert (report.rejected, report.taken) == (0, 4)
    people = list(Customer.objects.people().values_list("pk", flat=True))
    Customer.objects.update(organisation=Organisation.objects.create(external_id="o", created_at=NOW))
    commitments.evaluate_people(people, at=NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def rate(currency: str, of: str, day: date = DAY) -> ExchangeRate:
    return exchange_rates.enter(currency=currency, rate=Decimal(of), day=day, by=SYSTEM, at=NOW)


def card() -> scorecards.PromiseCard:
    return scorecards.cards(period=periods.last("90", at=NOW), at=NOW)[0]


def test_without_rates_each_currency_stands_for_itself(two: None, as_: As, ada: Associate, invitation: Any) -> None:
    assert (card().kept, card().due, card().worth.customers) == (0, 2, 2)
    assert card().worth.total.amounts == [(Decimal(1_000_000), "JPY"), (Decimal(9_000), "USD")]
    for address in ("/board", f"/customers/organisations/{Organisation.objects.get().pk}"):
        page = as_(ada).get(address, follow=True).content.decode()
        assert "1,000,000 JPY" in page
        assert "$9,000" in page
        assert "1,009,000" not in page
    _, (found,) = invitation("GET", "/api/promises")
    assert (found["touched_value"], found["touched_currency"]) == (0, "EUR")
    assert found["touched_not_converted"] == {"JPY": 1_000_000, "USD": 9_000}
    assert case_policy._measure() == ""
    _, customers = invitation("GET", "/api/customers")
    assert {row["value_currency"]: row["value_amount"] for row in customers["items"]} == {
        "JPY": "1000000",
        "USD": "9000.00",
    }


def test_with_rates_they_are_one_sum_and_what_has_none_stands_beside_it(two: None) -> None:
    rate("USD", "0.9")
    assert card().worth.total.amounts == [(Decimal("8100.00"), "EUR"), (Decimal(1_000_000), "JPY")]
    assert card().worth.total.converted == {"USD": DAY}
    rate("JPY", "0.006")
    assert card().worth.total.amounts == [(Decimal("14100.00"), "EUR")]
    rate("JPY", "0.007", date(2026, 11, 10))
    rate("JPY", "0.001", date(2026, 10, 1))
    assert card().worth.total.amounts == [(Decimal("15100.00"), "EUR")]
    assert card().worth.total.converted["JPY"] == date(2026, 11, 10)


def test_scores_weigh_and_cases_compare_what_values_are_in_one_currency(two: None) -> None:
    def weights() -> dict[float, float]:
        period = periods.Period(NOW - timedelta(days=30), NOW, "month")
        found = answers.tallies(questions=["recommend"], period=period, weighted=True)["recommend"][""]
        return {value: cell[1] for value, cell in found.cells.items()}

    assert Score.objects.count() == 2
    assert weights() == {2: 0, 9: 0}
    rate("JPY", "0.006")
    rate("USD", "0.9")
    assert weights() == {2: 6_000, 9: 8_100}
    yen, dollars = Customer.objects.people().order_by("value_currency")
    assert worth.of_people([yen.pk, dollars.pk]) == {yen.pk: 6_000, dollars.pk: 8_100}
    assert Decimal(case_policy._measure() or 0) in (0, 8_100)


def test_the_list_by_value_compares_in_one_currency(two: None, as_: As, ada: Associate) -> None:
    def order() -> list[str]:
        page = as_(ada).get("/customers?order=value&with=visitors").content.decode()
        return sorted(("jpy@money.example", "usd@money.example"), key=page.index)

    rate("USD", "0.9")
    assert order() == ["usd@money.example", "jpy@money.example"]
    rate("JPY", "0.006")
    assert order() == ["usd@money.example", "jpy@money.example"]
    rate("JPY", "0.06")
    assert order() == ["jpy@money.example", "usd@money.example"]
    rows = as_(ada).get("/customers?order=value&with=visitors&format=csv")
    lines = rows.getvalue().decode()
    assert ",1000000,JPY," in lines
    assert ",9000.00,USD," in lines


def test_rates_are_entered_and_removed_on_their_page_and_stand_in_the_ledger(
    two: None, as_: As, ada: Associate
) -> None:
    client = as_(ada)
    assert "There are values in JPY, USD and no rate for them." in client.get("/setup/exchange-rates").content.decode()
    said = {"currency": "JPY", "rate": "0.0061", "day": "2026-11-03"}
    page = client.post("/setup/exchange-rates", said, follow=True).content.decode()
    assert "1 JPY = 0.0061 EUR" in page
    assert "3 Nov 2026" in page
    assert "There are values in USD and no rate for them." in page
    entry = Entry.objects.get(kind="ExchangeRateEntered")
    assert (entry.data, entry.by_label) == (
        {"currency": "JPY", "into": "EUR", "day": "2026-11-03", "rate": "0.0061"},
        "Ada",
    )
    client.post(f"/setup/exchange-rates/{ExchangeRate.objects.get().pk}/removal")
    assert not ExchangeRate.objects.exists()
    assert Entry.objects.filter(kind="ExchangeRateRemoved").count() == 1


def test_a_program_enters_rates_too(two: None, invitation: Any) -> None:
    said = {"currency": "usd", "rate": "0.92", "day": "2026-11-02"}
    status, made = invitation("POST", "/api/exchange-rates", said)
    assert (status, made["currency"], made["into"], made["rate"]) == (201, "USD", "EUR", "0.92")
    assert invitation("GET", "/api/exchange-rates")[1] == [made]
    assert invitation("POST", "/api/exchange-rates", said | {"rate": "0.93"})[1]["id"] == made["id"]
    assert invitation("DELETE", f"/api/exchange-rates/{made['id']}")[0] == 204
    assert invitation("GET", "/api/exchange-rates")[1] == []


@pytest.mark.parametrize(
    ("currency", "of", "day", "sentence"),
    [
        ("XXX", "1", DAY, "is not a currency of three letters"),
        ("EUR", "1", DAY, "the company's own currency"),
        ("USD", "0", DAY, "more than nothing"),
        ("USD", "NaN", DAY, "more than nothing"),
        ("USD", "0.9", date(2026, 11, 21), "holds from today or from a day before"),
    ],
)
def test_a_rate_that_cannot_be_meant_is_refused(two: None, currency: str, of: str, day: date, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        rate(currency, of, day)


def test_a_rate_into_another_currency_says_nothing(two: None) -> None:
    rate("USD", "0.9")
    company.edit(name="Acme", colour="#2f6f5e", time_zone="Asia/Tokyo", country="JP", by=SYSTEM, at=NOW)
    assert card().worth.total.amounts == [(Decimal(1_000_000), "JPY"), (Decimal(9_000), "USD")]
    assert card().worth.amount == 1_000_000


@pytest.mark.parametrize(
    ("country", "currency"), [("GB", "GBP"), ("JP", "JPY"), ("HR", "EUR"), ("CH", "CHF"), ("BR", "BRL")]
)
def test_the_currency_follows_the_country(acme: Company, country: str, currency: str) -> None:
    made = company.edit(name="Acme", colour="#2f6f5e", time_zone="UTC", country=country, by=SYSTEM, at=NOW)
    assert made.currency == currency
