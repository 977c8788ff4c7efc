"""The customers: who they are, what happened, how it felt, and which records are one person."""

from collections.abc import Mapping

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act import causes
from heedful.act.models import Case
from heedful.customers import consents, people, stages
from heedful.customers.models import Customer, Feedback, Identity, Merge
from heedful.promise.models import Commitment
from heedful.web import corrections, lists
from heedful.web.desk.customers import list as customer_list
from heedful.web.desk.customers import merge_list, timeline
from heedful.web.desk.customers.panel import Panel
from heedful.web.page import PageRequest, fragment, is_fragment, page, page_or_block, redirect_with


@page("customer.read")
def index(request: PageRequest) -> HttpResponseBase:
    """The list."""
    asked = customer_list.customer_list_query(request)
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, "customers", asked.found, customer_list.COLUMNS)
    shown = lists.read(request, asked.found, keys=asked.keys)
    return page_or_block(request, "desk/customers/index.html", "rows", {"page": shown, "asked": asked})


@page("customer.read")
def customer(request: PageRequest, pk: int) -> HttpResponse:
    """One customer, with what happened."""
    who = _read(request, pk)
    if who.pk != pk:
        return redirect("desk:customer", who.pk)
    records = list(Customer.objects.filter(person=who.pk).values_list("pk", flat=True))
    asked = timeline.timeline_query(request, records)
    shown = lists.read(request, asked.found, keys=["-happened_at", "-id"])
    entries = timeline.entries(shown, person=who.pk, asked=asked)
    return _show(request, who, "timeline", {"page": shown, "entries": entries, "asked": asked})


@page("customer.read")
def feedback(request: PageRequest, pk: int) -> HttpResponse:
    """What a customer said."""
    who = _read(request, pk)
    said = Feedback.objects.filter(customer__person=who.pk).select_related("reading").prefetch_related("scores")
    shown = lists.read(request, said, keys=["-happened_at", "-id"])
    return _show(request, who, "feedback", {"page": shown, "offers": corrections.offers(shown.rows)})


@page("customer.read")
def cases(request: PageRequest, pk: int) -> HttpResponse:
    """What we did about it."""
    who = _read(request, pk)
    found = Case.objects.of_person(who.pk).select_related("owner", "team")
    shown = lists.read(request, found, keys=["-opened_at", "-id"])
    return _show(request, who, "cases", {"page": shown, "causes": causes.names()})


@page("customer.read")
def promises(request: PageRequest, pk: int) -> HttpResponse:
    """What we promised, and whether we kept it."""
    who = _read(request, pk)
    made = Commitment.objects.filter(customer__person=who.pk).select_related("promise")
    return _show(request, who, "promises", {"page": lists.read(request, made, keys=["-started_at", "-id"])})


@page("customer.read")
def person(request: PageRequest, pk: int) -> HttpResponse:
    """Who a customer is: identities, attributes, stages, consent, and the records that were merged."""
    who = _read(request, pk)
    context = {
        "identities": Identity.objects.filter(customer__person=who.pk).order_by("kind", "value")[:200],
        "quotes": people.quotes(person=who.pk),
        "stages": stages.history(person=who.pk),
        "consents": sorted(consents.standing(person=who.pk).items()),
        "merges": merge_list.of(who),
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
    found = customer_list.search(request.GET.get("q", "")).exclude(pk=who.pk) if request.GET.get("q") else None
    shown = lists.read(request, found, keys=["-last_seen_at", "-id"], size=20) if found is not None else None
    return render(request, "desk/customers/merge.html", {"who": who, "page": shown, "panel": Panel(who)})


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


def _read(request: PageRequest, pk: int) -> Customer:
    """Return the person that a record belongs to, with what every page shows."""
    record = get_object_or_404(Customer.objects.only("person_id"), pk=pk)
    person = Customer.objects.select_related("stage", "organisation").get(pk=record.person_id or pk)
    lists.disclose(request, [person])
    return person


def _show(request: PageRequest, who: Customer, part: str, context: Mapping[str, object]) -> HttpResponse:
    if part == "timeline" and is_fragment(request):
        return fragment(request, "desk/customers/timeline.html", "entries", {"panel": Panel(who), **context})
    tabs = [
        {"label": label, "href": reverse(f"desk:{name}", args=[who.pk]), "is_here": name.endswith(part)}
        for label, name in TABS
    ]
    if part == "timeline":
        tabs[0]["is_here"] = True
    return render(request, f"desk/customers/{part}.html", {"who": who, "tabs": tabs, "panel": Panel(who), **context})


TABS = [
    ("Timeline", "customer"),
    ("Feedback", "customer_feedback"),
    ("Promises", "customer_promises"),
    ("Cases", "customer_cases"),
    ("Person", "customer_person"),
]
