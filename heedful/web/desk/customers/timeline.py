"""A customer's timeline: what arrived, with the cases and the broken promises where they belong in time.

A case stands there once: its clock in the log says when it was opened, its own row what it is about and how it ended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from heedful.act import clock
from heedful.act.models import Case, Note
from heedful.customers import question_kinds
from heedful.customers.models import Touchpoint
from heedful.kit import bundle
from heedful.kit.errors import Refused
from heedful.promise.models import Commitment
from heedful.web import lists, names, wording
from heedful.web.components.timeline import TimelineEntry
from heedful.web.page import PageRequest

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
SITTING = timedelta(hours=1)
LATEST = 500
"""Touchpoints whose channels can be chosen."""
MOST = 200
"""Cases of one person that a timeline knows, and mails and calls that stand between the touchpoints of one page."""


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """What an address asks for."""

    found: QuerySet[Touchpoint]
    kinds: lists.Filter
    channels: lists.Filter

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out, so that cases and promises are shown too."""
        return self.kinds.chosen is None and self.channels.chosen is None


class TimelineQueries:
    """What is read of one person beside the page of touchpoints: the channels and the cases."""

    def __init__(self, person: int, records: Sequence[int]) -> None:
        self.person, self.records = person, records
        latest = Touchpoint.objects.filter(customer__in=records).order_by("-happened_at")[:LATEST]
        # Older ones alone are not worth reading the whole log for.
        self.latest = latest.values_list("channel", flat=True)
        self.cases = Case.objects.of_person(person).order_by("-opened_at")[:MOST]

    def __iter__(self) -> Iterator[QuerySet[Any, Any]]:
        return iter((self.latest, self.cases))


def timeline_query(request: PageRequest, queries: TimelineQueries) -> TimelineQuery:
    """Read the address, for the records of one person."""
    kinds = lists.chips(request, "only", "Only", [("feedback", "Feedback"), ("deeds", "What happened")])
    channels = lists.chips(request, "channel", "Channel", _channels(queries.latest))
    found = Touchpoint.objects.filter(customer__in=queries.records)
    if channels.chosen:
        found = found.filter(channel=channels.chosen.value)
    if kinds.chosen:
        spoken = Q(scores__isnull=False) | Q(verbatim__isnull=False)
        found = found.filter(spoken if kinds.chosen.value == "feedback" else ~spoken)
    return TimelineQuery(found, kinds, channels)


def _channels(latest: Iterable[str]) -> list[tuple[str, str]]:
    return [(channel, wording.channel(channel)) for channel in sorted(set(latest)) if channel]


def entries(
    shown: lists.ListPage[Touchpoint], queries: TimelineQueries, *, known: names.Names, asked: TimelineQuery
) -> list[TimelineEntry]:
    """Return a page of the timeline, the newest first; cases and promises come in where they belong in time."""
    cases = {str(case.pk): case for case in queries.cases}
    since = shown.rows[-1].happened_at if shown.following else None
    until = shown.after[0] if shown.after else None
    said, broken = _notes(cases, since, until), _broken(queries.person, since, until)
    actors = names.ActorQueries(row.source for row in shown.rows if row.source)
    bundle.fetch(*actors, *((said, broken) if asked.is_all else ()))
    sources = names.sources(actors)
    found = [
        _clock(sitting[0], case) if (case := _case_of(sitting[0], cases)) else _touchpoint(sitting, known, sources)
        for sitting in _sittings(shown.rows)
        if not (asked.is_all and _is_told(sitting[0], cases, said))
    ]
    if asked.is_all:
        found += [*_spoken(said, cases), *_turned(cases, since, until, known.causes), *_broken_entries(broken)]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _notes(cases: Mapping[str, Case], since: datetime | None, until: datetime | None) -> QuerySet[Note]:
    """The mails and calls on these cases within a time, the latest of them where there are very many."""
    found = Note.objects.filter(case__in=list(cases.values())).exclude(kind=Note.Kind.NOTE)
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until)
    return found.select_related("author").order_by("-at", "-pk")[:MOST]


def _case_of(row: Touchpoint, cases: Mapping[str, Case]) -> Case | None:
    """The case whose clock this is; of one that is gone the touchpoint alone is left."""
    if row.kind not in (clock.OPENED, clock.ANSWERED):
        return None
    return cases.get(str(row.properties.get("case", "")).partition(".")[0])


def _is_told(row: Touchpoint, cases: Mapping[str, Case], said: Iterable[Note]) -> bool:
    """Whether the mail, the call or the closing that stopped a clock stands in the timeline by itself."""
    if row.kind != clock.ANSWERED or (case := _case_of(row, cases)) is None:
        return False
    return case.closed_at == row.happened_at or any(
        note.case_id == case.pk and note.at == row.happened_at for note in said
    )


def _clock(row: Touchpoint, case: Case) -> TimelineEntry:
    again = "." in str(row.properties.get("case", ""))
    words = "We answered" if row.kind == clock.ANSWERED else "Case opened again" if again else "Case opened"
    icon = "reply" if row.kind == clock.ANSWERED else "rotate-ccw" if again else "life-buoy"
    href = reverse("desk:case", args=[case.pk])
    return TimelineEntry(icon, f"{words}: {case.title}", row.happened_at, href=href, tone="case", key=f"t{row.pk}")


def _sittings(rows: Sequence[Touchpoint]) -> list[list[Touchpoint]]:
    """Touchpoints, the newest first; the answers that somebody gave to one survey in one sitting stand together."""
    found: list[list[Touchpoint]] = []
    begun: dict[tuple[str, str, int], list[Touchpoint]] = {}
    for row in rows:
        name = (row.kind, row.subject or "", row.customer_id)
        known = begun.get(name) if row.subject and _is_spoken(row) else None
        if known and known[0].happened_at - row.happened_at < SITTING:
            known.append(row)
        else:
            begun[name] = [row]
            found.append(begun[name])
    return found


def _is_spoken(row: Touchpoint) -> bool:
    return bool(row.scores or row.verbatim)


def _touchpoint(sitting: Sequence[Touchpoint], known: names.Names, sources: Mapping[str, str]) -> TimelineEntry:
    row = sitting[0]
    spoken = _is_spoken(row)
    scores = {question: value for one in reversed(sitting) for question, value in (one.scores or {}).items()}
    where = [
        known.stage(row.stage_slug) if row.stage_slug else "",
        wording.channel(row.channel),
        sources.get(row.source, ""),
    ]
    detail = " · ".join(part for part in where if part)
    return TimelineEntry(
        "quote" if spoken else ICONS.get(row.channel, "circle-dot"),
        known.kind(row.kind),
        row.happened_at,
        detail=f"{detail} · time corrected" if row.clamped else detail,
        words=next((one.verbatim for one in sitting if one.verbatim), ""),
        scores=[_score(question, value) for question, value in scores.items()],
        tone="feedback" if spoken else "",
        facts=[(wording.words(name), _short(value)) for name, value in list(row.properties.items())[:SHOWN_FACTS]],
        key=f"t{row.pk}",
    )


def _score(question: str, value: Any) -> str:
    try:
        return question_kinds.sentence(question, value)
    except (Refused, ValueError, TypeError):
        return f"{wording.words(question)}: {value}"


def _short(value: object) -> str:
    text = wording.value(value)
    return text if len(text) <= 300 else f"{text[:299]}…"


def _spoken(said: Iterable[Note], cases: Mapping[str, Case]) -> Iterator[TimelineEntry]:
    """What we wrote to the customer and said on the phone."""
    for note in said:
        is_mail, who = note.kind == Note.Kind.MAIL, note.author.name if note.author else "We"
        yield TimelineEntry(
            "mail" if is_mail else "phone",
            f"{who} {'wrote to' if is_mail else 'spoke with'} the customer",
            note.at,
            detail=note.subject or cases[str(note.case_id)].title,
            href=reverse("desk:case", args=[note.case_id]),
            tone="good",
            key=f"n{note.pk}",
        )


def _turned(
    cases: Mapping[str, Case], since: datetime | None, until: datetime | None, why: Mapping[str, str]
) -> Iterator[TimelineEntry]:
    """What no clock tells: how a case ended, and how one began that stands for many customers and has no clock."""
    for case in cases.values():
        if case.flood_of_id is not None and _within(case.opened_at, since, until):
            words, href = f"Case opened for many: {case.title}", reverse("desk:case", args=[case.pk])
            yield TimelineEntry("life-buoy", words, case.opened_at, href=href, tone="case", key=f"o{case.pk}")
        if case.closed_at and _within(case.closed_at, since, until):
            yield TimelineEntry(
                "circle-check",
                f"Case closed: {case.get_outcome_display()}",
                case.closed_at,
                detail=why.get(case.cause, case.cause),
                href=reverse("desk:case", args=[case.pk]),
                tone="good",
                key=f"c{case.pk}",
            )


def _broken(person: int, since: datetime | None, until: datetime | None) -> QuerySet[Commitment]:
    broken = Commitment.objects.filter(customer__person=person, state="broken").select_related("promise")
    if since is not None:
        broken = broken.filter(counts_at__gte=since)
    if until is not None:
        broken = broken.filter(counts_at__lt=until)
    return broken.order_by("-counts_at")[:MOST]


def _broken_entries(broken: Iterable[Commitment]) -> Iterator[TimelineEntry]:
    for made in broken:
        yield TimelineEntry(
            "heart-crack", f"Promise broken: {made.promise.words}", made.counts_at, tone="late", key=f"p{made.pk}"
        )


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
