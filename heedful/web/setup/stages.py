"""The stages of the relationship."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.customers import stages as nouns
from heedful.customers.models import Stage
from heedful.web import versions
from heedful.web.page import PageRequest, page, redirect_with

SPARE = 2


@dataclass(frozen=True, slots=True)
class StageRow:
    """One line of the list: where a stage stands and what it is called; a new one has no code yet."""

    slug: str
    name: str
    place: str


@page("stage.edit")
def stages(request: PageRequest) -> HttpResponse:
    """Show the list, and make it what was typed; an emptied name goes."""
    rows = [StageRow(stage.pk, stage.name, str(place)) for place, stage in enumerate(Stage.objects.all(), 1)]
    rows += [StageRow("", "", str(len(rows) + number)) for number in range(1, 1 + SPARE)]
    version = versions.check(request, _drawn(rows), event="StagesArranged")
    if request.method != "POST":
        return render(request, "setup/stages.html", {"rows": rows, "version": version})
    typed = _typed(request)
    if version.differences:
        return render(request, "setup/stages.html", {"rows": typed, "version": version})
    ordered = sorted(typed, key=lambda row: _number(row.place))
    named = [(row.slug[:40], row.name) for row in ordered if row.name.strip()]
    nouns.arrange(stages=named, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:stages"), "Saved.")


def _drawn(rows: Sequence[StageRow]) -> dict[str, tuple[str, str]]:
    """What the list shows: each stage with its place and name."""
    return {row.slug: (row.name, f"{row.place}. {row.name}") for row in rows if row.slug}


def _typed(request: PageRequest) -> list[StageRow]:
    columns = (request.POST.getlist(name) for name in ("slug", "name", "place"))
    return [StageRow(*row) for row in zip(*columns, strict=False)]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
