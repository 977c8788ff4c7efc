"""The brands: business units that everything may be of."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.associates import brands as nouns
from heedful.associates.models import Brand
from heedful.web import refusals, versions
from heedful.web.page import PageRequest, page, redirect_with


class BrandForm(forms.Form):
    """What a brand is called."""

    name = forms.CharField(max_length=120)


@page("brand.edit")
def brands(request: PageRequest) -> HttpResponse:
    """The list, and a form for a new one."""
    form = BrandForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            row = nouns.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:brands"), f"{row.name} can be chosen from now on.")
    rows = Brand.objects.order_by("archived_at", "name")
    return render(request, "setup/brands.html", {"rows": rows, "form": form})


@page("brand.edit")
def brand(request: PageRequest, pk: int) -> HttpResponse:
    """Call one something else."""
    row = get_object_or_404(Brand, pk=pk)
    form = BrandForm(request.POST or None, initial={"name": row.name})
    versions.of(request, form, brand=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.rename(brand=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:brands"), "Saved.")
    back = {"back": reverse("setup:brands"), "back_words": "Brands"}
    return render(request, "setup/form.html", {"title": row.name, "form": form, "submit": "Save", **back})


@page("brand.edit")
@require_POST
def brand_archive(request: PageRequest, pk: int) -> HttpResponse:
    """Offer one no longer, or again."""
    row, at = get_object_or_404(Brand, pk=pk), timezone.now()
    if request.POST.get("to") == "on":
        nouns.restore(brand=row, by=request.user.by, at=at)
        return redirect_with(request, reverse("setup:brands"), f"{row.name} is offered again.")
    nouns.archive(brand=row, by=request.user.by, at=at)
    return redirect_with(request, reverse("setup:brands"), f"{row.name} is archived. What is of it stays.")
