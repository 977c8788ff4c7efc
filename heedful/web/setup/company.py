"""The company: its name, colour, time zone, currency and vision."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.associates import company as companies
from heedful.web import refusals, shell, versions
from heedful.web.page import PageRequest, page, redirect_with
from heedful.web.setup import places


class CompanyForm(forms.Form):
    """What a company is called and how it looks."""

    name = forms.CharField(max_length=120)
    colour = forms.CharField(
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="The accent of every page. We darken or lighten it until it can be read.",
    )
    country = places.country_field()
    time_zone = places.zone_field()
    currency = forms.CharField(
        max_length=3,
        help_text="Three letters, such as EUR. Amounts in others are added to it by your exchange rates alone.",
    )
    vision = forms.CharField(
        widget=forms.Textarea,
        required=False,
        help_text="What your care is for, in a sentence. It heads the board.",
    )


@page("company.edit")
def company(request: PageRequest) -> HttpResponse:
    """Show and change it."""
    now = shell.of(request).company
    initial = {name: getattr(now, name) for name in CompanyForm.base_fields}
    form = CompanyForm(request.POST or None, initial=initial)
    for name in ("country", "time_zone"):
        places.keep(form.fields[name], initial[name])
    versions.of(request, form, event="CompanyChanged")
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            companies.edit(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:company"), "Saved. Everybody sees it from their next click.")
    return render(request, "setup/form.html", {"title": "Company", "form": form, "submit": "Save"})
