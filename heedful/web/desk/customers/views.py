"""The customers: who they are, what happened, how it felt, and which records are one person."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act.models import Case
from heedful.customers import consents, joins, people, search, stages
from heedful.customers.models import Customer, Feedback, Identity, Merge
from heedful.kit import bundle
from heedful.promise.models import Commitment
from heedful.understand import corrections as understood
from heedful.web import corrections, lists, shell
from heedful.web.desk.customers import join_list, merge_list, timeline
from heedful.web.desk.customers import list as customer_list
from heedful.web.desk.customers.panel import Panel
from heedful.web.page import PageRequest, fragment, is_fragment, page, page_or_block, redirect_with


@page("customer.read")
def index(request: PageRequest) -> HttpResponseBase:
    """The list."""
    query = customer_list.customer_list_query(request)
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, "customers", query.rows, customer_list.COLUMNS)
    shown = lists.read(request, query.rows, keys=query.keys)
    return page_or_block(request, "desk/customers/index.html", "rows", {"page": shown, "query": query})


@page("customer.read")
def customer(request: PageRequest, pk: int) -> HttpResponse:
    """One customer, with what happened."""
    records = Customer.objects.filter(person=_person_of(pk)).values_list("pk", flat=True)
    who = _read(request, pk, records)
    if who.pk != pk:
        return redirect("desk:customer", who.pk)
    side, labels = Panel(who), shell.of(request).names
    queries = timeline.TimelineQueries(who.pk, list(records))
    bundle.fetch(*queries, *side.queries, *labels.queries)
    query = timeline.timeline_query(request, queries)
    shown = lists.read(request, query.rows, keys=["-happened_at", "-id"])
    entries = timeline.entries(shown, queries, names_of=labels, query=query)
    return _show(request, who, "timeline", {"page": shown, "entries": entries, "query": query, "panel": side})


@page("customer.read")
def feedback(request: PageRequest, pk: int) -> HttpResponse:
    """What a customer said."""
    who = _read(request, pk)
    rows = Feedback.objects.filter(customer__person=who.pk).select_related("reading").prefetch_related("scores")
    return _show_list(request, who, "feedback", rows, keys=["-happened_at", "-id"])


@page("customer.read")
def cases(request: PageRequest, pk: int) -> HttpResponse:
    """What we did about it."""
    who = _read(request, pk)
    rows = Case.objects.of_person(who.pk).select_related("owner", "team")
    return _show_list(request, who, "cases", rows, keys=["-opened_at", "-id"])


@page("customer.read")
def promises(request: PageRequest, pk: int) -> HttpResponse:
    """What we promised, and whether we kept it."""
    who = _read(request, pk)
    made = Commitment.objects.filter(customer__person=who.pk).select_related("promise")
    return _show_list(request, who, "promises", made, keys=["-started_at", "-id"])


@page("customer.read")
def person(request: PageRequest, pk: int) -> HttpResponse:
    """Who a customer is: identities, attributes, stages, consent, and the records that were merged."""
    who = _read(request, pk)
    side, labels = Panel(who), shell.of(request).names
    identities = Identity.objects.filter(customer__person=who.pk).prefetch_related("contests")
    identities = identities.order_by("kind", "value")[:200]
    quotes, consented = people.quote_rows(person=who.pk), consents.statement_rows(person=who.pk)
    came, joined, merges = stages.changes(person=who.pk), join_list.rows(who), merge_list.rows(who)
    bundle.fetch(identities, quotes, consented, came, joined, merges, *side.queries, *labels.queries)
    context = {
        "panel": side,
        "identities": identities,
        "quotes": people.quotes(person=who.pk, rows=quotes),
        "stages": stages.history(person=who.pk, rows=came),
        "consents": sorted(consents.standing(person=who.pk, rows=consented).items()),
        "joins": join_list.of(joined),
        "merges": merge_list.of(merges),
    }
    return _show(request, who, "person", context)


class MergeForm(forms.Form):
    """With whom, and why."""

    other = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(max_length=200, required=False)


@page("customer.merge")
def merge(request: PageRequest, pk: int) -> HttpResponse:
    """Find the other record of the same person."""
    who = _read(request, pk)
    rows = search.find(request.GET.get("q", "")).exclude(pk=who.pk) if request.GET.get("q") else None
    side, labels = Panel(who), shell.of(request).names
    beside = [*side.queries, *labels.queries]
    shown = (
        lists.read(request, rows, keys=["-last_seen_at", "-id"], size=20, beside=beside) if rows is not None else None
    )
    return render(request, "desk/customers/merge.html", {"who": who, "page": shown, "panel": side})


@page("customer.merge")
@require_POST
def merges(request: PageRequest, pk: int) -> HttpResponse:
    """Say that two customers are one."""
    who, form = _read(request, pk), MergeForm(request.POST)
    other = get_object_or_404(Customer, pk=form.cleaned_data["other"]) if form.is_valid() else None
    if other is None:
        return redirect("desk:customer_merge", who.pk)
    people.merge(a=who, b=other, reason=form.cleaned_data["reason"], by=request.user.by, at=timezone.now())
    address = reverse("desk:customer_person", args=[_read(request, who.pk).pk])
    return redirect_with(request, address, f"{merge_list.pair(who, other)} are one customer now. You can undo it here.")


@page("customer.merge")
@require_POST
def undo(request: PageRequest, pk: int, merge_pk: int) -> HttpResponse:
    """Take a merge back."""
    row = get_object_or_404(Merge.objects.select_related("a", "b"), pk=merge_pk)
    people.undo(merge=row, by=request.user.by, at=timezone.now())
    address = reverse("desk:customer_person", args=[_read(request, pk).pk])
    one, other = (Customer.objects.get(pk=pk) for pk in (row.a_id, row.b_id))
    return redirect_with(request, address, f"{merge_list.pair(one, other)} are two customers again, as before.")


@page("customer.merge")
@require_POST
def part(request: PageRequest, pk: int, join_pk: int) -> HttpResponse:
    """Part what a message joined."""
    row = get_object_or_404(joins.of(person=_read(request, pk).pk), pk=join_pk)
    is_apart = joins.part(join=row, by=request.user.by, at=timezone.now())
    address = reverse("desk:customer_person", args=[_read(request, pk).pk])
    return redirect_with(request, address, join_list.outcome(row, is_apart=is_apart))


def _person_of(pk: int) -> Subquery:
    """The number of the person that a record belongs to."""
    return Subquery(Customer.objects.filter(pk=pk).values(root=Coalesce("person_id", "pk"))[:1])


def _read(request: PageRequest, pk: int, *beside: bundle.Query) -> Customer:
    """Return the person that a record belongs to, with what every page shows, and read what stands beside."""
    people = Customer.objects.select_related("stage", "organisation").filter(pk=_person_of(pk))
    bundle.fetch(people, *beside)
    if not people:
        raise Http404
    lists.disclose(request, people)
    return people[0]


def _show_list(
    request: PageRequest, who: Customer, part: str, rows: QuerySet[Any], *, keys: Sequence[str]
) -> HttpResponse:
    """Show a list of what is a customer's, read together with the panel and the names that it needs."""
    side, labels = Panel(who), shell.of(request).names
    shown = lists.read(request, rows, keys=keys, beside=[*side.queries, *labels.queries])
    context = {"page": shown, "panel": side, "causes": labels.causes}
    if part == "feedback":
        context["offers"] = corrections.offers(
            shown.rows, understood.standing_rows(row.pk for row in shown.rows), labels.topics
        )
    return _show(request, who, part, context)


def _show(request: PageRequest, who: Customer, part: str, context: Mapping[str, object]) -> HttpResponse:
    if part == "timeline" and is_fragment(request):
        return fragment(request, "desk/customers/timeline.html", "entries", dict(context))
    tabs = [
        {"label": label, "href": reverse(f"desk:{name}", args=[who.pk]), "is_here": name.endswith(part)}
        for label, name in TABS
    ]
    if part == "timeline":
        tabs[0]["is_here"] = True
    return render(request, f"desk/customers/{part}.html", {"who": who, "tabs": tabs, **context})


TABS = [
    ("Timeline", "customer"),
    ("Feedback", "customer_feedback"),
    ("Promises", "customer_promises"),
    ("Cases", "customer_cases"),
    ("Person", "customer_person"),
]
