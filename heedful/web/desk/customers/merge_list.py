"""The merges of one person: which two records somebody brought together, who, when and why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from heedful.customers.models import Customer, Identity, Merge
from heedful.kit import bundle
from heedful.web import names

MOST = 50
SHOWN = 3
"""Identities by which one record is told from the other."""


@dataclass(frozen=True, slots=True)
class Record:
    """One of the two, with what it was known by before."""

    label: str
    identities: list[Identity]


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merge as it is read."""

    merge: Merge
    records: tuple[Record, Record]
    by: str
    undone_by: str


def rows(who: Customer) -> QuerySet[Merge]:
    """The merges that hold a person together, or did, the latest first."""
    merges = Merge.objects.filter(a__person=who.pk) | Merge.objects.filter(b__person=who.pk)
    return merges.select_related("a", "b").order_by("-pk")[:MOST]


def of(rows: Iterable[Merge]) -> list[MergeRow]:
    """Merges with the identities of both sides, and who said so."""
    rows = list(rows)
    queries = names.ActorQueries(actor for row in rows for actor in (row.merged_by, row.undone_by) if actor)
    sides = {pk for row in rows for pk in (row.a_id, row.b_id)}
    identities = Identity.objects.filter(customer__in=sides).order_by("kind", "value")
    bundle.fetch(identities, *queries)
    actors, identities_of = names.actors(queries), defaultdict[int, list[Identity]](list)
    for identity in identities:
        identities_of[identity.customer_id].append(identity)
    return [
        MergeRow(
            row,
            (_record(row.a, identities_of[row.a_id]), _record(row.b, identities_of[row.b_id])),
            actors.get(row.merged_by, row.merged_by),
            actors.get(row.undone_by, row.undone_by),
        )
        for row in rows
    ]


def pair(one: Customer, other: Customer) -> str:
    """Two customers in a sentence; two of one name are told apart by their number."""
    if one.label != other.label:
        return f"{one.label} and {other.label}"
    return f"{one.label} (customer {one.pk}) and {other.label} (customer {other.pk})"


def _record(row: Customer, identities: list[Identity]) -> Record:
    return Record(row.label, identities[:SHOWN])
