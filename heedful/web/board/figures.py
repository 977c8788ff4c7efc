"""How leaders read a figure: in its own unit, with its interval, and its change against the time before."""

from heedful.customers import question_kinds
from heedful.prove import scores
from heedful.prove.directions import Direction
from heedful.web.components.figures import Figure, ends, score_words, span
from heedful.web.filters import percent, signed


def plotted(figure: scores.Estimate) -> tuple[float, float, float]:
    """The value and its interval in the unit of the line that they are drawn on: shares in per cent."""
    times = 100 if figure.unit == "share" else 1
    low, high = figure.interval
    return figure.value * times, low * times, high * times


def score(
    question: str, now: scores.Estimate, before: scores.Estimate | None, *, more_is: Direction = "better", href: str
) -> Figure:
    """A score of a question; a change is good or bad news only where somebody said whether more is better."""
    least, most = ends(question, now)
    middle, low, high = plotted(now)
    change = scores.change(now, before, question=question)
    return Figure(
        label=question_kinds.name_of(question),
        value=score_words(now),
        n=now.n,
        span=span(now),
        low=low,
        high=high,
        middle=middle,
        least=least,
        most=most,
        change=_step(change) if change else "",
        is_certain=bool(change and change.enough and change.is_clear_of_zero),
        is_better=(change.value > 0) == (more_is == "better") if change and more_is else None,
        is_up=change.value > 0 if change else None,
        effective_n=now.effective_n if now.weighted else None,
        href=href,
    )


def experience(label: str, question: str, figure: scores.Estimate | None, *, of: str, href: str) -> Figure:
    """How a question was answered after a promise was kept, or broken."""
    if figure is None:
        return Figure(label, "–", n=0, of=of)
    least, most = ends(question, figure)
    middle, low, high = plotted(figure)
    words = score_words(figure)
    return Figure(label, words, n=figure.n, of=of, low=low, high=high, middle=middle, least=least, most=most, href=href)


def gap(label: str, question: str, figure: scores.Estimate, *, href: str) -> Figure:
    """Experience minus expectation, on a line that goes as far both ways."""
    scale = question_kinds.scale_of(question)
    span = float(scale.highest - scale.lowest)
    low, high = figure.interval
    return Figure(
        label,
        score_words(figure),
        n=figure.n,
        low=low,
        high=high,
        middle=figure.value,
        least=-span,
        most=span,
        href=href,
    )


def attainment(now: scores.Estimate, before: scores.Estimate | None, *, href: str) -> Figure:
    """How often a promise was kept."""
    low, high = now.interval
    change = scores.change(now, before)
    return Figure(
        label="",
        value=percent(now.value, 1),
        unit=" kept",
        n=now.n,
        of="due",
        span=span(now),
        low=low,
        high=high,
        middle=now.value,
        change=_step(change) if change else "",
        is_certain=bool(change and change.enough and change.is_clear_of_zero),
        is_better=change.value > 0 if change else None,
        href=href,
    )


def _step(change: scores.Estimate) -> str:
    if change.unit == "share":
        return f"{signed(change.value * 100, 1)} points"
    return signed(change.value, 0 if change.unit == "points" else 1)
