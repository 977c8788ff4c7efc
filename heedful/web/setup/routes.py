"""Which team gets which case."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.act import routes as nouns
from heedful.act.models import Route
from heedful.associates.models import Team
from heedful.customers.models import Stage
from heedful.understand.models import Topic
from heedful.web import refusals
from heedful.web.page import PageRequest, page, redirect_with


class RouteForm(forms.Form):
    """A stage or a topic, and the team that gets its cases."""

    stage = forms.ModelChoiceField(
        Stage.objects.all(), required=False, empty_label="Any stage", label="Cases of the stage"
    )
    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True).order_by("name"),
        to_field_name="slug",
        required=False,
        empty_label="Any topic",
        label="Or about the topic",
    )
    team = forms.ModelChoiceField(Team.objects.order_by("name"), label="Go to the team", empty_label="Choose a team")


@page("team.edit")
def routes(request: PageRequest) -> HttpResponse:
    """The list in the order in which it decides, and a form for a new one."""
    form = RouteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals.at_form(form):
            topic = data["topic"].slug if data["topic"] else ""
            nouns.add(team=data["team"], stage=data["stage"], topic=topic, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:routes"), f"From now on these go to {data['team']}.")
    names = dict(Topic.objects.values_list("slug", "name"))
    rows = [(row, names.get(row.topic, row.topic)) for row in Route.objects.select_related("stage", "team")]
    default = Team.objects.filter(is_default=True).first()
    return render(request, "setup/routes.html", {"rows": rows, "default": default, "form": form})


@page("team.edit")
@require_POST
def route_removal(request: PageRequest, pk: int) -> HttpResponse:
    """Let the next one decide."""
    nouns.remove(route=get_object_or_404(Route, pk=pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:routes"), "Removed.")
