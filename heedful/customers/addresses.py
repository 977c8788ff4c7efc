"""When a customer's address became another: who writes next should know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from heedful.customers.models import AddressChange, Customer


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address that we had, the one that we have now, and who changed it when."""

    old: str
    new: str
    by: str
    at: datetime


def change_rows(*, person: Customer | int) -> QuerySet[AddressChange]:
    """Every change of a person's addresses, the oldest first."""
    rows = AddressChange.objects.filter(customer__person=person, customer__is_attached=False)
    return rows.order_by("changed_at", "pk")


def changes(*, person: Customer, rows: Iterable[AddressChange] | None = None) -> dict[str, NewAddress]:
    """Return for `email` and `phone` the latest change from another address to the one that a person has now."""
    return {
        row.kind: NewAddress(row.old, new, row.changed_by, row.changed_at)
        for row in (change_rows(person=person) if rows is None else rows)
        if row.old != (new := getattr(person, row.kind))
    }
