"""What joins records by itself: two identities that one message named; parted by whoever knows better."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from heedful.associates import associates
from heedful.customers import people
from heedful.customers.models import Customer, Identity, IdentityLink
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class CustomersParted:
    """Somebody said that two records are not one person, whatever messages say."""

    join: int
    a: int
    b: int


def of(*, person: int) -> QuerySet[IdentityLink]:
    """What joins the records of a person, and what did until somebody parted it; the latest first."""
    theirs = Q(a__customer__person=person) | Q(b__customer__person=person)
    return IdentityLink.objects.filter(theirs).select_related("a__customer", "b__customer").order_by("-pk")


@transaction.atomic
def part(*, join: IdentityLink, by: By, at: datetime) -> bool:
    """Part what a message joined, for good; returns whether the two are two customers now.

    Messages that say the same later change nothing. Something else may still hold them together, as with a merge.
    """
    associates.must(by, "customer.merge")
    row = IdentityLink.objects.select_for_update().get(pk=join.pk)
    if row.parted_at is not None:
        raise Refused("These two were parted already.", code="already_parted")
    row.parted_at, row.parted_by = at, str(by)
    row.save(update_fields=["parted_at", "parted_by"])
    a, b = row.a, row.b
    _note(a.customer_id, b)
    _note(b.customer_id, a)
    people.regroup(records={a.customer_id, b.customer_id}, verified={a.customer_id, b.customer_id}, by=by, at=at)
    events.record(CustomersParted(row.pk, a.customer_id, b.customer_id), by=by, at=at)
    persons = Customer.objects.filter(pk__in=[a.customer_id, b.customer_id]).values_list("person_id", flat=True)
    return len(set(persons)) == 2


def _note(record: int, identity: Identity) -> None:
    """Let a record know that an identity is not its person's, so that it is written to under it no more."""
    row = Customer.objects.select_for_update().get(pk=record)
    row.parted = [*row.parted, [identity.kind, identity.value]]
    row.save(update_fields=["parted"])
