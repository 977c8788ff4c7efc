"""Scores for programs: each with its interval, and what can be told apart."""

from typing import Any, Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from heedful.api import editing, paging
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.periods import PeriodOut, PeriodQuery, period_out
from heedful.api.slices import SliceQuery
from heedful.associates import associates
from heedful.customers import question_kinds
from heedful.prove import answers, directions, scores

router = Router(tags=["scores"])


class FigureOut(Schema):
    """A value with its 95 % interval. Shares run from 0 to 1; `enough` is false below thirty answers.

    Weighted, `n` counts those who weigh something, and `effective_n` how many of equal weight would tell as much.
    """

    value: float
    low: float
    high: float
    n: int
    effective_n: float
    enough: bool
    unit: str
    weighted: bool


class ScoreOut(Schema):
    """A score, whole and in parts; among parts in one tier not all can be told apart.

    `letters` says it of each two parts: those that share a letter cannot be told apart. `more_is` says whether more is
    better or worse; it is empty where nobody has said, and tiers then begin with the highest.
    """

    question: str
    name: str
    period: PeriodOut
    whole: FigureOut | None
    parts: dict[str, FigureOut]
    tiers: list[list[str]]
    letters: dict[str, str]
    too_few: list[str]
    more_is: Literal["better", "worse", ""]


class ScoreQuery(PeriodQuery, SliceQuery):
    """Over which time, and by what."""

    by: Literal["stage", "channel", "segment", "month", "kind", "brand", "source"] = "stage"
    weighted: bool = Field(False, description="Each answer by its customer's yearly value")


@router.get("/{str:question}", response={200: ScoreOut, **PROBLEMS}, by_alias=True)
def score(request: ApiRequest, question: str, query: paging.Query[ScoreQuery]) -> ScoreOut:
    """One question's score."""
    associates.must(request.auth, "board.read")
    question_kinds.scale_of(question)
    period, part = query.period(), query.slice()
    whole = answers.tallies(questions=[question], period=period, weighted=query.weighted, part=part).get(question, {})
    groups = answers.tallies(questions=[question], period=period, by=query.by, weighted=query.weighted, part=part)
    figures = {
        key: figure
        for key, tally in groups.get(question, {}).items()
        if (figure := scores.score(question, tally, weighted=query.weighted))
    }
    more_is = directions.of(question)
    ranking = scores.rank(figures, is_less_better=more_is == "worse")
    return ScoreOut(
        question=question,
        name=question_kinds.name_of(question),
        period=period_out(period),
        whole=figure_out(scores.score(question, whole[""], weighted=query.weighted)) if whole else None,
        parts={key: out for key, figure in figures.items() if (out := figure_out(figure))},
        tiers=[list(tier) for tier in ranking.tiers],
        letters=dict(ranking.letters),
        too_few=list(ranking.too_few),
        more_is=more_is,
    )


class DirectionDocument(Schema):
    """Whether more of a question's answers is better or worse; empty where nobody has said, or neither is."""

    more_is: Literal["better", "worse", ""]


@router.get("/{str:question}/direction", response={200: DirectionDocument, **PROBLEMS})
def direction(request: ApiRequest, response: HttpResponse, question: str) -> DirectionDocument:
    """Whether more of it is better; the company says it of a question for a yes and of a number."""
    associates.must(request.auth, "board.read")
    fields = _direction(question)
    editing.tag(response, fields)
    return DirectionDocument(**fields)


@router.put("/{str:question}/direction", response={200: DirectionDocument, **editing.EDIT_PROBLEMS})
def choose_direction(
    request: ApiRequest, response: HttpResponse, question: str, body: DirectionDocument, if_match: editing.IfMatch = ""
) -> DirectionDocument:
    """Say whether more of it is better or worse, or that neither is."""
    editing.edit(
        request,
        if_match,
        fields=lambda: _direction(question),
        change=lambda: directions.choose(question=question, more_is=body.more_is, by=request.auth, at=timezone.now()),
        question=question.removeprefix(question_kinds.EXPECTED),
    )
    return direction(request, response, question)


def _direction(question: str) -> dict[str, Any]:
    question_kinds.kind_of(question)
    return {"more_is": directions.of(question)}


def figure_out(figure: scores.Estimate | None) -> FigureOut | None:
    """A figure as the API shows it."""
    return None if figure is None else FigureOut(**{name: getattr(figure, name) for name in FigureOut.model_fields})
