"""One score from all sides: by stage, channel, segment, kind or month, in tiers instead of a ranking."""

from typing import cast
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from heedful.customers import question_kinds
from heedful.customers.slices import Slice
from heedful.kit.errors import Refused
from heedful.promise import gaps
from heedful.prove import answers, directions, scores
from heedful.prove.answers import By
from heedful.prove.periods import Period
from heedful.prove.tallies import AnswerTally
from heedful.web import lists, periods, slices
from heedful.web.board import figures
from heedful.web.components import charts
from heedful.web.components.figures import ends, score_words
from heedful.web.names import Names
from heedful.web.page import PageRequest, page, redirect_with

SIDES = [("stage", "Stage"), ("channel", "Channel"), ("segment", "Segment"), ("kind", "Moment"), ("month", "Month")]
OF_SLICES = {"brand": "Brand", "source": "Source"}
"""Sides that are offered only where there is something to choose between."""


@page("board.read")
def index(request: PageRequest, question: str) -> HttpResponse:
    """The score, its parts with their intervals, and which of them can be told apart."""
    try:
        name = question_kinds.name_of(question)
    except Refused as no:
        raise Http404(no.sentence) from None
    period = periods.read(request, at=timezone.now())
    part, choices = slices.read(request), slices.context(request)
    sides = [*SIDES, *((one.name, OF_SLICES[one.name]) for one in choices["slice_choices"])]
    side = request.GET.get("by") if request.GET.get("by") in dict(sides) else "stage"
    weighted = request.GET.get("weighted") == "yes"
    context = {
        "name": name,
        "meaning": question_kinds.kind_of(question).meaning,
        "is_expected": question.startswith(question_kinds.EXPECTED),
        "question": question,
        "direction": _direction(question),
        **periods.context(request, period),
        **choices,
        "sides": lists.chips(request, "by", "By", sides, default="stage"),
        "weighing": lists.chips(request, "weighted", "Weighed", [("yes", "By customer value")]),
        "others": [(code, question_kinds.name_of(code)) for code in _others(question)],
        **_parts(question, period, part, cast("By", side), weighted),
    }
    return render(request, "board/scores.html", context)


@page("survey.edit")
@require_POST
def direction(request: PageRequest, question: str) -> HttpResponse:
    """Say whether more of it is better."""
    more_is = request.POST.get("more_is", "")
    directions.choose(question=question, more_is=more_is, by=request.user.by, at=timezone.now())
    return redirect_with(request, reverse("board:scores", args=[question]), "Saved.")


def _direction(question: str) -> dict[str, object] | None:
    """Whether more is better, of a question of which the company says it, and what may be said."""
    if not directions.is_open(question):
        return None
    chosen = directions.of(question)
    choices = [("better", "is better"), ("worse", "is worse"), ("", "is neither")]
    return {"chosen": chosen, "choices": choices, "words": dict(choices)[chosen]}


def _parts(question: str, period: Period, part: Slice, side: By, weighted: bool) -> dict[str, object]:
    whole = answers.tallies(questions=[question], period=period, weighted=weighted, part=part).get(question, {})
    total = scores.score(question, whole[""], weighted=weighted) if whole else None
    if total is None:
        return {"figure": None}
    groups = answers.tallies(questions=[question], period=period, by=side, weighted=weighted, part=part)[question]
    parts = {
        key or "none": figure
        for key, tally in groups.items()
        if (figure := scores.score(question, tally, weighted=weighted))
    }
    least, most = ends(question, total)
    names, more_is = Names(), directions.of(question)
    rows = [
        charts.ScoreRow(
            names.part(side, key),
            *figures.plotted(figure),
            figure.n,
            _rows(question, period, part, side, key),
            words=score_words(figure),
        )
        for key, figure in (sorted(parts.items()) if side == "month" else _in_order(parts, more_is))
    ]
    if not question_kinds.has_scale(question):  # the line goes as far as the numbers do
        least = min(row.low for row in rows)
        most = max(least + 1, *(row.high for row in rows))
    return {
        "figure": figures.score(question, total, None, more_is=more_is, href=_rows(question, period, part, side, "")),
        "picture": charts.whiskers(rows, label=f"{question_kinds.name_of(question)} by {side}", least=least, most=most),
        "ranking": scores.rank(
            {names.part(side, key): figure for key, figure in parts.items()}, is_less_better=more_is == "worse"
        ),
        "order": ORDERS[more_is],
        "gaps": _gaps(question, period, part, side),
    }


def _gaps(question: str, period: Period, part: Slice, side: By) -> object | None:
    """What customers found less what they had expected, where they were asked beforehand."""
    if question.startswith(question_kinds.EXPECTED) or side in ("", "segment", "brand", "source"):
        return None
    if question_kinds.EXPECTED + question not in answers.questions_answered():
        return None
    cells: dict[str, list[tuple[float, int, float, float]]] = {}
    key = cast("gaps.By", side)
    for row in gaps.by(key=key, question=question, since=period.since, until=period.until, part=part):
        cells.setdefault(row.key, []).append((row.gap, row.n, row.n, row.n))
    scale, names = question_kinds.scale_of(question), Names()
    rows = [
        charts.ScoreRow(names.part(side, key), figure.value, *figure.interval, figure.n)
        for key, groups in sorted(cells.items())
        if (figure := scores.gap(AnswerTally.of_rows(groups), scale))
    ]
    widest = float(scale.highest - scale.lowest)
    label = f"{question_kinds.name_of(question)}: experience minus expectation by {side}"
    return charts.whiskers(rows, label=label, least=-widest, most=widest) if rows else None


def _others(question: str) -> list[str]:
    """The other questions that have a figure."""
    codes = answers.questions_answered()
    return [code for code in codes if code != question and question_kinds.kind_of(code).score]


ORDERS = {"better": "the best first", "worse": "the best first, which is the lowest", "": "the highest first"}


def _in_order(figures_of: dict[str, scores.Estimate], more_is: str) -> list[tuple[str, scores.Estimate]]:
    """The best first; the highest, where nobody has said what is better."""
    sign = 1 if more_is == "worse" else -1
    return sorted(figures_of.items(), key=lambda pair: (not pair[1].enough, sign * pair[1].value, pair[0]))


def _rows(question: str, period: Period, part: Slice, side: str, key: str) -> str:
    """The address of the answers behind a figure."""
    none = slices.NONE if side == slices.BRAND else ""
    query = {"question": question, "period": period.choice, "words": "any", **slices.query(part)} | (
        {side: none if key == "none" else key} if key else {}
    )
    return f"{reverse('desk:feedback')}?{urlencode(query)}"
