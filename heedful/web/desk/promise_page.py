"""What the pages of promises show: periods, figures, how it was felt, and the replay of one instance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from heedful.customers import scales
from heedful.customers.models import Customer
from heedful.promise import gaps, standards, walks
from heedful.promise.instances import History
from heedful.promise.models import Instance, Promise, Unread
from heedful.promise.walks import Walk
from heedful.prove import intervals, scores
from heedful.prove.tallies import Tally
from heedful.web import lists, names
from heedful.web.components.figures import Figure
from heedful.web.desk import periods
from heedful.web.desk.periods import Period
from heedful.web.templatetags.look import duration

TONES = {"kept": "good", "broken": "late", "at_risk": "watch", "pending": ""}
ICONS = {"kept": "circle-check", "broken": "triangle-alert", "at_risk": "clock", "pending": "hourglass"}
QUESTIONS = ("satisfaction", "recommend", "ease", "compared")


def period(request: HttpRequest, *, at: datetime) -> Period:
    """The period that the address names; else the last 90 days, or all time where nothing was due in them."""
    return periods.asked(request, last=lambda: walks.last_due(until=at), at=at)


@dataclass(frozen=True, slots=True)
class Line:
    """One promise in the list."""

    promise: Promise
    walk: Walk
    figure: Figure
    sentences: list[str]


def lines(rows: Iterable[Promise], when: Period) -> list[Line]:
    """Promises with their walk."""
    found = walks.walks(since=when.since, until=when.until)
    return [Line(row, found[row.pk], kept(found[row.pk]), _sentences(row)) for row in rows]


def _sentences(row: Promise) -> list[str]:
    today = sorted((one for one in row.standards.all() if one.ended_at is None), key=lambda one: one.pk)
    return [standards.sentence(one) for one in today or row.standards.all()]


def kept(walk: Walk, *, href: str = "") -> Figure:
    """The share kept, with its interval."""
    if walk.share is None:
        return Figure("Kept", "–", of="due")
    low, high = intervals.wilson(walk.share, walk.due)
    return Figure(
        "Kept",
        f"{walk.share * 100:.1f}",
        unit=" %",
        n=walk.due,
        of="due",
        low=low,
        high=high,
        middle=walk.share,
        href=href,
    )


def told(request: HttpRequest, row: Promise, *, at: datetime) -> dict[str, Any]:
    """Everything on a promise's page but the rows of its list."""
    when = period(request, at=at)
    states = lists.chips(request, "state", "State", Instance.State.choices)
    walk = walks.walks(since=when.since, until=when.until, promise=row.pk)[row.pk]
    address = reverse("desk:promise", args=[row.slug])
    return {
        "promise": row,
        "sentences": _sentences(row),
        "period": when,
        "states": states,
        "walk": walk,
        "figures": [
            kept(walk),
            Figure("Broken", f"{walk.broken:,}", href=f"{address}?state=broken"),
            Figure("At risk now", f"{walk.at_risk:,}", href=f"{address}?state=at_risk"),
            Figure("Pending", f"{walk.pending:,}", href=f"{address}?state=pending"),
        ],
        "recount": getattr(row, "recount", None),
        "unread": list(Unread.objects.filter(promise=row).select_related("customer__person").order_by("-pk")[:5]),
        "unread_count": Unread.objects.filter(promise=row).count(),
        "tones": TONES,
        "found": _found(row, when, states.chosen.value if states.chosen else ""),
    }


def _found(row: Promise, when: Period, state: str) -> Any:
    rows = Instance.objects.filter(promise=row).select_related("customer__person")
    if state:
        rows = rows.filter(state=state)
    if not when.is_all and state not in ("pending", "at_risk"):
        rows = rows.filter(counts_at__gte=when.since)
    return rows


@dataclass(frozen=True, slots=True)
class FeltRow:
    """One question: how it was answered after the promise was kept, after it was broken, and against expectation."""

    question: str
    kept: Figure
    broken: Figure
    gap: Figure | None


def felt(row: Promise, when: Period) -> list[FeltRow]:
    """How customers answered each question after the promise was kept and after it was broken."""
    asked = dict.fromkeys([*gaps.questions(promise=row), *QUESTIONS])
    return [found for question in asked if (found := _felt(row, question, when.since, when.until))]


def _felt(row: Promise, question: str, since: datetime, until: datetime) -> FeltRow | None:
    found = gaps.felt(promise=row, question=question, since=since, until=until)
    if not found:
        return None
    by_state = {state: Tally.of_rows(one[1:] for one in found if one.state == state) for state in ("kept", "broken")}
    pairs = gaps.of_promise(promise=row, question=question, since=since, until=until)
    differences = Tally.of_rows((pair.gap, pair.n, pair.weight, pair.weight_squared) for pair in pairs)
    gap = scores.gap(differences, scales.scale_of(question)) if pairs else None
    return FeltRow(
        scales.name_of(question),
        _figure("When kept", scores.score(question, by_state["kept"]), question),
        _figure("When broken", scores.score(question, by_state["broken"]), question),
        _figure("Gap", gap, question) if gap else None,
    )


def _figure(label: str, found: scores.Figure | None, question: str) -> Figure:
    if found is None:
        return Figure(label, "–", n=0)
    scale = scales.scale_of(question)
    span = scale.highest - scale.lowest
    least, most, times, unit = {
        "points": (-100.0, 100.0, 1, ""),
        "share": (0.0, 1.0, 100, " %"),
        "mean": (float(scale.lowest), float(scale.highest), 1, ""),
        "gap": (float(-span), float(span), 1, ""),
    }[found.unit]
    value = f"{found.value * times:+.1f}" if found.unit in ("points", "gap") else f"{found.value * times:.1f}"
    return Figure(
        label,
        value.replace("-", "−"),
        unit=unit,
        n=found.n,
        low=found.low,
        high=found.high,
        middle=found.value,
        least=least,
        most=most,
    )


def who(row: Instance) -> Customer:
    """The person to whom it was promised."""
    return row.customer.person or row.customer


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a replay."""

    at: datetime
    found_at: datetime | None
    words: str
    tone: str
    icon: str
    because: str


def replay(history: History) -> dict[str, Any]:
    """What happened to an instance, in the order of the log, and when we found out."""
    known, sources = names.Names(), names.sources(one.source for one in history.touchpoints if one.source)
    kinds = {touchpoint.pk: known.kind(touchpoint.kind) for touchpoint in history.touchpoints}
    flips = [
        Step(
            flip.true_from,
            flip.found_at,
            flip.get_state_display(),
            TONES[flip.state],
            ICONS[flip.state],
            _because(flip.because, kinds),
        )
        for flip in history.flips
    ]
    return {
        "steps": flips,
        "touchpoints": [
            {"row": one, "words": kinds[one.pk], "source": sources.get(one.source, "an unnamed source")}
            for one in history.touchpoints
        ],
        "lateness": _lateness(history),
        "tone": TONES[history.instance.state],
    }


def _because(reason: str, kinds: dict[int, str]) -> str:
    kind, _, pk = reason.partition(":")
    if kind == "clock":
        return "The clock ran"
    return kinds.get(int(pk), f"Touchpoint {pk}") if kind == "touchpoint" and pk.isdigit() else reason.capitalize()


def _lateness(history: History) -> str:
    """How much too late it was, or how much time was left, in words."""
    row = history.instance
    if row.due_at is None or row.state in ("pending", "at_risk"):
        return ""
    if row.state == "kept" and row.settled_at:
        return f"{duration(row.due_at - row.settled_at)} before it was due"
    came = next((seen.happened_at for seen in history.touchpoints if seen.pk == row.settled_by), None)
    return f"{duration(came - row.due_at)} late" if came else "It has not come yet"
