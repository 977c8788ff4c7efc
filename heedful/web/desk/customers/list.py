"""Which customers a list shows: search, filters, order and the columns of its export."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from heedful.act.models import Case
from heedful.customers import search, worth
from heedful.customers.models import BULK, Customer, CustomerQuerySet, Organisation, Stage
from heedful.kit.reading import currencies
from heedful.promise.models import Commitment
from heedful.web import lists
from heedful.web.page import PageRequest

MOST_OFFERED = 5
UNSHOWN = (*BULK, "organisation__attributes", "organisation__search_text")


@dataclass(frozen=True, slots=True)
class CustomerListQuery:
    """What an address asks for."""

    rows: CustomerQuerySet
    keys: Sequence[str]
    stages: lists.Filter
    with_: lists.Filter
    orders: lists.Filter
    organisations: Sequence[Organisation]
    """Those whose name has the words that were looked for."""


def customer_list_query(request: PageRequest) -> CustomerListQuery:
    """Read the address."""
    stages = lists.chips(request, "stage", "Stage", Stage.objects.values_list("slug", "name"))
    with_ = lists.chips(request, "with", "With", WITH)
    orders = lists.chips(request, "order", "Order", [("value", "By value")])
    matching = search.find(request.GET.get("q", "")).select_related("stage", "organisation").defer(*UNSHOWN)
    if stages.chosen:
        matching = matching.filter(stage=stages.chosen.value)
    if with_.chosen:
        matching = _with(matching, with_.chosen.value)
    elif "q" not in request.GET:
        matching = matching.filter(is_known=True)
    if orders.chosen:
        matching, keys = worth.ordered(matching)
    else:
        keys = ["-last_seen_at", "-id"]
    return CustomerListQuery(
        matching, keys, stages, with_, orders, search.organisations(request.GET.get("q", ""))[:MOST_OFFERED]
    )


WITH = [("case", "Open case"), ("risk", "Promise at risk"), ("visitors", "Visitors too")]


def _with(rows: CustomerQuerySet, what: str) -> CustomerQuerySet:
    """Those with an open case or a promise at risk, who are few and looked for first.

    Within one statement the database takes people for fewer still, and goes through all cases for each of them.
    """
    few: dict[str, QuerySet[Any]] = {
        "case": Case.objects.open(),
        "risk": Commitment.objects.filter(changes_at__isnull=False, state="at_risk"),
    }
    if what not in few:
        return rows
    return rows.filter(pk__in=set(few[what].order_by().values_list("customer__person", flat=True)))


COLUMNS: list[lists.Column[Customer]] = [
    ("id", lambda who: who.pk),
    ("name", lambda who: who.name),
    ("email", lambda who: who.email),
    ("phone", lambda who: who.phone),
    ("organisation", lambda who: who.organisation),
    ("stage", lambda who: who.stage),
    ("segment", lambda who: who.segment),
    ("value", lambda who: currencies.rounded(who.value_amount, who.value_currency)),
    ("currency", lambda who: who.value_currency),
    ("first_seen_at", lambda who: who.first_seen_at),
    ("last_seen_at", lambda who: who.last_seen_at),
    ("stage_code", lambda who: who.stage_id),
]
