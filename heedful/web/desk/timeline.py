"""A customer's timeline: what arrived, with the cases and the broken promises where they belong in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from heedful.act.models import Case
from heedful.customers import scales
from heedful.customers.models import Kind, Touchpoint
from heedful.kit.errors import Refused
from heedful.promise.models import Instance
from heedful.web import lists
from heedful.web.components.timeline import Entry
from heedful.web.page import Asked

ICONS = {
    "email": "mail",
    "phone": "phone",
    "call": "phone",
    "chat": "message-circle",
    "web": "mouse-pointer-click",
    "app": "smartphone",
    "mobile": "smartphone",
    "shop": "store",
    "sms": "message-square",
    "post": "mailbox",
    "review": "star",
}
SHOWN_FACTS = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for."""

    found: QuerySet[Touchpoint]
    kinds: lists.Filter
    channels: lists.Filter

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out, so that cases and promises are shown too."""
        return self.kinds.chosen is None and self.channels.chosen is None


def asked_for(request: Asked, records: Sequence[int]) -> Wanted:
    """Read the address, for the records of one person."""
    kinds = lists.chips(request, "only", "Only", [("feedback", "Feedback"), ("deeds", "What happened")])
    channels = lists.chips(request, "channel", "Channel", _channels(records))
    found = Touchpoint.objects.filter(customer__in=records)
    if channels.chosen:
        found = found.filter(channel=channels.chosen.value)
    if kinds.chosen:
        spoken = Q(scores__isnull=False) | Q(verbatim__isnull=False)
        found = found.filter(spoken if kinds.chosen.value == "feedback" else ~spoken)
    return Wanted(found, kinds, channels)


def _channels(records: Sequence[int]) -> list[tuple[str, str]]:
    """The channels of the last touchpoints; older ones alone are not worth reading the whole log for."""
    latest = Touchpoint.objects.filter(customer__in=records).order_by("-happened_at").values_list("channel", flat=True)
    return [(channel, channel.capitalize()) for channel in sorted({*latest[:500]}) if channel]


def entries(shown: lists.Page[Touchpoint], *, person: int, asked: Wanted) -> list[Entry]:
    """Return a page of the timeline, the newest first; cases and promises come in where they belong in time."""
    named = Kind.objects.filter(pk__in={row.kind for row in shown.rows}).exclude(name="")
    names = dict(named.values_list("pk", "name"))
    found = [_touchpoint(row, names.get(row.kind, row.words)) for row in shown.rows]
    if asked.is_all:
        since = shown.rows[-1].happened_at if shown.following else None
        until = shown.rows[0].happened_at if shown.rows and shown.first > 1 else None
        found += [*_cases(person, since, until), *_broken(person, since, until)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _touchpoint(row: Touchpoint, title: str) -> Entry:
    spoken = bool(row.scores or row.verbatim)
    where = " · ".join(part for part in (row.stage_slug.capitalize(), row.channel, row.source) if part)
    return Entry(
        "quote" if spoken else ICONS.get(row.channel, "circle-dot"),
        title,
        row.happened_at,
        detail=f"{where} · time corrected" if row.clamped else where,
        words=row.verbatim or "",
        scores=[_score(question, value) for question, value in (row.scores or {}).items()],
        tone="feedback" if spoken else "",
        facts=[(name, _short(value)) for name, value in list(row.properties.items())[:SHOWN_FACTS]],
        key=f"t{row.pk}",
    )


def _score(question: str, value: object) -> str:
    try:
        return f"{scales.name_of(question)} {value}"
    except Refused:
        return f"{question} {value}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 300 else f"{text[:299]}…"


def _cases(person: int, since: datetime | None, until: datetime | None) -> Iterator[Entry]:
    for case in Case.objects.of_person(person).order_by("-opened_at")[:200]:
        href = reverse("desk:case", args=[case.pk])
        if _within(case.opened_at, since, until):
            yield Entry(
                "life-buoy", f"Case opened: {case.title}", case.opened_at, href=href, tone="case", key=f"o{case.pk}"
            )
        if case.closed_at and _within(case.closed_at, since, until):
            words = f"Case closed: {case.get_outcome_display()}"
            yield Entry(
                "circle-check", words, case.closed_at, detail=case.cause, href=href, tone="good", key=f"c{case.pk}"
            )


def _broken(person: int, since: datetime | None, until: datetime | None) -> Iterator[Entry]:
    broken = Instance.objects.filter(customer__person=person, state="broken").select_related("promise")
    if since is not None:
        broken = broken.filter(counts_at__gte=since)
    if until is not None:
        broken = broken.filter(counts_at__lt=until)
    for made in broken.order_by("-counts_at")[:200]:
        yield Entry(
            "heart-crack", f"Promise broken: {made.promise.words}", made.counts_at, tone="late", key=f"p{made.pk}"
        )


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
