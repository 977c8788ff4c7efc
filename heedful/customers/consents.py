"""What customers allowed and refused: their last word counts, and between the records of one person the stricter."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from heedful.customers.models import Consent, Customer
from heedful.kit.actor import By
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """A customer allowed or refused something."""

    customer: int
    purpose: str
    granted: bool


@transaction.atomic
def say(*, customer: Customer | int, purpose: str, granted: bool, source: str = "", by: By, at: datetime) -> None:
    """Write down a customer's word for one purpose; an older word that arrives later changes nothing."""
    record = customer if isinstance(customer, int) else customer.pk
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_consent AS c (customer_id, purpose, granted, at, source) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (customer_id, purpose) DO UPDATE SET at = EXCLUDED.at, source = EXCLUDED.source,"
            " granted = CASE WHEN EXCLUDED.at = c.at THEN c.granted AND EXCLUDED.granted ELSE EXCLUDED.granted END"
            " WHERE EXCLUDED.at >= c.at",
            [record, purpose[:40], granted, at, source[:80]],
        )
    events.record(ConsentGiven(record, purpose[:40], granted), by=by, at=at)


def standing(*, person: int) -> dict[str, bool]:
    """What a person allows, by purpose: refused if any of its records refused."""
    said: dict[str, bool] = {}
    for purpose, granted in Consent.objects.filter(customer__person=person).values_list("purpose", "granted"):
        said[purpose] = said.get(purpose, True) and granted
    return said


def allows(*, person: int, purpose: str) -> bool:
    """Whether a person may be addressed for a purpose: nobody refused it."""
    return standing(person=person).get(purpose, True)
