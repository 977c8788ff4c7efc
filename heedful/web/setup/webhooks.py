"""The webhooks: who outside is told what happens here."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from heedful.courier import deliveries, kinds
from heedful.courier import webhooks as nouns
from heedful.courier.carriers.webhook import destination
from heedful.courier.models import Delivery, Endpoint, Sending
from heedful.web import lists, refusals, versions
from heedful.web.page import PageRequest, page, redirect_with


class EndpointForm(forms.Form):
    """Where to, and what."""

    name = forms.CharField(max_length=120)
    url = forms.CharField(label="Address", max_length=500, widget=forms.URLInput)
    kinds = forms.CharField(
        label="Kinds of event",
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].help_text = f"Separated by spaces; empty means all. There are {', '.join(kinds.every())}."

    def clean_kinds(self) -> list[str]:
        """Separate the kinds."""
        return str(self.cleaned_data["kinds"]).replace(",", " ").split()


@page("webhook.edit")
def webhooks(request: PageRequest) -> HttpResponse:
    """The list."""
    waiting = Count("destination__items", filter=Q(destination__items__state=Sending.WAITING))
    rows = Endpoint.objects.select_related("destination").annotate(waiting=waiting).order_by("name", "pk")
    return render(request, "setup/webhooks.html", {"rows": rows})


@page("webhook.edit")
def add(request: PageRequest) -> HttpResponse:
    """Add one."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            endpoint = nouns.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:webhook", args=[endpoint.pk]), "Added. Its secret is below.")
    return render(request, "setup/form.html", {"title": "Add a webhook", "form": form, "submit": "Add", **BACK})


BACK = {"back": "/setup/webhooks", "back_words": "Webhooks"}


@page("webhook.edit")
@never_cache
def webhook(request: PageRequest, pk: int) -> HttpResponse:
    """One of them, with what it was told."""
    row = get_object_or_404(Endpoint.objects.select_related("destination"), pk=pk)
    initial = {"name": row.name, "url": row.url, "kinds": " ".join(row.kinds)}
    form = EndpointForm(request.POST or None, initial=initial)
    versions.of(request, form, endpoint=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.change(endpoint=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:webhook", args=[pk]), "Saved.")
    rows = Delivery.objects.filter(destination=row.destination_id).annotate(times=Count("tries"))
    shown = lists.read(request, rows, keys=["-created_at", "-id"])
    return render(request, "setup/webhook.html", {"row": row, "form": form, "page": shown})


@page("webhook.edit")
@require_POST
def secret(request: PageRequest, pk: int) -> HttpResponse:
    """Give it a new secret."""
    nouns.rotate(endpoint=get_object_or_404(Endpoint, pk=pk), by=request.user.by, at=timezone.now())
    words = "There is a new secret. The old one signs beside it for a day."
    return redirect_with(request, reverse("setup:webhook", args=[pk]), words)


@page("webhook.edit")
@require_POST
def rest(request: PageRequest, pk: int) -> HttpResponse:
    """Disable it, or enable it again."""
    row = get_object_or_404(Endpoint, pk=pk)
    if versions.is_done(request, is_on=row.disabled_at is None):
        return redirect_with(request, reverse("setup:webhook", args=[pk]), versions.DONE)
    if row.disabled_at is None:
        destination.disable(
            endpoint=row, reason=f"{request.user.name} disabled it.", by=request.user.by, at=timezone.now()
        )
        return redirect_with(request, reverse("setup:webhook", args=[pk]), "Disabled. It is told nothing any more.")
    nouns.enable(endpoint=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:webhook", args=[pk]), "Enabled. It is told what happens from now on.")


@page("webhook.edit")
@require_POST
def ping(request: PageRequest, pk: int) -> HttpResponse:
    """Send it a sign of life."""
    deliveries.ping(endpoint=get_object_or_404(Endpoint, pk=pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:webhook", args=[pk]), "A sign of life is on its way.")
