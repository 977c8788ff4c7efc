"""What the pages of promises show: periods, figures, how it was felt, and the replay of one instance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from heedful.customers import question_kinds, slugs
from heedful.customers.models import Customer
from heedful.customers.slices import Slice
from heedful.kit import bundle
from heedful.ledger import references
from heedful.promise import attainment, standards
from heedful.promise.attainment import Attainment
from heedful.promise.commitments import CommitmentHistory
from heedful.promise.models import Commitment, Promise, Standard, Unreadable
from heedful.promise.promises import MissingKind, missing_kinds
from heedful.prove import experience as proven
from heedful.prove import intervals, scores
from heedful.prove.periods import Period
from heedful.web import lists, names, periods, shell, slices
from heedful.web.components.figures import Figure
from heedful.web.filters import duration

UNDECIDED = ("pending", "at_risk")
OPEN = ("open", "Still open")
"""Pending or at risk, as the board counts it."""
TONES = {"kept": "good", "broken": "late", "at_risk": "watch", "pending": ""}
ICONS = {"kept": "circle-check", "broken": "triangle-alert", "at_risk": "clock", "pending": "hourglass"}


def period(request: HttpRequest, *, at: datetime) -> Period:
    """The period that the address names; else the last 90 days, or all time where nothing was due in them."""
    return periods.read(request, last=lambda: attainment.last_due(until=at), at=at)


def sentences(measured: Iterable[Standard], names: Mapping[str, str]) -> list[str]:
    """How a promise is measured, or was before it ended, by its standards, with the names of kinds."""
    today = sorted((one for one in measured if one.ended_at is None), key=lambda one: one.pk)
    return [standards.sentence(one, names=names) for one in today or measured]


@dataclass(frozen=True, slots=True)
class UnseenKind:
    """What a kind is called of which nothing has come in, and the nearest of those that have."""

    name: str
    nearest: str


def unseen_kinds(missing: Iterable[MissingKind], called: Mapping[str, str]) -> list[UnseenKind]:
    """What is missing, in words."""
    return [UnseenKind(_called(one.kind, called), _called(one.nearest, called)) for one in missing]


def _called(kind: str, called: Mapping[str, str]) -> str:
    return called.get(kind) or slugs.words(kind)


def attainment_figure(counts: Attainment, *, label: str = "Kept", href: str = "") -> Figure:
    """The share kept, with its interval."""
    if counts.share is None:
        return Figure(label, "–", of="due")
    low, high = intervals.wilson(counts.share, counts.due)
    return Figure(
        label,
        f"{counts.share * 100:.1f}",
        unit=" %",
        n=counts.due,
        of="due",
        span=f"{low * 100:.1f} to {high * 100:.1f}\N{NO-BREAK SPACE}%",
        low=low,
        high=high,
        middle=counts.share,
        href=href,
    )


def page_context(request: HttpRequest, row: Promise, *, at: datetime) -> dict[str, Any]:
    """Everything on a promise's page but the rows of its list."""
    when = period(request, at=at)
    states = lists.chips(request, "state", "State", [*Commitment.State.choices, OPEN])
    part = slices.read(request)
    counts = attainment.attainments(since=when.since, until=when.until, promise=row.pk, part=part)[row.pk]
    address, labels, missed = reverse("desk:promise", args=[row.slug]), shell.of(request).names, _unreadable(row, part)
    measured, total = row.standards.select_related("calendar"), bundle.count(missed)
    unreadable = missed.select_related("customer__person").order_by("-pk")[:5]
    bundle.fetch(*labels.queries, measured, unreadable, total)
    return {
        "promise": row,
        "sentences": sentences(measured, labels.kinds),
        "unheard": unseen_kinds(missing_kinds(measured), labels.kinds) if row.is_active else [],
        **periods.context(request, when),
        **slices.context(request),
        "states": states,
        "attainment": counts,
        "figures": [
            attainment_figure(counts),
            Figure("Broken", f"{counts.broken:,}", href=f"{address}?state=broken"),
            Figure("At risk now", f"{counts.at_risk:,}", href=f"{address}?state=at_risk"),
            Figure("Pending", f"{counts.pending:,}", href=f"{address}?state=pending"),
        ],
        "recount": getattr(row, "recount", None),
        "unreadable": unreadable,
        "unreadable_count": sum(total),
        "tones": TONES,
        "found": part.of(_commitments(row, when, states.chosen.value if states.chosen else "")),
    }


def _unreadable(row: Promise, part: Slice) -> QuerySet[Unreadable]:
    """The touchpoints of a brand that could not open it; from where they came is not kept."""
    return Slice(part.brand).of(Unreadable.objects.filter(promise=row))


def _commitments(row: Promise, when: Period, state: str) -> Any:
    rows = Commitment.objects.filter(promise=row).select_related("customer__person")
    if state:
        rows = rows.filter(state__in=UNDECIDED if state == OPEN[0] else [state])
    if not when.is_all and state not in (*UNDECIDED, OPEN[0]):
        rows = rows.filter(counts_at__gte=when.since)
    return rows


@dataclass(frozen=True, slots=True)
class ExperienceRow:
    """One question: how it was answered after the promise was kept, after it was broken, and against expectation."""

    question: str
    figures: list[Figure]
    of_all: list[Figure]
    """The same yes, of all the times that it was kept and broken, answered or not."""


def experience_rows(row: Promise, when: Period, part: Slice) -> list[ExperienceRow]:
    """How customers answered each question after the promise was kept and after it was broken."""
    attainments = attainment.attainments(since=when.since, until=when.until, promise=row.pk, part=part)
    return [
        _experience_row(one)
        for one in proven.by_outcome(promises=[row], attainments=attainments, period=when, part=part).get(row.pk, [])
    ]


def _experience_row(one: proven.ExperienceByOutcome) -> ExperienceRow:
    figures = [_figure("When kept", one.kept, one.question), _figure("When broken", one.broken, one.question)]
    if one.gap:
        figures.append(_figure("Gap", one.gap, one.question))
    whole = [("When kept", one.of_all_kept), ("When broken", one.of_all_broken)]
    of_all = [_figure(label, figure, one.question, of="times") for label, figure in whole if figure]
    return ExperienceRow(question_kinds.name_of(one.question), figures, of_all)


def _figure(label: str, estimate: scores.Estimate | None, question: str, *, of: str = "answers") -> Figure:
    if estimate is None:
        return Figure(label, "–", n=0)
    scale = question_kinds.scale_of(question)
    span = scale.highest - scale.lowest
    least, most, times, unit = {
        "points": (-100.0, 100.0, 1, ""),
        "share": (0.0, 1.0, 100, " %"),
        "mean": (float(scale.lowest), float(scale.highest), 1, ""),
        "gap": (float(-span), float(span), 1, ""),
    }[estimate.unit]
    values = [estimate.value * times, estimate.low * times, estimate.high * times]
    shape = "+.1f" if estimate.unit in ("points", "gap") else ".1f"
    value, low, high = (f"{number:{shape}}".replace("-", "−") for number in values)
    return Figure(
        label,
        value,
        unit=unit,
        n=estimate.n,
        of=of,
        span=f"{low} to {high}{unit}",
        low=estimate.low,
        high=estimate.high,
        middle=estimate.value,
        least=least,
        most=most,
    )


def person_of(row: Commitment) -> Customer:
    """The person to whom it was promised."""
    return row.customer.person or row.customer


@dataclass(frozen=True, slots=True)
class ReplayStep:
    """One line of a replay."""

    at: datetime
    found_at: datetime | None
    words: str
    tone: str
    icon: str
    because: str


def replay(history: CommitmentHistory) -> dict[str, Any]:
    """What happened to an instance, in the order of the log, and when we found out."""
    labels, actors = names.Names(), names.ActorQueries(one.source for one in history.touchpoints if one.source)
    bundle.fetch(*labels.queries, *actors)
    sources = names.sources(actors)
    called = {touchpoint.pk: labels.kind(touchpoint.kind) for touchpoint in history.touchpoints}
    flips = [
        ReplayStep(
            flip.true_from,
            flip.found_at,
            flip.get_state_display(),
            TONES[flip.state],
            ICONS[flip.state],
            _because(flip.because, called),
        )
        for flip in history.flips
    ]
    return {
        "steps": flips,
        "touchpoints": [
            {"row": one, "words": called[one.pk], "source": sources.get(one.source, "an unnamed source")}
            for one in history.touchpoints
        ],
        "lateness": _lateness(history),
        "tone": TONES[history.commitment.state],
    }


def _because(reason: str, called: dict[int, str]) -> str:
    if reason == "clock":
        return "The clock ran"
    for number in references.numbers("touchpoint", [reason]).values():
        return called.get(number, f"Touchpoint {number}")
    return reason.capitalize()


def _lateness(history: CommitmentHistory) -> str:
    """How much too late it was, or how much time was left, in words."""
    row = history.commitment
    if row.due_at is None or row.state in UNDECIDED:
        return ""
    if row.state == "kept" and row.settled_at:
        return f"{duration(row.due_at - row.settled_at)} before it was due"
    came = next((seen.happened_at for seen in history.touchpoints if seen.pk == row.settled_by), None)
    return f"{duration(came - row.due_at)} late" if came else "It has not come yet"
