"""What is known of a person, worked out of what was said of all its records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from heedful.customers import dated_facts, folding, grouping, layers, trust
from heedful.customers.identities import Span
from heedful.customers.models import AddressChange, Customer
from heedful.kit import names, statements
from heedful.kit.actor import By


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What a record itself holds from now on: its facts and, where it is told, when it was seen."""

    facts: dict[str, list[Any]]
    seen: Span | None
    imported: layers.Layers | None = None
    """What imports and others said of it each, where an import spoke of it."""


UNSAID: Mapping[int, RecordFacts] = {}


def row_of(record: int, own: RecordFacts) -> dict[str, Any]:
    """What a record holds, as the statements that write it take it."""
    first, last = own.seen or (None, None)
    return {"id": record, "facts": own.facts, "imported": own.imported, "first": first, "last": last}


def hold_rows(records: Collection[int]) -> None:
    """Let nobody else change these records, nor the view of these people, until this transaction is done."""
    statements.fetch(
        "SELECT 1 FROM customers_customer WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
        [statements.numbers(sorted(records))],
    )


def records_beside(records: Collection[int]) -> set[int]:
    """All records of the people to whom these belong."""
    persons = Customer.objects.filter(pk__in=records).values("person")
    return set(Customer.objects.filter(person__in=persons).values_list("pk", flat=True))


RECORDS = """
SELECT c.person_id, c.id, c.facts, c.own_first_at, c.own_last_at, i.kind, i.value,
    coalesce(i.verified, false), coalesce(i.contested, false), c.is_attached, c.unverified, c.parted, c.email, c.phone
FROM customers_customer c LEFT JOIN customers_identity i ON i.customer_id = c.id
WHERE c.person_id = ANY(%s::bigint[]) ORDER BY c.person_id, c.id
"""


VIEW = """
UPDATE customers_customer c SET name = w.name, email = w.email, phone = w.phone, handle = w.handle,
    language = w.language, segment = w.segment, attributes = w.attributes, organisation_id = o.id, stage_id = s.slug,
    value_amount = w.amount, value_currency = w.currency, value_source = w.source,
    first_seen_at = w.first_seen_at, last_seen_at = w.last_seen_at, is_known = w.is_known, search_text = w.search,
    facts = coalesce(w.facts, c.facts), imported = coalesce(w.imported, c.imported),
    own_first_at = least(own_first_at, w.first), own_last_at = greatest(own_last_at, w.last)
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, name text, email text, phone text, handle text,
    language text, segment text, attributes jsonb, organisation bigint, stage text, amount numeric(14, 2),
    currency text, source text, first_seen_at timestamptz, last_seen_at timestamptz, is_known boolean, search text,
    facts jsonb, imported jsonb, first timestamptz, last timestamptz)
LEFT JOIN customers_organisation o ON o.id = w.organisation LEFT JOIN customers_stage s ON s.slug = w.stage
WHERE c.id = w.id
"""


def refresh(
    *,
    people: Collection[int],
    held: Collection[int] = (),
    own: Mapping[int, RecordFacts] = UNSAID,
    left: Collection[int] = (),
    by: By,
    at: datetime,
) -> None:
    """Work out the whole view of each person from the facts of all its records.

    One at a time for each person, each reading after the last has written: else whoever began first and wrote last
    would forget what the other had learned. `held` are those whose rows this transaction holds already. `own` says what
    records hold from now on; what those hold who are people themselves is written together with their view. `left` were
    people until now; who was written to at an address of theirs finds another there.
    """
    if not people:
        return
    if loose := set(people).difference(held):
        hold_rows(loose)
    records: dict[int, list[_Record]] = defaultdict(list)
    rows = statements.fetch(RECORDS, [statements.numbers(people)])
    for (
        person, record, facts, first, last, kind, value, verified, contested, attached, unverified, parted, email, phone
    ) in rows:  # fmt: skip
        new = own.get(record)
        # What was said of an identity of several customers is true of none of them.
        facts_in = {} if contested else new.facts if new else msgspec.json.decode(facts)
        if new and new.seen:
            first, last = min(first, new.seen[0]), max(last, new.seen[1])
        quotes = {} if attached or unverified == "{}" else msgspec.json.decode(unverified)
        addresses = (email, phone) if record == person or record in left else ("", "")
        apart = msgspec.json.decode(parted) if parted != "[]" else []
        is_known = verified and not contested and kind is not None and grouping.TIER[kind] < grouping.DEVICE
        records[person].append(
            _Record(record, facts_in, first, last, kind, value, verified, is_known, attached, quotes, apart, addresses)
        )
    views = [_view(person, rows) for person, rows in records.items()]
    views = [view | row_of(view["id"], own[view["id"]]) if view["id"] in own else view for view in views]
    statements.fetch(VIEW, [statements.document(views)])
    _note_changes([(row, view) for view in views for row in records[view["id"]] if any(row.addresses)], by, at)


def _note_changes(rows: Iterable[tuple["_Record", Mapping[str, Any]]], by: By, at: datetime) -> None:
    """Write down whose address became another."""
    who = f"{by.label or by}"[:200]
    changes = [
        AddressChange(customer_id=row.id, kind=kind, old=old, new=view[kind], changed_by=who, changed_at=at)
        for row, view in rows
        for kind, old in zip(("email", "phone"), row.addresses, strict=True)
        if old and old != view[kind]
    ]
    if changes:
        AddressChange.objects.bulk_create(changes)


class _Record(msgspec.Struct, gc=False):
    id: int
    facts: dict[str, list[Any]]
    first_seen_at: datetime
    last_seen_at: datetime
    kind: str | None
    value: str
    verified: bool
    is_known: bool
    """Whether an account or an address of this record was verified."""
    attached: bool
    unverified: dict[str, list[Any]]
    parted: list[list[str]]
    addresses: tuple[str, str]
    """E-mail and phone that we had, where this record stood for a person."""


def _view(person: int, everything: list[_Record]) -> dict[str, Any]:
    rows = [row for row in everything if not row.attached]
    is_known = any(row.is_known for row in rows)
    values = {} if is_known else _described_by_browsers(rows)
    facts: dict[str, list[Any]] = {}
    for row in rows:
        facts = dated_facts.merged(facts, row.facts) if facts else row.facts
    values |= {key: fact[0] for key, fact in facts.items()}
    first_seen_at = min([row.first_seen_at for row in everything])
    name = _text(values.get("name")) or f"{_text(values.get('first_name'))} {_text(values.get('last_name'))}".strip()
    email, phone = (_address(values.get(kind), rows, kind) for kind in ("email", "phone"))
    amount, currency, source = _value({row.id: row.facts["value"] for row in rows if "value" in row.facts})
    return {
        "id": person,
        "name": name,
        "email": email,
        "phone": phone[:32],
        "handle": _handle(rows),
        "language": _text(values.get("language"))[:16],
        "segment": _text(values.get("segment"))[:80],
        "attributes": {key: values[key] for key in sorted(values.keys() - _OWN)},
        "organisation": organisation if isinstance(organisation := values.get("organisation"), int) else None,
        "stage": _text(values.get("lifecycle_stage")),
        "amount": amount,
        "currency": currency,
        "source": source,
        "first_seen_at": first_seen_at,
        "last_seen_at": max(first_seen_at, *[row.last_seen_at for row in everything]),
        "is_known": is_known,
        "search": folding.text_of(name, [email, phone, *_addresses(rows)]),
    }


_OWN = {
    "name", "first_name", "last_name", "email", "phone", "language", "segment", "lifecycle_stage", "organisation",
    "value",
}  # fmt: skip
"""Facts that have a column of their own; all others are attributes."""


def _described_by_browsers(rows: Iterable[_Record]) -> dict[str, Any]:
    """What browsers say of somebody whom nobody knows; an address is not among it, since it would be written to."""
    quoted: dict[str, list[Any]] = {}
    for row in rows:
        quoted = dated_facts.merged(quoted, row.unverified)
    return {key: fact[0] for key, fact in quoted.items() if key not in _OWN or key in trust.DESCRIBING}


def _handle(rows: list[_Record]) -> str:
    """The account that we know the customer by, else one that a browser named."""
    named = [row for row in rows if row.kind in ("user_id", "external")]
    return min((row.value for row in [row for row in named if row.verified] or named), default="")


def _address(value: Any, rows: list[_Record], kind: str) -> str:
    """The address that was said last if it is known, else the first of its kind; one that is not verified is none.

    Nor is one of which somebody said that it is another's.
    """
    values = sorted([row.value for row in rows if row.kind == kind and row.verified])
    address = "" if value is None else _text(value)
    if address in values:
        return address
    if values:
        return values[0]
    return "" if any([kind, address] in row.parted for row in rows) else address


def _addresses(rows: Iterable[_Record]) -> list[str]:
    """All addresses and numbers that are known to be somebody's."""
    return sorted(row.value for row in rows if row.is_known and row.kind in ("email", "phone"))


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or value == "":
        return ""
    return names.one_line(str(value), most=200)


def _value(facts: Mapping[int, list[Any]]) -> tuple[Decimal | None, str, str]:
    """The yearly value of all records together, in the currency that was named last."""
    if not facts:
        return None, "", ""
    latest = max(facts.values(), key=dated_facts.later)[0]
    try:
        amounts = [
            Decimal(str(fact[0]["amount"])) for fact in facts.values() if fact[0]["currency"] == latest["currency"]
        ]
        total = sum((amount for amount in amounts if amount >= 0), Decimal(0))
    except (InvalidOperation, KeyError, TypeError):
        return None, "", ""
    return total, _text(latest["currency"])[:3], _text(latest.get("source"))[:80]
