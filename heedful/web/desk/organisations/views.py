"""An organisation: its customers, what they are worth, how they fare, and what we promised them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from heedful.act.models import URGENCY, Case
from heedful.customers import worth
from heedful.customers.models import Customer, CustomerQuerySet, Feedback, Organisation
from heedful.kit import bundle
from heedful.promise.models import Commitment
from heedful.prove import scores
from heedful.web import lists, shell
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
    urgent = cases.select_related("customer__person", "owner").order_by(URGENCY, "due_at", "pk")[:MOST_CASES]
    latest, made, sums = _feedback(row)[:LATEST_WORDS], _commitments(row), _worth(members)
    counts = bundle.count(cases), bundle.count(_feedback(row))
    beside = [urgent, latest, made, sums, *counts]
    shown = lists.read(request, members.select_related("stage"), keys=["-last_seen_at", "-id"], beside=beside)
    lists.disclose(request, [*urgent, *latest])
    promises = _promises(made)
    context = {
        "organisation": row,
        "page": shown,
        "worth": worth.total(sums, worth.factors()).amounts if sums else [],
        "open": sum(counts[0]),
        "cases": urgent,
        "promises": promises,
        "attainment": _attainment(promises),
        "feedback_rows": feedback.feedback_rows(latest, shell.of(request).names),
        "feedback_count": sum(counts[1]),
        "now": timezone.now(),
    }
    return render(request, "desk/organisations/organisation.html", context)


def _worth(members: CustomerQuerySet) -> QuerySet[Any, Any]:
    """What they are worth a year together, a sum for each currency, for they do not add up by themselves."""
    valued = members.exclude(value_amount=None).order_by()
    return valued.values_list("value_currency").annotate(sum=Sum("value_amount"))


def _feedback(row: Organisation) -> QuerySet[Feedback]:
    rows = Feedback.objects.filter(customer__person__organisation=row).exclude(verbatim="")
    return rows.select_related("customer__person", "reading").order_by("-happened_at", "-pk")


def _commitments(row: Organisation) -> QuerySet[Any, Any]:
    counts: dict[str, Any] = {
        "kept": Count("pk", filter=Q(state=Commitment.State.KEPT)),
        "due": Count("pk", filter=Q(state__in=[Commitment.State.KEPT, Commitment.State.BROKEN])),
        "waiting": Count("pk", filter=Q(state__in=[Commitment.State.PENDING, Commitment.State.AT_RISK])),
    }
    made = Commitment.objects.filter(customer__person__organisation=row).order_by()
    return made.values_list("promise__words", "promise__slug").annotate(**counts)


def _promises(rows: Iterable[Any]) -> list[OrganisationPromise]:
    promises = [OrganisationPromise(*one) for one in rows]
    return sorted(promises, key=lambda promise: (promise.kept - promise.due, promise.words))


def _attainment(promises: list[OrganisationPromise]) -> Figure | None:
    """All promises together, with how sure that is."""
    share = scores.share_of(sum(promise.kept for promise in promises), sum(promise.due for promise in promises))
    if share is None:
        return None
    shown = Figure(
        "Promises", percent(share.value, 1), n=share.n, unit=" kept", of="due", span=span(share), href="#promises"
    )
    return replace(shown, low=share.low, high=share.high, middle=share.value)
