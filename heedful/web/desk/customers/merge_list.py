"""The merges of one person: which two records somebody brought together, who, when and why."""

from dataclasses import dataclass

from heedful.customers.models import Customer, Identity, Merge
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


def of(who: Customer) -> list[MergeRow]:
    """The merges that hold a person together, or did, the latest first."""
    merges = Merge.objects.filter(a__person=who.pk) | Merge.objects.filter(b__person=who.pk)
    rows = list(
        merges.select_related("a", "b").prefetch_related("a__identities", "b__identities").order_by("-pk")[:MOST]
    )
    actors = names.actors(actor for row in rows for actor in (row.merged_by, row.undone_by) if actor)
    return [
        MergeRow(
            row,
            (_record(row.a), _record(row.b)),
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


def _record(row: Customer) -> Record:
    return Record(row.label, sorted(row.identities.all(), key=lambda one: (one.kind, one.value))[:SHOWN])
