"""When a customer's address became another: who writes next should know."""

from dataclasses import dataclass
from datetime import datetime

from heedful.customers.models import AddressChange, Customer


@dataclass(frozen=True, slots=True)
class Change:
    """An address that we had, the one that we have now, and who changed it when."""

    old: str
    new: str
    by: str
    at: datetime


def change(*, person: Customer, kind: str, since: datetime | None) -> Change | None:
    """Return the latest change of a person's e-mail or phone after a time, or ever; None where there was none."""
    new = getattr(person, kind)
    rows = AddressChange.objects.filter(customer__person=person, customer__is_attached=False, kind=kind)
    if since is not None:
        rows = rows.filter(changed_at__gt=since)
    row = rows.exclude(old=new).order_by("changed_at", "pk").last()
    return Change(row.old, new, row.changed_by, row.changed_at) if row else None
