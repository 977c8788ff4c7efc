"""When a customer's address became another: who writes next should know."""

from dataclasses import dataclass
from datetime import datetime

from heedful.customers.models import AddressChange, Customer


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address that we had, the one that we have now, and who changed it when."""

    old: str
    new: str
    by: str
    at: datetime


def changes(*, person: Customer) -> dict[str, NewAddress]:
    """Return for `email` and `phone` the latest change from another address to the one that a person has now."""
    rows = AddressChange.objects.filter(customer__person=person, customer__is_attached=False)
    return {
        row.kind: NewAddress(row.old, new, row.changed_by, row.changed_at)
        for row in rows.order_by("changed_at", "pk")
        if row.old != (new := getattr(person, row.kind))
    }
