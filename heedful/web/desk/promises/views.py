"""The desk's promises: what we said we would do, how often we did, and each time that we did not."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from heedful.customers import kinds
from heedful.kit import bundle
from heedful.kit.errors import Refused
from heedful.promise import commitments, promises, recounts, retrospect, standards
from heedful.promise.models import Commitment, Promise, Standard
from heedful.web import lists, periods, shell, slices, touchpoint_kinds, versions
from heedful.web.desk.promises import forms as promise_forms
from heedful.web.desk.promises import list as promise_list
from heedful.web.desk.promises import page as promise_page
from heedful.web.desk.promises import standard_forms
from heedful.web.desk.promises.forms import PromiseForm
from heedful.web.desk.promises.standard_forms import Standards
from heedful.web.page import PageRequest, page, page_or_block, redirect_with

COLUMNS: list[lists.Column[Commitment]] = [
    ("Commitment", lambda row: row.pk),
    ("Customer", lambda row: promise_page.person_of(row).label),
    ("State", lambda row: row.get_state_display()),
    ("Started", lambda row: row.started_at),
    ("Due", lambda row: row.due_at),
    ("Settled", lambda row: row.settled_at),
    ("Measured", lambda row: row.measured),
]


@page("promise.read")
def index(request: PageRequest) -> HttpResponseBase:
    """All promises with their walk."""
    period, part = promise_page.period(request, at=timezone.now()), slices.read(request)
    ended = lists.chips(request, "show", "Show", [("ended", "Ended")])
    everything = Promise.objects.select_related("stage", "owner", "recount").prefetch_related(
        Prefetch("standards", Standard.objects.select_related("calendar"))
    )
    rows = (everything.exclude(ended_at=None) if ended.chosen else everything.active()).order_by(
        "stage__position", "pk"
    )
    if request.GET.get("format") == "csv":
        return lists.csv_of(request, "promises", promise_list.whole(list(rows), period, part), promise_list.COLUMNS)
    bundle.fetch(rows, *(labels := shell.of(request).names).queries)
    context = {
        "rows": promise_list.lines(rows, period, part, labels.kinds),
        "export": lists.query(request.GET, format="csv"),
        **periods.context(request, period),
        **slices.context(request),
        "ended": ended,
        "any": bool(rows) or Promise.objects.exists(),
    }
    return page_or_block(request, "desk/promises/index.html", "rows", context)


@page("promise.read")
def promise(request: PageRequest, slug: str) -> HttpResponseBase:
    """One promise: talk, walk, and the rows behind it."""
    row = get_object_or_404(Promise.objects.select_related("stage", "owner", "recount"), slug=slug)
    context = promise_page.page_context(request, row, at=timezone.now())
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, row.slug, context["found"], COLUMNS)
    context["page"] = lists.read(request, context["found"], keys=["-counts_at", "-id"])
    lists.disclose(request, context["unreadable"])
    return page_or_block(request, "desk/promises/promise.html", "live", context)


@page("promise.read")
def experience(request: PageRequest, slug: str) -> HttpResponse:
    """How customers felt when it was kept, and when it was broken."""
    row = _promise(slug)
    period = promise_page.period(request, at=timezone.now())
    rows = promise_page.experience_rows(row, period, slices.read(request))
    shares = any(one.of_all for one in rows)
    return render(request, "desk/promises/experience.html", {"experience": rows, "promise": row, "shares": shares})


@page("promise.read")
def commitment(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """One time that it was promised to one customer, with everything that happened to it."""
    rows = Commitment.objects.select_related("promise", "standard__calendar", "customer__person")
    row = get_object_or_404(rows, pk=pk, promise__slug=slug)
    lists.disclose(request, [row])
    context = {"commitment": row, "customer": promise_page.person_of(row), "standard": _measured(row)}
    return render(request, "desk/promises/commitment.html", context | promise_page.replay(commitments.history(row)))


def _measured(row: Commitment) -> str:
    return standards.sentence(row.standard, names=kinds.names())


@page("promise.edit")
@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """Make a promise."""
    form, rows = _forms(request, {}, [standard_forms.empty()])
    if request.method == "POST" and "more" not in request.POST and form.is_valid() and rows.is_valid():
        try:
            made = promises.make(
                wording=form.wording(),
                standards=_drafts(rows),
                since=form.since_at,
                by=request.user.by,
                at=timezone.now(),
            )
            return redirect_with(request, _address(made), PROMISED if form.since_at is None else PROMISED_SINCE)
        except Refused as no:
            form.add_error(None, no.sentence)
    return _form_page(request, form, rows, None)


PROMISED = "Promised, from now on."
PROMISED_SINCE = "Promised. We are looking through what happened since."


@page("promise.edit")
@require_POST
def retrospective(request: PageRequest) -> HttpResponse:
    """Say of a promise that is being written how it would have gone lately."""
    form, rows = _forms(request, {}, [standard_forms.empty()])
    if not rows.is_valid():
        return render(request, "desk/promises/retrospect.html", {"retrospect": None})
    form.is_valid()
    audience = form.cleaned_data.get("audience") or {}
    result = retrospect.would_have_been(drafts=_drafts(rows), audience=audience, at=timezone.now())
    return render(request, "desk/promises/retrospect.html", {"retrospect": result})


@page("promise.edit")
def unseen_kinds(request: PageRequest) -> HttpResponse:
    """Say of a sentence that is being filled in what nobody has sent yet."""
    typed = [str(text)[:120] for name, text in request.GET.items() if name.endswith(("_from", "_to"))]
    return render(request, "desk/promises/unheard.html", {"unheard": standard_forms.unseen_kinds(typed)})


@page("promise.edit")
@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, slug: str) -> HttpResponse:
    """Change a promise."""
    row = _promise(slug)
    today = row.standards.today().order_by("pk")
    drawn = [standard_forms.initial_of(standard) for standard in today]
    form, rows = _forms(request, promise_forms.wording_of(row), drawn)
    current = Standards(initial=drawn, prefix="standard", form_kwargs=rows.form_kwargs).forms
    versions.of(request, form, *current, row="Measure", promise=row.pk)
    if request.method == "POST" and "more" not in request.POST and form.is_valid() and rows.is_valid():
        try:
            _change(request, row, form.wording(), _drafts(rows))
            return redirect_with(request, _address(row), "Saved.")
        except Refused as no:
            form.add_error(None, no.sentence)
    return _form_page(request, form, rows, row)


def _change(
    request: PageRequest, row: Promise, wording: promises.Wording, drafts: Sequence[standards.StandardDraft]
) -> None:
    promises.change(
        promise=row,
        wording=wording,
        standards=drafts,
        from_now_on=request.POST.get("from_when") == "now",
        by=request.user.by,
        at=timezone.now(),
    )


@page("promise.edit")
@require_POST
def ending(request: PageRequest, slug: str) -> HttpResponse:
    """Stop promising it."""
    row = promises.end(promise=_promise(slug), by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(row), "Ended. What was promised until now still counts.")


@page("promise.edit")
@require_POST
def recount(request: PageRequest, slug: str) -> HttpResponse:
    """Count it anew over the whole log."""
    row = _promise(slug)
    recounts.request(promise=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(row), "Recounting from the log. You can go on meanwhile.")


def _promise(slug: str) -> Promise:
    rows = Promise.objects.select_related("stage", "owner", "recount").prefetch_related("standards")
    return get_object_or_404(rows, slug=slug)


def _address(row: Promise) -> str:
    return reverse("desk:promise", args=[row.slug])


def _drafts(rows: Any) -> list[standards.StandardDraft]:
    return [form.draft() for form in rows.forms if not form.cleaned_data.get("DELETE")]


def _forms(request: HttpRequest, wording: dict[str, Any], initial: list[dict[str, Any]]) -> tuple[PromiseForm, Any]:
    options = {"offered": cache(touchpoint_kinds.offered)}
    if request.method != "POST":
        return PromiseForm(initial=wording), Standards(initial=initial, prefix="standard", form_kwargs=options)
    sent = request.POST.copy()
    if "more" in sent and (count := sent.get("standard-TOTAL_FORMS", "")).isdecimal():
        sent["standard-TOTAL_FORMS"] = str(min(int(count[:3]) + 1, standard_forms.MOST))
    return PromiseForm(sent, initial=wording), Standards(sent, initial=initial, prefix="standard", form_kwargs=options)


def _form_page(request: PageRequest, form: PromiseForm, rows: Any, row: Promise | None) -> HttpResponse:
    context = {"form": form, "rows": rows, "promise": row, "kinds": touchpoint_kinds.offered()}
    wrong = request.method == "POST" and "more" not in request.POST
    return render(request, "desk/promises/form.html", context, status=422 if wrong else 200)
