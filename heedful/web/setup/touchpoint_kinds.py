"""The moments of the relationship: every kind of touchpoint that was seen, what it is called and where it belongs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from heedful.customers import kinds as nouns
from heedful.customers.models import Stage, TouchpointKind
from heedful.listen.models import Survey
from heedful.promise.models import Standard
from heedful.web import lists, refusals, versions
from heedful.web.page import PageRequest, page, redirect_with


class TouchpointKindForm(forms.Form):
    """What a kind of touchpoint is called, and where it belongs."""

    name = forms.CharField(max_length=120, required=False, help_text="As your people say it; it heads timelines.")
    stage = forms.ModelChoiceField(
        Stage.objects.all(),
        required=False,
        empty_label="No stage",
        help_text="What arrives without a stage of its own is counted here.",
    )
    moves_stage = forms.BooleanField(
        label="Who does this is in that stage from then on",
        required=False,
        help_text="Works for what arrives from now on, by the time at which it happened.",
    )


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """A promise or a survey that waits for a kind."""

    icon: str
    words: str
    href: str


@page("stage.edit")
def touchpoint_kinds(request: PageRequest) -> HttpResponse:
    """The list."""
    stages = lists.chips(request, "stage", "Stage", [("none", "No stage"), *Stage.objects.values_list("slug", "name")])
    rows = TouchpointKind.objects.select_related("stage")
    if stages.chosen:
        rows = rows.filter(stage=None if stages.chosen.value == "none" else stages.chosen.value)
    if words := request.GET.get("q", "").strip().replace("\x00", ""):
        rows = rows.filter(Q(slug__icontains=words) | Q(name__icontains=words))
    shown = lists.read(request, rows, keys=["slug"])
    waiting = _waiting([kind.pk for kind in shown.rows])
    return render(request, "setup/touchpoint_kinds.html", {"page": shown, "stages": stages, "waiting": waiting})


@page("stage.edit")
def touchpoint_kind(request: PageRequest, slug: str) -> HttpResponse:
    """One of them: name and place it."""
    row = get_object_or_404(TouchpointKind.objects.select_related("stage"), pk=slug.replace("\x00", ""))
    initial = {"name": row.name, "stage": row.stage_id, "moves_stage": row.moves_stage}
    form = TouchpointKindForm(request.POST or None, initial=initial)
    versions.of(request, form, kind=row.pk)
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            nouns.place(kind=row, **form.cleaned_data, by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:touchpoint-kinds"), "Saved. It works within half a minute.")
    return render(
        request, "setup/touchpoint_kind.html", {"row": row, "form": form, "waiting": _waiting([row.pk])[row.pk]}
    )


def _waiting(slugs: Iterable[str]) -> dict[str, list[WaitingKind]]:
    """Return who waits for each kind, promises first."""
    watchers: dict[str, list[WaitingKind]] = defaultdict(list)
    order = set(slugs)
    standards = Standard.objects.today().filter(Q(from_kind__in=order) | Q(to_kind__in=order), promise__ended_at=None)
    for standard in standards.select_related("promise").order_by("promise__words"):
        promise = standard.promise
        line = WaitingKind("handshake", promise.words, reverse("desk:promise", args=[promise.slug]))
        for slug in order & {standard.from_kind, standard.to_kind}:
            if line not in watchers[slug]:
                watchers[slug].append(line)
    for survey in Survey.objects.running().filter(moment_kind__in=order).order_by("name"):
        line = WaitingKind("ear", survey.name, reverse("desk:survey", args=[survey.pk]))
        watchers[survey.moment_kind].append(line)
    return watchers
