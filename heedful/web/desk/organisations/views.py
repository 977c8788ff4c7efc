"""An organisation: its customers, what they are worth, how they fare, and what we promised them."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from heedful.act.models import URGENCY, Case
from heedful.customers import worth
from heedful.customers.models import Customer, CustomerQuerySet, Feedback, Organisation
from heedful.promise.models import Commitment
from heedful.prove import scores
from heedful.web import lists
from heedful.web.components.figures import Figure, span
from heedful.web.desk.feedback import views as feedback
from heedful.web.filters import percent
from heedful.web.page import PageRequest, page

MOST_CASES = 20
LATEST_WORDS = 5


@dataclass(frozen=True, slots=True)
class OrganisationPromise:
    """One promise as it was made to these customers: how often it was kept of the times that it was due."""

    words: str
    slug: str
    kept: int
    due: int
    waiting: int


@page("customer.read")
def organisation(request: PageRequest, pk: int) -> HttpResponse:
    """One of them."""
    row = get_object_or_404(Organisation, pk=pk)
    members = Customer.objects.people().filter(organisation=row)
    cases = Case.objects.open().filter(customer__person__organisation=row)
    promises = _promises(row)
    urgent = list(cases.select_related("customer__person", "owner").order_by(URGENCY, "due_at", "pk")[:MOST_CASES])
    lists.disclose(request, [*urgent, *(latest := list(_feedback(row)[:LATEST_WORDS]))])
    context = {
        "organisation": row,
        "page": lists.read(request, members.select_related("stage"), keys=["-last_seen_at", "-id"]),
        "worth": _worth(members),
        "open": cases.count(),
        "cases": urgent,
        "promises": promises,
        "attainment": _attainment(promises),
        "feedback_rows": feedback.feedback_rows(latest),
        "feedback_count": _feedback(row).count(),
        "now": timezone.now(),
    }
    return render(request, "desk/organisations/organisation.html", context)


def _worth(members: CustomerQuerySet) -> list[tuple[Decimal, str]]:
    """What they are worth a year together; a sum for each currency that no rate converts into the company's."""
    sums = members.exclude(value_amount=None).order_by().values_list("value_currency").annotate(sum=Sum("value_amount"))
    return worth.total(rows, worth.factors()).amounts if (rows := list(sums)) else []


def _feedback(row: Organisation) -> QuerySet[Feedback]:
    rows = Feedback.objects.filter(customer__person__organisation=row).exclude(verbatim="")
    return rows.select_related("customer__person", "reading").prefetch_related("scores").order_by("-happened_at", "-pk")


def _promises(row: Organisation) -> list[OrganisationPromise]:
    counts: dict[str, Any] = {
        "kept": Count("pk", filter=Q(state=Commitment.State.KEPT)),
        "due": Count("pk", filter=Q(state__in=[Commitment.State.KEPT, Commitment.State.BROKEN])),
        "waiting": Count("pk", filter=Q(state__in=[Commitment.State.PENDING, Commitment.State.AT_RISK])),
    }
    made = Commitment.objects.filter(customer__person__organisation=row).order_by()
    rows: Any = made.values_list("promise__words", "promise__slug").annotate(**counts)
    promises = [OrganisationPromise(*one) for one in rows]
    return sorted(promises, key=lambda walk: (walk.kept - walk.due, walk.words))


def _attainment(promises: list[OrganisationPromise]) -> Figure | None:
    """All promises together, with how sure that is."""
    share = scores.share_of(sum(walk.kept for walk in promises), sum(walk.due for walk in promises))
    if share is None:
        return None
    shown = Figure(
        "Promises", percent(share.value, 1), n=share.n, unit=" kept", of="due", span=span(share), href="#promises"
    )
    return replace(shown, low=share.low, high=share.high, middle=share.value)
