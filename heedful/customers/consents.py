"""What customers allowed and refused: their last word counts, and between the records of one person the stricter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from heedful.customers.models import Consent, Customer
from heedful.kit import statements
from heedful.kit.actor import By
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class ConsentStatement:
    """One customer's word for one purpose, and when it was given."""

    customer: int
    purpose: str
    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ConsentsGiven:
    """Customers allowed or refused something: at most a thousand words, as (customer, purpose, granted)."""

    words: list[tuple[int, str, bool]]


def set_one(*, customer: Customer | int, purpose: str, granted: bool, source: str = "", by: By, at: datetime) -> None:
    """Write down one customer's word for one purpose."""
    whose = customer if isinstance(customer, int) else customer.pk
    record(consents=[ConsentStatement(whose, purpose, granted, at)], source=source, by=by, at=at)


@transaction.atomic
def record(*, consents: Sequence[ConsentStatement], source: str = "", by: By, at: datetime) -> None:
    """Write down words; an older word that arrives later changes nothing, and of two at one time no stands.

    A word was said by `at`, when it arrived: else one from a clock that is ahead would outlast those that follow it.
    """
    stands: dict[tuple[int, str], ConsentStatement] = {}
    for word in consents:
        word = replace(word, at=min(word.at, at))
        key = (word.customer, word.purpose[:40])
        stands[key] = max(stands.get(key, word), word, key=lambda one: (one.at, not one.granted))
    if not stands:
        return
    words = [
        {"id": record, "purpose": purpose, "granted": word.granted, "at": word.at}
        for (record, purpose), word in stands.items()
    ]
    taken = statements.fetch(TAKE, [source[:80], statements.document(words)])
    events.record(ConsentsGiven(taken), by=by, at=at)


TAKE = """
INSERT INTO customers_consent AS c (customer_id, purpose, granted, at, source)
SELECT id, purpose, granted, at, %s
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, purpose text, granted boolean, at timestamptz)
ON CONFLICT (customer_id, purpose) DO UPDATE SET at = EXCLUDED.at, source = EXCLUDED.source,
    granted = CASE WHEN EXCLUDED.at = c.at THEN c.granted AND EXCLUDED.granted ELSE EXCLUDED.granted END
WHERE EXCLUDED.at >= c.at
RETURNING customer_id, purpose, granted
"""


def statement_rows(*, person: int) -> QuerySet[Consent, tuple[str, bool]]:
    """What a person's records said, by purpose, but for visitors that are attached."""
    own = Consent.objects.filter(customer__person=person, customer__is_attached=False)
    return own.values_list("purpose", "granted")


def standing(*, person: int, rows: Iterable[tuple[str, bool]] | None = None) -> dict[str, bool]:
    """What a person allows, by purpose: refused if any of its records refused."""
    granted_by: dict[str, bool] = {}
    for purpose, granted in statement_rows(person=person) if rows is None else rows:
        granted_by[purpose] = granted_by.get(purpose, True) and granted
    return granted_by


def has_refused(*, customer: int, purpose: str) -> bool:
    """Whether this very record refused, whatever others of the same person said: they may part again."""
    return Consent.objects.filter(customer=customer, purpose=purpose, granted=False).exists()
