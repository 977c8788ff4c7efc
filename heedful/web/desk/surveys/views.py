"""The desk's surveys: what we ask, when and whom, who answered and what was said."""

from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from heedful.kit.errors import Refused
from heedful.listen import forms, invitation_mail, surveys, tallies, wordings
from heedful.listen.models import Budget, Invitation, Survey
from heedful.web import lists, periods, shell, touchpoint_kinds, versions
from heedful.web.desk.surveys import forms as survey_forms
from heedful.web.desk.surveys import page as survey_page
from heedful.web.desk.surveys.forms import Questions, SurveyDesignForm
from heedful.web.page import PageRequest, page, page_or_block, redirect_with

COLUMNS: list[lists.Column[Invitation]] = [
    ("Invitation", lambda row: row.pk),
    ("Customer", lambda row: row.customer.person.label if row.customer and row.customer.person else ""),
    ("State", lambda row: row.get_state_display()),
    ("Reason", lambda row: survey_page.response_row(row).why_not),
    ("PageRequest", lambda row: row.asked_at),
    ("Answered", lambda row: row.answered_at),
    ("Scores", lambda row: "; ".join(f"{name} {value}" for name, value in survey_page.response_row(row).scores)),
    ("Words", lambda row: survey_page.response_row(row).verbatim),
]


@page("survey.read")
def index(request: PageRequest) -> HttpResponse:
    """All surveys, with how they are answered."""
    return _index(request)


def _index(request: PageRequest, **typed: int) -> HttpResponse:
    when = survey_page.period(request, at=timezone.now())
    ended = lists.chips(request, "show", "Show", [("ended", "Ended")])
    rows = Survey.objects.exclude(ended_at=None) if ended.chosen else Survey.objects.filter(ended_at=None)
    shown, budget = list(rows.order_by("is_service", "name", "pk")), surveys.budget()
    context = {
        "lines": survey_page.lines(shown, when),
        **periods.context(request, when),
        "ended": ended,
        "budget": budget,
        "typed": {"times": budget.times, "days": budget.days} | typed,
        "version": _version(request, budget),
        "any": bool(shown) or Survey.objects.exists(),
    }
    if typed:
        return render(request, "desk/surveys/index.html", context, status=422)
    return page_or_block(request, "desk/surveys/index.html", "rows", context)


def _version(request: HttpRequest, budget: Budget) -> versions.FormVersion:
    drawn = {name: (name.capitalize(), str(getattr(budget, name))) for name in ("times", "days")}
    return versions.check(request, drawn, event="BudgetChanged")


@page("survey.read")
def survey(request: PageRequest, pk: int) -> HttpResponseBase:
    """One survey: its scores, who was asked and who was spared, and the latest answers."""
    row = get_object_or_404(Survey, pk=pk)
    when = survey_page.period(request, at=timezone.now())
    states = lists.chips(request, "state", "State", survey_page.STATES)
    chosen = states.chosen.value if states.chosen else ""
    rows = survey_page.invitations_of(row, when=when, state=chosen, reason=request.GET.get("reason", ""))
    if request.GET.get("format") == "csv":
        return lists.csv_file(request, row.slug, rows, COLUMNS)
    last = None if {"state", "reason", "after"} & request.GET.keys() else survey_page.last_answered(row)
    shown = lists.read(request, rows, keys=["-created_at", "-id"], size=25, above=last)
    responses = survey_page.response_rows([*(last or ()), *shown.rows])
    tally = tallies.of([row], since=when.since, until=when.until)[row.pk]
    context = {
        "survey": row,
        **periods.context(request, when),
        "tally": tally,
        "suppressions": survey_page.suppressions(tally),
        "figures": [survey_page.rate(row, tally), *survey_page.score_figures(row, when)],
        "latest": responses[: len(last or ())],
        "states": states,
        "page": shown,
        "responses": responses[len(last or ()) :],
        "link": invitation_mail.link_to(row.public_token),
        "line": survey_page.SurveyRow(row, tally),
    }
    return page_or_block(request, "desk/surveys/survey.html", "live", context)


@page("survey.read")
def qr(request: PageRequest, pk: int) -> HttpResponse:
    """The survey's public link, to be printed and put where customers are."""
    row = get_object_or_404(Survey, pk=pk)
    response = HttpResponse(survey_page.qr(row), content_type="image/svg+xml")
    if "download" in request.GET:
        response.headers["Content-Disposition"] = f'attachment; filename="{row.slug}.svg"'
    return response


@page("survey.edit")
@require_http_methods(["GET", "POST"])
def new(request: PageRequest) -> HttpResponse:
    """Make a survey."""
    form, rows = _forms(request, {"languages": ["en"]}, [{"code": "satisfaction"}, {"code": "open"}], ["en"])
    if _is_sent(request) and form.is_valid() and rows.is_valid():
        try:
            made = surveys.make(design=form.design(_questions(rows)), by=request.user.by, at=timezone.now())
            return redirect_with(request, _address(made), "It asks from now on.")
        except Refused as no:
            form.add_error(None, no.sentence)
    return _form_page(request, form, rows, None)


@page("survey.edit")
@require_http_methods(["GET", "POST"])
def edit(request: PageRequest, pk: int) -> HttpResponse:
    """Change a survey."""
    row = get_object_or_404(Survey, pk=pk)
    initial = [survey_forms.question_initial(question) for question in row.questions]
    form, rows = _forms(request, survey_forms.initial_of(row), initial, row.languages)
    current = SurveyDesignForm(initial=survey_forms.initial_of(row), spoken=row.languages)
    versions.of(request, form, *_current_forms(row, initial), row="Question", current=current, survey=pk)
    if _is_sent(request) and form.is_valid() and rows.is_valid():
        try:
            design = form.design(_questions(rows))
            surveys.change(survey=row, design=design, by=request.user.by, at=timezone.now())
            return redirect_with(request, _address(row), "Saved. Whoever is asked from now on sees it like this.")
        except Refused as no:
            form.add_error(None, no.sentence)
    return _form_page(request, form, rows, row)


@page("survey.edit")
@require_POST
def preview(request: PageRequest) -> HttpResponse:
    """Show what is being written as customers will see it."""
    form, rows = _forms(request, {}, [], ["en"])
    return render(request, "desk/surveys/preview.html", _preview(request, form, rows))


@page("survey.edit")
@require_POST
def pause(request: PageRequest, pk: int) -> HttpResponse:
    """Ask nobody for now."""
    row = get_object_or_404(Survey, pk=pk)
    surveys.pause(survey=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(row), "Paused. Nobody is asked until you let it go on.")


@page("survey.edit")
@require_POST
def resumption(request: PageRequest, pk: int) -> HttpResponse:
    """Ask again."""
    row = get_object_or_404(Survey, pk=pk)
    surveys.resume(survey=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, _address(row), "It asks again.")


@page("survey.edit")
@require_POST
def ending(request: PageRequest, pk: int) -> HttpResponse:
    """Ask nobody any more."""
    row = get_object_or_404(Survey, pk=pk)
    surveys.end(survey=row, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("desk:surveys"), "Ended. What was answered stays.")


@page("survey.edit")
@require_POST
def budget(request: PageRequest) -> HttpResponse:
    """Say how often one customer may be asked over all surveys."""
    numbers = [request.POST.get(name, "") for name in ("times", "days")]
    if not all(number.isascii() and number.isdigit() and len(number) < 6 for number in numbers):
        raise Refused("Give both as whole numbers.")
    times, days = map(int, numbers)
    if _version(request, surveys.budget()).differences:
        return _index(request, times=times, days=days)
    surveys.set_budget(times=times, days=days, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("desk:surveys"), "Saved. It counts from the next ask on.")


def _address(row: Survey) -> str:
    return reverse("desk:survey", args=[row.pk])


def _is_sent(request: HttpRequest) -> bool:
    return request.method == "POST" and "more" not in request.POST and "again" not in request.POST


def _forms(
    request: HttpRequest, initial: dict[str, Any], questions: list[dict[str, Any]], languages: list[str]
) -> tuple[SurveyDesignForm, Any]:
    if request.method != "POST":
        rows = Questions(initial=questions, prefix="question", form_kwargs={"spoken": languages})
        return SurveyDesignForm(initial=initial, spoken=languages), rows
    sent, count = request.POST.copy(), request.POST.get("question-TOTAL_FORMS", "")
    if "more" in sent and count.isdecimal():
        sent["question-TOTAL_FORMS"] = str(min(int(count[:3]) + 1, 8))
        sent.setdefault(f"question-{count}-code", survey_forms.next_question(sent))
    spoken = survey_forms.chosen_languages(sent)
    return SurveyDesignForm(sent, spoken=spoken), Questions(sent, prefix="question", form_kwargs={"spoken": spoken})


def _current_forms(row: Survey, questions: list[dict[str, Any]]) -> list[Form]:
    """A survey's questions as its form shows them."""
    spoken = {"spoken": row.languages}
    return list(Questions(initial=questions, prefix="question", form_kwargs=spoken).forms)


def _questions(rows: Any) -> list[dict[str, Any]]:
    return [form.question() for form in rows.forms if not form.cleaned_data.get("DELETE")]


def _form_page(request: HttpRequest, form: SurveyDesignForm, rows: Any, row: Survey | None) -> HttpResponse:
    context = {"form": form, "rows": rows, "survey": row, "kinds": touchpoint_kinds.offered()}
    status = 422 if _is_sent(request) else 200
    return render(request, "desk/surveys/form.html", context | _preview(request, form, rows, row), status=status)


def _preview(request: HttpRequest, form: SurveyDesignForm, rows: Any, row: Survey | None = None) -> dict[str, Any]:
    """What is being written, as a customer sees it in one of its languages, however unfinished it is."""
    if form.is_bound:
        shown = survey_forms.draft_survey(form, rows)
    else:
        shown = row or Survey(
            languages=["en"], questions=[{"code": code, "text": {}} for code in ("satisfaction", "open")]
        )
    chosen = request.POST.get("seen_in", "")
    language = str(chosen if chosen in shown.languages else shown.languages[0])
    tongues = [(code, wordings.in_english(code), code == language) for code in shown.languages]
    survey_form = forms.lay_out(shown, company=shell.of(request).company.name, language=language)
    words = {"send": survey_form.say("send"), "open_hint": wordings.ours("open_hint", language)}
    return {"survey_form": survey_form, "words": words, "tongues": tongues}
