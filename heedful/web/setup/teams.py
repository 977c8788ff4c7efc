"""The teams."""

from django import forms
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from heedful.associates import teams as nouns
from heedful.associates.models import Team
from heedful.web import refusals, versions
from heedful.web.page import PageRequest, page, redirect_with


class TeamForm(forms.Form):
    """What a team is called."""

    name = forms.CharField(max_length=120)
    is_default = forms.BooleanField(label="Gets the cases that no rule sends elsewhere", required=False)


@page("team.edit")
def teams(request: PageRequest) -> HttpResponse:
    """The list, and a form for a new one."""
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            team = nouns.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(
                request, reverse("setup:teams"), f"{team.name} is here. Put people into it under Associates."
            )
    people = Count("associates", filter=Q(associates__is_active=True))
    rows = Team.objects.annotate(people=people).order_by("name")
    return render(request, "setup/teams.html", {"rows": rows, "form": form})


@page("team.edit")
def team(request: PageRequest, pk: int) -> HttpResponse:
    """One of them."""
    row = get_object_or_404(Team, pk=pk)
    form = TeamForm(request.POST or None, initial={"name": row.name, "is_default": row.is_default})
    versions.of(request, form, team=pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.edit(team=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:teams"), "Saved.")
    context = {"title": row.name, "form": form, "submit": "Save", "back": reverse("setup:teams"), "back_words": "Teams"}
    return render(request, "setup/form.html", context)
