"""Imports: every file that was read in, and the page on which one is brought, tried, taken back and replaced."""

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.customers.import_log import Import
from heedful.imports import importing, undo, uploads
from heedful.web import lists, refusals
from heedful.web.page import PageRequest, page, page_or_block, redirect_with


class FileForm(forms.Form):
    """What a browser says of a file before it sends it."""

    name = forms.CharField(max_length=500)
    size = forms.IntegerField(min_value=0)
    replaces = forms.ModelChoiceField(Import.objects.all(), required=False)


class MapForm(forms.Form):
    """What the columns mean."""

    map = forms.CharField(
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false", "class": "code"}),
    )


@page("import.edit")
def imports(request: PageRequest) -> HttpResponse:
    """Every file that was read in, the latest first."""
    shown = lists.read(request, Import.objects.order_by(), keys=["-id"])
    return page_or_block(request, "setup/imports.html", "rows", {"page": shown, "piece": uploads.PIECE_BYTES})


@page("import.edit")
@require_POST
def add(request: PageRequest) -> HttpResponse:
    """Begin to receive a file; says where its pieces are brought."""
    form = FileForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"refusal": "Choose a file first."}, status=422)
    row = uploads.add(**form.cleaned_data, by=request.user.by, at=timezone.now())
    place = reverse("setup:import", args=[row.pk])
    return JsonResponse({"page": place, "pieces": reverse("setup:import_pieces", args=[row.pk])})


@page("import.edit")
@require_POST
def pieces(request: PageRequest, pk: int) -> HttpResponse:
    """Receive a piece of a file."""
    row, at = get_object_or_404(Import, pk=pk), request.GET.get("at", "")
    offset = int(at) if at.isdecimal() and len(at) < 16 else 0
    is_whole = uploads.receive(row=row, offset=offset, piece=request.body, by=request.user.by, at=timezone.now())
    return JsonResponse({"whole": is_whole})


@page("import.edit")
def one(request: PageRequest, pk: int) -> HttpResponse:
    """One file: its first rows, its map, what a dry run counted, how far it is, and what can be done with it."""
    row = _row(pk)
    form = MapForm(request.POST or None, initial={"map": row.map_text})
    if request.method == "POST" and form.is_valid():
        with refusals.at_form(form):
            uploads.try_out(row=row, text=form.cleaned_data["map"], by=request.user.by, at=timezone.now())
            return redirect_with(request, reverse("setup:import", args=[pk]))
    return page_or_block(request, "setup/import.html", "progress", _context(row, form))


@page("import.edit")
@require_POST
def run(request: PageRequest, pk: int) -> HttpResponse:
    """Have it read in, or go on where it stopped."""
    row, by, at = _row(pk), request.user.by, timezone.now()
    if row.queued_at is not None:
        uploads.go_on_again(row=row, by=by, at=at)
        return redirect_with(request, reverse("setup:import", args=[pk]), "It goes on.")
    form = MapForm(request.POST)
    if form.is_valid():
        with refusals.at_form(form):
            uploads.start(row=row, text=form.cleaned_data["map"], by=by, at=at)
            return redirect_with(request, reverse("setup:import", args=[pk]), "It is being read in.")
    return render(request, "setup/import.html", _context(row, form), status=422)


@page("import.edit")
@require_POST
def removal(request: PageRequest, pk: int) -> HttpResponse:
    """Forget a file that was not read in."""
    uploads.remove(row=_row(pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:imports"), "The file is forgotten.")


@page("import.edit")
@require_POST
def undoing(request: PageRequest, pk: int) -> HttpResponse:
    """Take it back."""
    undo.start(row=_row(pk), by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("setup:import", args=[pk]), "It is being taken back.")


@page("import.edit")
def rejected(request: PageRequest, pk: int) -> HttpResponseBase:
    """Its bad rows, each with its reason, to be mended and read in."""
    file = uploads.take_rejected(row=_row(pk), by=request.user.by, at=timezone.now())
    if file is None:
        raise Http404
    return FileResponse(file.open("rb"), as_attachment=True, filename=file.name)


def _row(pk: int) -> Import:
    return get_object_or_404(Import.objects.select_related("associate", "replaces"), pk=pk)


def _context(row: Import, form: MapForm) -> dict[str, Any]:
    trial = row.trial or {}
    return {
        "row": row,
        "form": form,
        "trial": trial if trial.get("done") else None,
        "is_trying": bool(trial) and not trial.get("done") and not row.problem,
        "tried_rows": trial.get("rows", 0),
        "notice": importing.notice_of(row) if row.file_digest else "",
        "has_rejected": uploads.rejected_of(row) is not None,
        "replaced_by": Import.objects.filter(replaces=row).exclude(queued_at=None).first(),
        "piece": uploads.PIECE_BYTES,
    }
