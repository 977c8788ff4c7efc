"""The board: one page that says the truth to leaders, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.customers import scales
from heedful.customers.models import Feedback
from heedful.prove import answers, counted, periods, scorecards, scores, speed
from heedful.prove.felt import Felt
from heedful.prove.periods import Period
from heedful.prove.tallies import Tally
from heedful.web import lists, wording
from heedful.web.board import figures
from heedful.web.components import charts
from heedful.web.components.figures import Figure
from heedful.web.desk import feedback
from heedful.web.names import Names
from heedful.web.page import Asked, page
from heedful.web.templatetags.look import percent, signed

HEADLINES = ("recommend", "satisfaction", "ease", "compared")
VERBATIMS = 10


@page("board.read")
def index(request: Asked) -> HttpResponse:
    """What was promised, what was done, how it felt, what it is worth, and how fast the loop runs."""
    now = timezone.now()
    choices = lists.chips(request, "period", "Period", periods.CHOICES.items(), default="90")
    period = periods.last(request.GET.get("period", ""), at=now)
    told = {
        "choices": choices,
        "period": period,
        "sheets": feedback.sheets(_verbatims(period)),
        **counted.lately(f"board.{period.choice}", lambda: _counted(period, now)),
    }
    return render(request, "board/index.html", told)


def _counted(period: Period, now: datetime) -> dict[str, object]:
    """Everything on the board that must be counted."""
    return {
        "cards": [_shown(card, period, period.choice) for card in scorecards.cards(period=period, at=now)],
        "headlines": headlines(period),
        "trend": _trend(period),
        "stages": _stages(period),
        "loop": _loop(period, speed.speed(period=period, at=now)),
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """One promise as a leader reads it."""

    card: scorecards.Card
    walk: Figure | None
    felt: list[dict[str, Any]]
    gap: dict[str, str] | None
    broken_href: str


def _shown(card: scorecards.Card, period: Period, choice: str) -> Shown:
    address = reverse("desk:promise", args=[card.promise.slug])
    walk = (
        figures.kept(card.walk, card.walk_before, than=before(period), href=f"{address}?days={choice}")
        if card.walk
        else None
    )
    return Shown(card, walk, [_felt(one) for one in card.felt[:2]], _gap(card), f"{address}?days=90&state=broken")


def _felt(one: Felt) -> dict[str, Any]:
    """The score when kept and when broken, and whether that difference is more than chance."""
    rows = [
        charts.Scored(name, *figures.drawn(figure), figure.n, tone=tone)
        for name, figure, tone in (("When kept", one.kept, "good"), ("When broken", one.broken, "watch"))
        if figure
    ]
    some = one.kept or one.broken
    least, most = figures.ends(one.question, some) if some else (0.0, 1.0)
    apart = one.difference
    return {
        "question": scales.name_of(one.question),
        "picture": charts.whiskers(
            rows, label=f"{scales.name_of(one.question)} when kept and when broken", least=least, most=most
        ),
        "kept": _words(one.kept),
        "broken": _words(one.broken),
        "verdict": _verdict(apart),
    }


def _words(figure: scores.Figure | None) -> str:
    return "no answers" if figure is None else f"{figures.value(figure)} ({figure.n:,})"


def _verdict(apart: scores.Figure | None) -> str:
    if apart is None:
        return ""
    if not apart.enough:
        return "Too few answers to compare."
    if not apart.is_clear_of_zero:
        return "Kept and broken cannot be told apart."
    return "Worse when broken, more than chance." if apart.value < 0 else "Better when broken, more than chance."


def _gap(card: scorecards.Card) -> dict[str, str] | None:
    """Experience minus expectation, in words."""
    if card.gap is None:
        return None
    low, high = card.gap.interval
    few = "" if card.gap.enough else ": too few to tell"
    return {
        "value": signed(card.gap.value, 1),
        "span": f"{signed(low, 1)} to {signed(high, 1)}",
        "basis": f"{wording.counted(card.gap.n, 'answers')}{few}",
    }


def before(period: Period) -> str:
    """The time before, in words."""
    return period.before.words if period.before else ""


def headlines(period: Period) -> list[dict[str, Figure | None]]:
    """The company's scores, each plain and by value; a question that nobody answered is left out."""
    now = answers.tallies(questions=HEADLINES, period=period, weighted=True)
    old = answers.tallies(questions=HEADLINES, period=period.before) if period.before else {}
    found = []
    for question in HEADLINES:
        if figure := scores.score(question, now.get(question, {}).get("", Tally())):
            last = scores.score(question, old.get(question, {}).get("", Tally()))
            by_value = scores.score(question, now.get(question, {}).get("", Tally()), weighted=True)
            href = reverse("board:scores", args=[question]) + "?" + urlencode({"period": period.choice})
            found.append(
                {
                    "plain": figures.score(question, figure, last, than=before(period), href=href),
                    "by_value": figures.score(question, by_value, None, than="", href=href)
                    if by_value and by_value.enough
                    else None,
                }
            )
    return found


def _trend(period: Period) -> object | None:
    """The first headline by month, where there are months to compare."""
    months = answers.tallies(questions=HEADLINES[:1], period=period, by="month").get(HEADLINES[0], {})
    if len(months) < 2:
        return None
    points = [
        charts.Point(month, figure.value, *figure.interval, figure.n)
        for month, tally in sorted(months.items())
        if (figure := scores.score(HEADLINES[0], tally))
    ]
    label = f"{scales.name_of(HEADLINES[0])} by month"
    return charts.lines([charts.Series("All", points)], label=label, least=-100, most=100)


def _stages(period: Period) -> object | None:
    """The first headline by stage."""
    found = answers.tallies(questions=HEADLINES[:1], period=period, by="stage").get(HEADLINES[0], {})
    names = Names()
    rows = [
        charts.Scored(names.stage(stage) if stage else "No stage", *figures.drawn(figure), figure.n)
        for stage, tally in found.items()
        if (figure := scores.score(HEADLINES[0], tally))
    ]
    label = f"{scales.name_of(HEADLINES[0])} by stage"
    return charts.whiskers(rows, label=label, least=-100, most=100) if len(rows) > 1 else None


def _loop(period: Period, found: speed.Speed) -> dict[str, Any]:
    """The loop's speed as figures."""
    within = urlencode({"period": period.choice})
    everything = f"{reverse('desk:cases')}?show=all&{within}"
    return {
        "speed": found,
        "opened_href": everything,
        "closed_href": f"{reverse('desk:cases')}?state=closed&{within}",
        "in_time": _share("Acted on in time", found.in_time, "cases due", f"{everything}&speed=due"),
        "helped": _share("Said that it helped", found.helped, "answers", f"{everything}&helped=any"),
    }


def _share(label: str, figure: scores.Figure | None, of: str, href: str) -> Figure | None:
    if figure is None:
        return None
    low, high = figure.interval
    return Figure(label, percent(figure.value), n=figure.n, of=of, low=low, high=high, middle=figure.value, href=href)


def _verbatims(period: Period) -> Sequence[Feedback]:
    """The ten latest things that customers said in their own words."""
    rows: QuerySet[Feedback] = Feedback.objects.select_related("customer__person", "reading").prefetch_related("scores")
    rows = rows.filter(happened_at__gte=period.since).exclude(verbatim="")
    return list(rows.order_by("-happened_at", "-pk")[:VERBATIMS])
