"""Why cases happen, in the company's own list."""

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act import causes as nouns
from heedful.act.models import Case, Cause
from heedful.web import refusals, versions
from heedful.web.page import PageRequest, page, redirect_with


class CauseForm(forms.Form):
    """What a cause is called."""

    name = forms.CharField(max_length=120)


@page("topic.edit")
def causes(request: PageRequest) -> HttpResponse:
    """The list with how often each was why, and a form for a new one."""
    form = CauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = nouns.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:causes"), f"“{row.name}” can be chosen from now on.")
    counted = Case.objects.filter(cause=OuterRef("slug")).order_by().values("cause").annotate(times=Count("pk"))
    rows = Cause.objects.annotate(times=Coalesce(Subquery(counted.values("times")), 0)).order_by("-is_active", "name")
    return render(request, "setup/causes.html", {"rows": rows, "form": form})


@page("topic.edit")
def cause(request: PageRequest, pk: int) -> HttpResponse:
    """Call one something else."""
    row = get_object_or_404(Cause, pk=pk)
    form = CauseForm(request.POST or None, initial={"name": row.name})
    versions.of(request, form, cause=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.rename(cause=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:causes"), "Saved. Cases from before are called so too.")
    context = {
        "title": row.name,
        "form": form,
        "submit": "Save",
        "back": reverse("setup:causes"),
        "back_words": "Causes",
    }
    return render(request, "setup/form.html", context)


@page("topic.edit")
@require_POST
def cause_retirement(request: PageRequest, pk: int) -> HttpResponse:
    """Offer one no longer."""
    row = get_object_or_404(Cause, pk=pk)
    nouns.retire(cause=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:causes"), f"“{row.name}” is not offered any more.")
