"""How this company works its cases, and which customers come first."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.cache import cache
from django.db import connection, transaction

from heedful.act.models import CasePolicy
from heedful.associates import associates
from heedful.customers.worth import with_factors
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

HOUR_S = 3600
HIGHEST = 0.9
"""Without a line of the company's own, the highest tenth of all yearly values comes first."""


ABOVE_MOST = with_factors("""
WITH {factors}, people AS (
    SELECT c.value_amount * f.factor AS value FROM customers_customer c JOIN factors f ON f.currency = c.value_currency
    WHERE c.person_id = c.id AND c.value_amount > 0
)
SELECT min(value) FROM people
WHERE value > (SELECT percentile_disc(%s) WITHIN GROUP (ORDER BY value) FROM people)
""")
"""The lowest value above what most customers are worth; none where all are worth the same."""


@dataclass(frozen=True, slots=True)
class CasePolicyChanged:
    """The company works its cases differently from now on."""

    high_value: str | None
    at_risk: str
    flood_cases: int
    repeat_days: int
    answer_within_s: int


def find() -> CasePolicy:
    """The company's case policy; as it is shipped where nobody has changed it."""
    return CasePolicy.objects.filter(pk=1).first() or CasePolicy(pk=1)


@transaction.atomic
def change(
    *,
    high_value: Decimal | None,
    at_risk: str,
    flood_cases: int,
    repeat_days: int,
    answer_within_s: int,
    by: By,
    at: datetime,
) -> CasePolicy:
    """Say how cases are worked."""
    associates.must(by, "promise.edit")
    if at_risk not in CasePolicy.AtRisk.values:
        raise Refused("Choose what happens when a promise is at risk.")
    if min(flood_cases, repeat_days, answer_within_s) < 1 or (high_value is not None and high_value < 0):
        raise Refused("These numbers must be above zero.")
    row, _ = CasePolicy.objects.update_or_create(
        pk=1,
        defaults={
            "high_value": high_value,
            "at_risk": at_risk,
            "flood_cases": flood_cases,
            "repeat_days": repeat_days,
            "answer_within_s": answer_within_s,
        },
    )
    amount = None if high_value is None else str(high_value)
    events.record(CasePolicyChanged(amount, at_risk, flood_cases, repeat_days, answer_within_s), by=by, at=at)
    return row


def high_value(policy: CasePolicy) -> Decimal | None:
    """From which yearly value a customer comes first; measured once an hour where the company has not said it."""
    if policy.high_value is not None:
        return policy.high_value
    measured = cache.get("act.high_value")
    if measured is None:
        measured = _measure()
        cache.set("act.high_value", measured, HOUR_S)
    return Decimal(measured) if measured else None


def _measure() -> str:
    with connection.cursor() as cursor:
        cursor.execute(ABOVE_MOST, [HIGHEST])
        (lowest,) = cursor.fetchone()
    return "" if lowest is None else str(lowest)
