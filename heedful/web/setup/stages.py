"""The stages of the relationship."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.customers import stages as nouns
from heedful.customers.models import Stage
from heedful.web.page import PageRequest, page, redirect_with

SPARE = 2


@page("stage.edit")
def stages(request: PageRequest) -> HttpResponse:
    """Show the list, and make it what was typed; an emptied name goes."""
    if request.method == "POST":
        slugs, names, places = (request.POST.getlist(name) for name in ("slug", "name", "place"))
        rows = sorted(zip(map(_number, places), slugs, names, strict=False), key=lambda row: row[0])
        named = [(slug[:40], name) for _, slug, name in rows if name.strip()]
        nouns.arrange(stages=named, by=request.user.by, at=timezone.now())
        return redirect_with(request, reverse("setup:stages"), "Saved.")
    known = list(Stage.objects.all())
    spare = range(len(known) + 1, len(known) + 1 + SPARE)
    return render(request, "setup/stages.html", {"rows": known, "spare": spare})


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
