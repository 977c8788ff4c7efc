"""What customers are worth a year in the company's currency; what no rate converts is never added to it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, FloatField, Value, When
from django.db.models.functions import Cast

from heedful.customers.models import Customer, CustomerQuerySet
from heedful.kit import bundle, statements

FACTORS = """
factors AS MATERIALIZED (
    WITH home AS (SELECT coalesce((SELECT currency FROM associates_company), 'EUR') AS currency)
    SELECT '' AS currency, 1::numeric AS factor, NULL::date AS day, true AS is_home
    UNION ALL SELECT currency, 1, NULL, true FROM home
    UNION ALL (
        SELECT DISTINCT ON (r.currency) r.currency, r.rate, r.day, false
        FROM associates_exchangerate r JOIN home h ON h.currency = r.into
        WHERE r.currency <> h.currency ORDER BY r.currency, r.day DESC
    )
)
"""
"""By how much an amount of each currency is multiplied to be in the company's."""
CENT = Decimal("0.01")


def with_factors(statement: str) -> str:
    """A statement whose `{factors}` is the query of that name, to be joined by the currency of an amount."""
    return statement.replace("{factors}", FACTORS)


@dataclass(frozen=True, slots=True)
class Factors:
    """The company's currency, and what one of each other is in it, with the day of the rate."""

    home: str
    of: Mapping[str, Decimal]
    days: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class Total:
    """Amounts that were added as far as they can be: in the company's currency, and in each that no rate converts."""

    home: str = ""
    amount: Decimal = Decimal(0)
    others: Mapping[str, Decimal] = field(default_factory=dict)
    converted: Mapping[str, date] = field(default_factory=dict)
    """The currencies that were converted, with the day of the rate."""

    @property
    def amounts(self) -> list[tuple[Decimal, str]]:
        """A sum for each currency, the company's first; the others by how much it is."""
        own = [(self.amount, self.home)] if self.amount or not self.others else []
        return own + sorted(((amount, currency) for currency, amount in self.others.items()), reverse=True)


ALL = with_factors("WITH {factors} SELECT currency, factor, day, is_home FROM factors")
ALL_WITH_OTHERS = bundle.SqlQuery(ALL, "text", "numeric", "date", "boolean")


def factors() -> Factors:
    """The rates by which amounts are converted now: of each currency the latest."""
    return factors_of(statements.fetch(ALL, []))


def factors_query() -> bundle.PlannedRows:
    """What is read of them, with others."""
    return ALL_WITH_OTHERS.rows()


def factors_of(rows: Iterable[tuple[Any, ...]]) -> Factors:
    """The rates from what was read."""
    home = next(currency for currency, _, _, is_home in rows if is_home and currency)
    return Factors(home, {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows if row[2]})


def total(sums: Iterable[tuple[str, Decimal]], by: Factors) -> Total:
    """Add up what may be added; the sums are of one currency each."""
    amount, others, converted = Decimal(0), defaultdict[str, Decimal](Decimal), {}
    for currency, part in sums:
        factor = by.of.get(currency)
        if factor is None:
            others[currency] += part
            continue
        amount += part * factor
        if currency in by.days:
            converted[currency] = by.days[currency]
    return Total(by.home, amount.quantize(CENT), dict(others), converted)


OF_PEOPLE = with_factors("""
WITH {factors} SELECT c.id, c.value_amount * f.factor
FROM customers_customer c LEFT JOIN factors f ON f.currency = c.value_currency WHERE c.id = ANY(%s::bigint[])
""")


def of_people(people: Collection[int]) -> dict[int, Decimal | None]:
    """What each person is worth in the company's currency; None where that is not known, or no rate says it."""
    return dict(statements.fetch(OF_PEOPLE, [statements.numbers(people)]))


def ordered(rows: CustomerQuerySet) -> tuple[CustomerQuerySet, list[str]]:
    """Rows with `worth` in the company's currency, and the keys of their order; those of no rate come after them."""
    cases = [
        When(value_currency=currency, then=F("value_amount") * Value(factor))
        for currency, factor in factors().of.items()
    ]
    worth = Cast(Case(*cases, default=Value(Decimal(-1))), FloatField())
    return rows.exclude(value_amount=None).annotate(worth=worth), ["-worth", "-value_currency", "-value_amount", "-id"]


def currencies_without_rate() -> list[str]:
    """The currencies in which customers have a value that nothing converts."""
    rates = factors().of
    named = Customer.objects.people().exclude(value_amount=None).order_by("value_currency")
    return [code for code in named.values_list("value_currency", flat=True).distinct() if code not in rates]
