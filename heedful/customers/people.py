"""Who is one person: records join by what was seen together or what somebody said, and part again exactly."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from heedful.customers import components
from heedful.customers.models import Customer, Identity, IdentityLink, Merge, Organisation, Stage
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

MOST_IN_ONE = 5_000
"""Records that are looked at around one link; beyond that something is wrong with the identities that are sent."""


@dataclass(frozen=True, slots=True)
class CustomersMerged:
    """Somebody said that two customers are one."""

    merge: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """Somebody took a merge back."""

    merge: int
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class PeopleRegrouped:
    """Records that were known before now belong together differently; `people` are the roots before and after."""

    people: list[int]


@transaction.atomic
def merge(*, a: Customer, b: Customer, reason: str = "", by: By, at: datetime) -> Merge:
    """Say that two customers are one person. Nothing is moved, so `undo` brings back exactly what was."""
    if a.person_id == b.person_id:
        raise Refused("These two are one customer already.", code="already_merged")
    row = Merge.objects.create(a=a, b=b, reason=reason[:200], merged_by=str(by), merged_at=at)
    regroup(records={a.pk, b.pk}, by=by, at=at)
    events.record(CustomersMerged(row.pk, a.pk, b.pk), by=by, at=at)
    return row


@transaction.atomic
def undo(*, merge: Merge, by: By, at: datetime) -> None:
    """Take a merge back: what it brought together parts again, unless something else holds it together."""
    row = Merge.objects.select_for_update().get(pk=merge.pk)
    if row.undone_at is not None:
        raise Refused("This merge was undone already.", code="already_undone")
    row.undone_at, row.undone_by = at, str(by)
    row.save(update_fields=["undone_at", "undone_by"])
    regroup(records={row.a_id, row.b_id}, by=by, at=at)
    events.record(MergeUndone(row.pk, row.a_id, row.b_id), by=by, at=at)


def regroup(*, records: Collection[int], by: By, at: datetime) -> set[int]:
    """Work out anew which records around these belong together; returns the people that changed. Runs one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('heedful.people'))")
    around = _neighbourhood(set(records))
    before = dict(Customer.objects.filter(pk__in=around.tiers).values_list("pk", "person_id"))
    after = components.group(around.tiers, around.links, around.merges)
    moved = {record: person for record, person in after.items() if before[record] != person}
    if not moved:
        return set()
    _move(moved)
    people = {person for record in moved for person in (after[record], before[record]) if person}
    refresh(people=set(after.values()))
    events.record(PeopleRegrouped(sorted(people)), by=by, at=at)
    return people


def join_new(*, links: Iterable[components.Link], new: Collection[int], by: By, at: datetime) -> None:
    """Group records after they were seen together for the first time; those among new records alone need no look-up."""
    old: set[int] = set()
    fresh: list[components.Link] = []
    for a, b in links:
        if a in new and b in new:
            fresh.append((a, b))
        else:
            old |= {a, b}
    fresh = _apart_from(fresh, old)
    if fresh:
        tiers = _tiers({record for link in fresh for record in link})
        moved = {record: person for record, person in components.group(tiers, fresh, ()).items() if record != person}
        _move(moved)
        refresh(people=set(moved.values()))
    if old:
        regroup(records=old, by=by, at=at)


def _apart_from(links: list[components.Link], old: set[int]) -> list[components.Link]:
    """Keep the links that no chain connects to records which are looked up anyway; the others are seen from there."""
    grew = True
    while grew and links:
        touching = [link for link in links if old & set(link)]
        grew = bool(touching)
        old.update(record for link in touching for record in link)
        links = [link for link in links if link not in touching]
    return links


def _move(person_of: Mapping[int, int]) -> None:
    if person_of:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_customer c SET person_id = w.person"
                " FROM unnest(%s::bigint[], %s::bigint[]) AS w(id, person) WHERE c.id = w.id",
                [list(person_of), list(person_of.values())],
            )


@dataclass(frozen=True, slots=True)
class _Around:
    tiers: dict[int, int]
    links: set[components.Link]
    merges: set[components.Link]


def _neighbourhood(records: set[int]) -> _Around:
    """Everything that is connected to these records, contested or not."""
    found, edge = set(records), set(records)
    links: set[components.Link] = set()
    merges: set[components.Link] = set()
    while edge and len(found) < MOST_IN_ONE:
        beside = set(
            IdentityLink.objects.filter(Q(a__customer__in=edge) | Q(b__customer__in=edge)).values_list(
                "a__customer_id", "b__customer_id"
            )
        )
        said = set(Merge.objects.filter(Q(a__in=edge) | Q(b__in=edge), undone_at=None).values_list("a_id", "b_id"))
        links |= beside
        merges |= said
        edge = {record for pair in beside | said for record in pair} - found
        found |= edge
    links = {(a, b) for a, b in links if a in found and b in found}
    return _Around(_tiers(found), links, {(a, b) for a, b in merges if a in found and b in found})


def _tiers(records: Collection[int]) -> dict[int, int]:
    kinds = dict(Identity.objects.filter(customer__in=records).values_list("customer_id", "kind"))
    return {record: components.TIER.get(kinds.get(record, ""), 2) for record in records}


def describe(*, facts: Mapping[int, Mapping[str, Any]], at: datetime) -> None:
    """Write down what arrivals said about records: the later saying of each attribute stands, whatever came first.

    `facts` gives for each record its attributes; `at` is when they were true.
    """
    if not facts:
        return
    stamp = at.isoformat()
    rows = list(Customer.objects.select_for_update().filter(pk__in=facts).order_by("pk"))
    for row in rows:
        for key, value in facts[row.pk].items():
            if value is not None:
                row.facts[key] = max(row.facts.get(key, [None, ""]), [value, stamp], key=_later)
    Customer.objects.bulk_update(rows, ["facts"], batch_size=500)
    refresh(people={row.person_id or row.pk for row in rows})


def _later(fact: list[Any]) -> tuple[str, str]:
    return fact[1], repr(fact[0])


def refresh(*, people: Collection[int]) -> None:
    """Work out the whole view of each person from the facts of all its records."""
    records: dict[int, list[Customer]] = defaultdict(list)
    for row in Customer.objects.filter(person__in=people).prefetch_related("identities").order_by("pk"):
        records[row.person_id or row.pk].append(row)
    stages = set(Stage.objects.values_list("pk", flat=True))
    roots = [_view(rows[0], rows, stages) for rows in records.values() if rows[0].is_root]
    Customer.objects.bulk_update(roots, VIEW, batch_size=500)


VIEW = [
    "name", "email", "phone", "language", "segment", "attributes", "organisation", "stage", "value_amount",
    "value_currency", "value_source", "first_seen_at", "last_seen_at", "is_known",
]  # fmt: skip


def _view(root: Customer, rows: list[Customer], stages: set[str]) -> Customer:
    facts: dict[str, list[Any]] = {}
    for row in rows:
        for key, fact in row.facts.items():
            facts[key] = max(facts.get(key, [None, ""]), fact, key=_later)
    values = {key: fact[0] for key, fact in facts.items()}
    identities = [identity for row in rows for identity in row.identities.all()]
    root.name = _text(values.get("name")) or _text(
        " ".join(_text(values.get(part)) for part in ("first_name", "last_name")).strip()
    )
    root.email = _address(values.get("email"), identities, "email")
    root.phone = _address(values.get("phone"), identities, "phone")
    root.language = _text(values.get("language"))[:16]
    root.segment = _text(values.get("segment"))[:80]
    root.stage_id = stage if (stage := _text(values.get("lifecycle_stage"))) in stages else None
    root.organisation_id = _organisation(values.get("organisation"))
    root.attributes = {key: value for key, value in sorted(values.items()) if key not in _OWN}
    root.value_amount, root.value_currency, root.value_source = _value(rows)
    root.first_seen_at = min(row.first_seen_at for row in rows)
    root.last_seen_at = max(row.last_seen_at for row in rows)
    root.is_known = any(components.TIER[identity.kind] < 2 for identity in identities)
    return root


_OWN = {
    "name", "first_name", "last_name", "email", "phone", "language", "segment", "lifecycle_stage", "organisation",
    "value",
}  # fmt: skip
"""Facts that have a column of their own; all others are attributes."""


def _address(said: Any, identities: list[Identity], kind: str) -> str:
    """The address that was said last if it is known, else the first of its kind."""
    values = sorted(identity.value for identity in identities if identity.kind == kind)
    wanted = _text(said)
    return wanted if wanted in values or not values else values[0]


def _text(value: Any) -> str:
    return str(value).strip()[:200] if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _organisation(value: Any) -> int | None:
    if not isinstance(value, int):
        return None
    return value if Organisation.objects.filter(pk=value).exists() else None


def _value(rows: list[Customer]) -> tuple[Decimal | None, str, str]:
    """The yearly value of all records together, in the currency that was named last."""
    said = [row.facts["value"] for row in rows if "value" in row.facts]
    if not said:
        return None, "", ""
    latest = max(said, key=_later)[0]
    try:
        total = sum(
            (Decimal(str(fact[0]["amount"])) for fact in said if fact[0]["currency"] == latest["currency"]), Decimal(0)
        )
    except (InvalidOperation, KeyError, TypeError):
        return None, "", ""
    return total.quantize(Decimal("0.01")), latest["currency"], latest.get("source", "")
