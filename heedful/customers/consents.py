"""What customers allowed and refused: their last word counts, and between the records of one person the stricter."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from heedful.customers import dated_facts, layers
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
def record(
    *, consents: Sequence[ConsentStatement], source: str = "", import_id: int | None = None, by: By, at: datetime
) -> None:
    """Write down words; an older word that arrives later changes nothing, and of two at one time no stands.

    A word was said by `at`, when it arrived: else one from a clock that is ahead would outlast those that follow it.
    """
    stands: dict[tuple[int, str], ConsentStatement] = {}
    for word in consents:
        if word.at > at:
            word = replace(word, at=at)
        key = (word.customer, word.purpose[:40])
        stands[key] = max(stands.get(key, word), word, key=lambda one: (one.at, not one.granted))
    if not stands:
        return
    words = [
        {"id": record, "purpose": purpose, "granted": word.granted, "at": word.at}
        for (record, purpose), word in stands.items()
    ]
    taken = statements.fetch(TAKE, [source[:80], _first_layer(import_id), statements.document(words)])
    if len(taken) < len(words):
        left = {key: stands[key] for key in stands.keys() - {(record, purpose) for record, purpose, _ in taken}}
        taken += _add_to_layers(left, source[:80], import_id)
    events.record(ConsentsGiven(taken), by=by, at=at)


TAKE = """
INSERT INTO customers_consent AS c (customer_id, purpose, granted, at, source, imported)
SELECT id, purpose, granted, at, %s, %s::jsonb
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, purpose text, granted boolean, at timestamptz)
ON CONFLICT (customer_id, purpose) DO UPDATE SET at = EXCLUDED.at, source = EXCLUDED.source,
    granted = CASE WHEN EXCLUDED.at = c.at THEN c.granted AND EXCLUDED.granted ELSE EXCLUDED.granted END
WHERE EXCLUDED.at >= c.at AND c.imported IS NOT DISTINCT FROM EXCLUDED.imported
RETURNING customer_id, purpose, granted
"""
"""Where one sender alone spoke, nothing but its word is looked at; the other words are told apart by layers."""


def _first_layer(import_id: int | None) -> str | None:
    return None if import_id is None else statements.document({str(import_id): None})


def _add_to_layers(
    stands: dict[tuple[int, str], ConsentStatement], source: str, import_id: int | None
) -> list[tuple[int, str, bool]]:
    """Write down words beside which an import said something, or which an import says beside others."""
    rows = Consent.objects.select_for_update().filter(customer__in={record for record, _ in stands}).order_by("pk")
    changed: list[tuple[int, str, bool]] = []
    written: list[Consent] = []
    for row in rows:
        word = stands.get((row.customer_id, row.purpose))
        if word is None or (row.imported is None and import_id is None):
            continue
        before, new = facts_of(row), fact(word.granted, word.at, source)
        after, parts = dated_facts.merged(before, new), layers.added(row.imported, before, new, import_id)
        if after == before and parts == row.imported:
            continue
        row.imported = parts
        written.append(row)
        if after != before:
            _stand(row, after)
            changed.append((row.customer_id, row.purpose, row.granted))
    _write(written)
    return changed


def _write(rows: Sequence[Consent]) -> None:
    document = [
        {"id": row.pk, "granted": row.granted, "at": row.at, "source": row.source, "imported": row.imported}
        for row in rows
    ]
    statements.fetch(WRITE, [statements.document(document)])


WRITE = """
UPDATE customers_consent c SET granted = w.granted, at = w.at, source = w.source, imported = w.imported
FROM jsonb_to_recordset(%s::jsonb)
    AS w(id bigint, granted boolean, at timestamptz, source text, imported jsonb) WHERE c.id = w.id
"""


WORD = "word"


def fact(granted: bool, at: datetime, source: str) -> dict[str, list[Any]]:
    """A word as a layer holds it: of two at one time the greater stands, which is the refusal."""
    return {WORD: [[not granted, source], at.astimezone(UTC).isoformat()]}


def facts_of(row: Consent) -> dict[str, list[Any]]:
    """The word that stands, as a layer holds it."""
    return fact(row.granted, row.at, row.source)


def _stand(row: Consent, facts: Mapping[str, list[Any]]) -> None:
    (refused, row.source), at = facts[WORD]
    row.granted, row.at = not refused, datetime.fromisoformat(at)


def take_back(*, customers: Collection[int], import_id: int) -> None:
    """Let what an import said of these records count no more; words that it alone said go."""
    rows = Consent.objects.select_for_update().filter(customer__in=customers, imported__has_key=str(import_id))
    left: list[Consent] = []
    gone: list[int] = []
    for row in rows.order_by("pk"):
        facts, row.imported = layers.without(row.imported or {}, facts_of(row), import_id)
        if facts:
            _stand(row, facts)
            left.append(row)
        else:
            gone.append(row.pk)
    _write(left)
    Consent.objects.filter(pk__in=gone).delete()


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
