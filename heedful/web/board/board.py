"""The board: one page that says the truth to leaders, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from heedful.customers import question_kinds
from heedful.customers.models import BULK_OF_CUSTOMER, Feedback
from heedful.customers.slices import WHOLE, Slice
from heedful.kit import bundle
from heedful.promise import attainment
from heedful.prove import answers, cache, directions, loop_speed, scorecards, scores
from heedful.prove import experience as proven
from heedful.prove.periods import Period
from heedful.prove.tallies import AnswerTally
from heedful.web import lists, periods, shell, slices, wording
from heedful.web.board import figures
from heedful.web.components import charts
from heedful.web.components.figures import Figure, score_words, span
from heedful.web.desk.feedback import views as feedback
from heedful.web.filters import duration, percent
from heedful.web.names import Names
from heedful.web.page import PageRequest, page

HEADLINES = [kind.code for kind in question_kinds.kinds() if kind.is_headline]
VERBATIMS = 10
FIRST, FIRST_WORDS = 5, 2
"""How many promises, and how many customers' words, are open; the rest is folded."""


@page("board.read")
def index(request: PageRequest) -> HttpResponse:
    """What was promised, what was done, how it felt, what it is worth, and how fast the loop runs."""
    now, part = timezone.now(), slices.read(request)
    latest = _verbatims(part)
    period = periods.read(request, at=now, last=lambda: _last_at(now, latest))
    context = {
        **periods.context(request, period),
        **slices.context(request),
        **_feedback_rows(request, [row for row in latest if row.happened_at >= period.since]),
        **cache.recent(f"board.{period.choice}.{part.name}", lambda: _figures(period, now, part, shell.of(request))),
    }
    return render(request, "board/index.html", context)


def _last_at(now: datetime, latest: bundle.Query) -> datetime | None:
    """When something was due or somebody said something last; the verbatims are read with it."""
    spoken, due = LAST.bind(now=now)
    bundle.fetch(spoken, due, latest)
    return max(filter(None, (*spoken, *due)), default=None)


def _figures(period: Period, now: datetime, part: Slice, around: shell.Shell) -> dict[str, object]:
    """Everything on the board that must be counted, in two statements."""
    zone, more_is = around.company.time_zone, directions.query()
    speed = loop_speed.query(period=period, at=now, part=part)
    queries = HeadlineQueries(period, zone, part)
    beside = [*queries, speed, more_is, *around.names.queries]
    cards = scorecards.cards(period=period, at=now, zone=zone, part=part, beside=beside)
    shown = [_shown(card, period.choice, slices.query(part), dict(more_is)) for card in cards]
    return {
        "promises": {"first": shown[:FIRST], "rest": shown[FIRST:]},
        "headlines": headlines(period, queries, part),
        "trend": _trend(queries),
        "stages": _stages(queries, around.names),
        "loop": _loop(period, loop_speed.of_rows(speed), part),
    }


class HeadlineQueries:
    """What is read of the headlines: in the period by stage and by month, and all together in the one before."""

    def __init__(self, period: Period, zone: str, part: Slice) -> None:
        self.now = answers.TallyQuery(
            questions=HEADLINES, period=period, by=["stage", "month"], weighted=True, zone=zone, part=part
        )
        self.before = None
        if period.before:
            self.before = answers.TallyQuery(questions=HEADLINES, period=period.before, part=part)

    def __iter__(self) -> Iterator[bundle.Query | None]:
        return iter((self.now.rows, self.before.rows if self.before else None))


@dataclass(frozen=True, slots=True)
class BoardExperience:
    """The question that was answered most after a promise, when it was kept and when it was broken."""

    question: str
    figures: list[Figure]
    note: str
    """The same of those who answered, where the figures are of everybody."""
    verdict: str
    direction_href: str = ""
    """Where it is said whether more of it is better, as long as nobody has said it."""


@dataclass(frozen=True, slots=True)
class BoardPromise:
    """One promise as a leader reads it."""

    card: scorecards.PromiseCard
    attainment: Figure | None
    experience: BoardExperience | None
    gap: Figure | None
    """Experience minus expectation."""
    broken_href: str


def _shown(
    card: scorecards.PromiseCard, choice: str, kept: Mapping[str, str], more_is: Mapping[str, str]
) -> BoardPromise:
    address = reverse("desk:promise", args=[card.promise.slug])
    within, broken = (urlencode({**only, **kept}) for only in ({"period": choice}, {"period": "90", "state": "broken"}))
    figure = (
        figures.attainment(card.attainment, card.attainment_before, href=f"{address}?{within}")
        if card.attainment
        else None
    )
    experience = (
        _experience(card.foremost_experience, f"{address}?{within}", more_is) if card.foremost_experience else None
    )
    return BoardPromise(card, figure, experience, _gap(card, address), f"{address}?{broken}")


def _experience(one: proven.ExperienceByOutcome, address: str, more_is: Mapping[str, str]) -> BoardExperience:
    """The score when kept and when broken, and whether that difference is more than chance."""
    is_of_all = one.of_all_kept or one.of_all_broken
    kept, broken = (one.of_all_kept, one.of_all_broken) if is_of_all else (one.kept, one.broken)
    of = "times" if is_of_all else "answers"
    shown = [
        figures.experience(label, one.question, figure, of=of, href=f"{address}#experience")
        for label, figure in (("When kept", kept), ("When broken", broken))
    ]
    note = f"Of those who answered: kept {_words(one.kept)}, broken {_words(one.broken)}." if is_of_all else ""
    apart = scores.difference(broken, kept) if kept and broken else None
    return BoardExperience(
        question_kinds.name_of(one.question),
        shown,
        note,
        "" if is_of_all else _verdict(apart, directions.of(one.question, by_question=more_is)),
        "" if directions.of(one.question, by_question=more_is) else _direction_href(one.question),
    )


def _direction_href(question: str) -> str:
    return f"{reverse('board:scores', args=[question])}#direction"


def _words(figure: scores.Estimate | None) -> str:
    if figure is None:
        return "no answers"
    return f"{score_words(figure)} ({figure.n:,}{'' if figure.enough else ', too few to tell'})"


def _verdict(apart: scores.Estimate | None, more_is: str) -> str:
    if apart is None:
        return ""
    if not apart.enough:
        return "too few answers to compare"
    if not apart.is_clear_of_zero:
        return "kept and broken cannot be told apart"
    if not more_is:
        return f"{'less' if apart.value < 0 else 'more'} when broken, more than chance"
    is_worse = (apart.value < 0) == (more_is == "better")
    return f"{'worse' if is_worse else 'better'} when broken, more than chance"


def _gap(card: scorecards.PromiseCard, address: str) -> Figure | None:
    if card.gap is None or card.gap_in is None:
        return None
    return figures.gap(
        f"Gap, {question_kinds.name_of(card.gap_in).lower()}", card.gap_in, card.gap, href=f"{address}#experience"
    )


def headlines(period: Period, queries: HeadlineQueries, part: Slice) -> list[dict[str, Figure | None]]:
    """The company's scores, each plain and by value; a question that nobody answered is left out."""
    now, old = queries.now.tallies(), queries.before.tallies() if queries.before else {}
    figures_of = []
    for question in HEADLINES:
        if figure := scores.score(question, now.get(question, {}).get("", AnswerTally())):
            last = scores.score(question, old.get(question, {}).get("", AnswerTally()))
            by_value = scores.score(question, now.get(question, {}).get("", AnswerTally()), weighted=True)
            href = (
                reverse("board:scores", args=[question])
                + "?"
                + urlencode({"period": period.choice, **slices.query(part)})
            )
            figures_of.append(
                {
                    "plain": figures.score(question, figure, last, href=href),
                    "by_value": figures.score(question, by_value, None, href=href)
                    if by_value and by_value.enough
                    else None,
                }
            )
    return figures_of


def _trend(queries: HeadlineQueries) -> object | None:
    """The first headline by month, where there are months to compare."""
    months = queries.now.tallies("month").get(HEADLINES[0], {})
    if len(months) < 2:
        return None
    points = [
        charts.ChartPoint(wording.month(month), figure.value, *figure.interval, figure.n)
        for month, tally in sorted(months.items())
        if (figure := scores.score(HEADLINES[0], tally))
    ]
    label = f"{question_kinds.name_of(HEADLINES[0])} by month"
    return charts.lines([charts.Series("All", points)], label=label, least=-100, most=100)


def _stages(queries: HeadlineQueries, names: Names) -> object | None:
    """The first headline by stage."""
    tallies = queries.now.tallies("stage").get(HEADLINES[0], {})
    rows = [
        charts.ScoreRow(
            names.stage(stage) if stage else "No stage", *figures.plotted(figure), figure.n, words=score_words(figure)
        )
        for stage, tally in tallies.items()
        if (figure := scores.score(HEADLINES[0], tally))
    ]
    label = f"{question_kinds.name_of(HEADLINES[0])} by stage"
    return charts.whiskers(rows, label=label, least=-100, most=100) if len(rows) > 1 else None


def _loop(period: Period, speed: loop_speed.LoopSpeed, part: Slice) -> dict[str, Any]:
    """The loop's speed as figures, those that there are."""
    within = urlencode({"period": period.choice, **slices.query(part)})
    everything = f"{reverse('desk:cases')}?show=all&{within}"
    closed = f"{reverse('desk:cases')}?state=closed&{within}"
    shown = [
        _median("Heard to first act, median", speed.to_first_act, speed.cases, everything),
        _median("Heard to closed, median", speed.to_close, speed.closed, closed),
        _share("Acted on in time", speed.in_time, "cases due", f"{everything}&speed=due"),
        _share("Said that it helped", speed.helped, "answers", f"{everything}&helped=any"),
    ]
    return {"cases": speed.cases, "figures": [figure for figure in shown if figure]}


def _median(label: str, span: timedelta | None, n: int, href: str) -> Figure:
    return Figure(label, duration(span) or "–", n=n, of="cases", href=href)


def _share(label: str, figure: scores.Estimate | None, of: str, href: str) -> Figure | None:
    if figure is None:
        return None
    low, high = figure.interval
    words, between = percent(figure.value), span(figure)
    return Figure(label, words, n=figure.n, of=of, span=between, low=low, high=high, middle=figure.value, href=href)


def _feedback_rows(request: PageRequest, rows: Sequence[Feedback]) -> dict[str, Any]:
    """What customers said, the first of it open."""
    lists.disclose(request, rows)
    shown = feedback.feedback_rows(rows, shell.of(request).names)
    return {"feedback_rows": shown[:FIRST_WORDS], "more_feedback_rows": shown[FIRST_WORDS:]}


def _verbatims(part: Slice) -> bundle.Query:
    """The ten latest things that customers said in their own words; those of a period are the latest of these."""
    return LATEST.bind()[0] if part == WHOLE else part.of(_in_words())[:VERBATIMS]


def _in_words() -> QuerySet[Feedback]:
    rows = Feedback.objects.exclude(verbatim="").select_related("customer__person", "reading")
    return rows.defer(*BULK_OF_CUSTOMER).order_by("-happened_at", "-pk")


LAST = bundle.Plan(
    lambda slots: [
        Feedback.objects.order_by("-happened_at", "-pk").values_list("happened_at", flat=True)[:1],
        attainment.last_due_query(until=slots.now),
    ]
)
LATEST = bundle.Plan(lambda _: [_in_words()[:VERBATIMS]])
