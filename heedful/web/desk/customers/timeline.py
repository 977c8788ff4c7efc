"""A customer's timeline: what arrived, with the cases and the broken promises where they belong in time.

A case stands there once: its clock in the log says when it was opened, its own row what it is about and how it ended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from heedful.act import clock
from heedful.act.cases import correspondence
from heedful.act.models import Case, Note
from heedful.customers import question_kinds
from heedful.customers.models import Touchpoint
from heedful.kit import bundle
from heedful.kit.errors import Refused
from heedful.listen import conversations
from heedful.listen.models import Message
from heedful.promise.models import Commitment
from heedful.understand.models import Reading
from heedful.web import lists, names, wording
from heedful.web.components.timeline import TimelineEntry
from heedful.web.page import PageRequest

ICONS = {
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

    rows: QuerySet[Touchpoint]
    kinds: lists.Filter
    channels: lists.Filter

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out, so that cases and promises are shown too."""
        return self.kinds.chosen is None and self.channels.chosen is None


@dataclass(frozen=True, slots=True)
class Contact:
    """A message or a call between a customer and us; most are on a case. Messages and calls share their numbers."""

    number: int
    case: int | None
    at: datetime
    icon: str
    words: str
    subject: str = ""
    left_at: datetime | None = None


@bundle.Plan
def _person(slots: Any) -> list[QuerySet[Any, Any]]:
    latest = Touchpoint.objects.filter(customer=slots.any_of("records")).order_by("-happened_at")[:LATEST]
    # Older ones alone are not worth reading the whole log for.
    return [
        latest.values_list("channel", flat=True),
        Case.objects.of_person(slots.person).order_by("-opened_at")[:MOST],
    ]


class TimelineQueries:
    """What is read of one person beside the page of touchpoints: the channels and the cases."""

    def __init__(self, person: int, records: Sequence[int]) -> None:
        self.person, self.records = person, records
        self.latest, self.cases = _person.bind(person=person, records=records)

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.latest, self.cases))


FIRST, LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
"""Before and after everything that happened."""


@bundle.Plan
def _beside(slots: Any) -> list[QuerySet[Any, Any]]:
    calls = Note.objects.select_related("author").filter(case=slots.any_of("cases"), kind=Note.Kind.CALL)
    messages = correspondence.messages_of_person(slots.person)
    broken = Commitment.objects.filter(customer__person=slots.person, state="broken").select_related("promise")
    readings = Reading.objects.filter(
        customer=slots.any_of("customers"), feedback__touchpoint_id=slots.any_of("touchpoints")
    )
    written = messages.filter(occurred_at__gte=slots.since, occurred_at__lt=slots.until)
    return [
        calls.filter(at__gte=slots.since, at__lt=slots.until).order_by("-at", "-pk")[:MOST],
        written.order_by("-occurred_at", "-pk")[:MOST],
        broken.filter(counts_at__gte=slots.since, counts_at__lt=slots.until).order_by("-counts_at")[:MOST],
        readings.select_related("feedback"),
    ]


class BetweenQueries:
    """What stands between the touchpoints of one page, the latest where there are very many."""

    def __init__(self, shown: lists.ListPage[Touchpoint], queries: TimelineQueries) -> None:
        since = shown.rows[-1].happened_at if shown.following else None
        until = shown.after[0] if shown.after else None
        spoken = [row for row in shown.rows if row.verbatim]
        self.since, self.until = since, until
        self.calls, self.messages, self.broken, self.readings = _beside.bind(
            person=queries.person,
            cases=[case.pk for case in queries.cases],
            since=since or FIRST,
            until=until or LAST,
            customers={row.customer_id for row in spoken},
            touchpoints=[row.pk for row in spoken],
        )

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.calls, self.messages, self.broken, self.readings))


def timeline_query(request: PageRequest, queries: TimelineQueries) -> TimelineQuery:
    """Read the address, for the records of one person."""
    kinds = lists.chips(request, "only", "Only", [("feedback", "Feedback"), ("deeds", "What happened")])
    channels = lists.chips(request, "channel", "Channel", _channels(queries.latest))
    rows = Touchpoint.objects.filter(customer__in=queries.records)
    if channels.chosen:
        rows = rows.filter(channel=channels.chosen.value)
    if kinds.chosen:
        spoken = Q(scores__isnull=False) | Q(verbatim__isnull=False)
        rows = rows.filter(spoken if kinds.chosen.value == "feedback" else ~spoken)
    return TimelineQuery(rows, kinds, channels)


def _channels(latest: Iterable[str]) -> list[tuple[str, str]]:
    return [(channel, wording.channel(channel)) for channel in sorted(set(latest)) if channel]


def entries(
    shown: lists.ListPage[Touchpoint], queries: TimelineQueries, *, names_of: names.Names, query: TimelineQuery
) -> list[TimelineEntry]:
    """Return a page of the timeline, the newest first; cases and promises come in where they belong in time."""
    cases = {str(case.pk): case for case in queries.cases}
    between = BetweenQueries(shown, queries)
    actors = names.ActorQueries(row.source for row in shown.rows if row.source)
    bundle.fetch(*actors, *between)
    contacts = _contacts(between) if query.is_all else []
    sources, readings_of = names.sources(actors), {one.feedback.touchpoint_id: one for one in between.readings}
    shown_entries = [
        _clock(sitting[0], case)
        if (case := _case_of(sitting[0], cases))
        else _touchpoint(sitting, names_of, sources, readings_of)
        for sitting in _sittings(shown.rows)
        if not (query.is_all and _is_shown(sitting[0], cases, contacts))
    ]
    if query.is_all:
        shown_entries += [
            *_spoken(contacts, cases),
            *_turned(cases, between, names_of.causes),
            *_broken(between.broken),
        ]
    return sorted(shown_entries, key=lambda entry: entry.at, reverse=True)


def _contacts(between: BetweenQueries) -> list[Contact]:
    """The messages and calls on these cases within a time, the latest of them where there are very many."""
    spoken = [*map(_call, between.calls), *map(_message, between.messages)]
    return sorted(spoken, key=lambda one: (one.at, one.number), reverse=True)[:MOST]


def _call(note: Note) -> Contact:
    who = note.author.name if note.author else "We"
    return Contact(note.pk, note.case_id, note.at, "phone", f"{who} spoke with the customer")


def _message(message: Message) -> Contact:
    ours = f"{message.author_name or 'We'} wrote to the customer{'' if message.left_at else ', not sent yet'}"
    who = "The customer wrote" if message.is_incoming else ours
    icon = conversations.channel_of(message.channel).icon
    case = message.case_id  # type: ignore[attr-defined]  # as the query says
    return Contact(message.pk, case, message.occurred_at, icon, who, message.subject, message.left_at)


def _case_of(row: Touchpoint, cases: Mapping[str, Case]) -> Case | None:
    """The case whose clock this is; of one that is gone the touchpoint alone is left."""
    if row.kind not in (clock.OPENED, clock.ANSWERED):
        return None
    return cases.get(str(row.properties.get("case", "")).partition(".")[0])


def _is_shown(row: Touchpoint, cases: Mapping[str, Case], contacts: Iterable[Contact]) -> bool:
    """Whether the mail, the call or the closing that stopped a clock stands in the timeline by itself."""
    if row.kind != clock.ANSWERED or (case := _case_of(row, cases)) is None:
        return False
    return case.closed_at == row.happened_at or any(
        contact.case == case.pk and row.happened_at in (contact.at, contact.left_at) for contact in contacts
    )


def _clock(row: Touchpoint, case: Case) -> TimelineEntry:
    again = "." in str(row.properties.get("case", ""))
    begun = ("Heard again" if row.properties.get("heard_again") else "Case opened again") if again else "Case opened"
    words = "We answered" if row.kind == clock.ANSWERED else begun
    icon = "reply" if row.kind == clock.ANSWERED else "rotate-ccw" if again else "life-buoy"
    href = reverse("desk:case", args=[case.pk])
    return TimelineEntry(icon, f"{words}: {case.title}", row.happened_at, href=href, tone="case", key=f"t{row.pk}")


def _sittings(rows: Sequence[Touchpoint]) -> list[list[Touchpoint]]:
    """Touchpoints, the newest first; the answers that somebody gave to one survey in one sitting stand together."""
    sittings: list[list[Touchpoint]] = []
    begun: dict[tuple[str, str, int], list[Touchpoint]] = {}
    for row in rows:
        name = (row.kind, row.subject or "", row.customer_id)
        sitting = begun.get(name) if row.subject and _is_spoken(row) else None
        if sitting and sitting[0].happened_at - row.happened_at < SITTING:
            sitting.append(row)
        else:
            begun[name] = [row]
            sittings.append(begun[name])
    return sittings


def _is_spoken(row: Touchpoint) -> bool:
    return bool(row.scores or row.verbatim)


def _touchpoint(
    sitting: Sequence[Touchpoint], names_of: names.Names, sources: Mapping[str, str], readings: Mapping[int, Reading]
) -> TimelineEntry:
    row = sitting[0]
    spoken = _is_spoken(row)
    with_words = next((one for one in sitting if one.verbatim), row)
    scores = {question: value for one in reversed(sitting) for question, value in (one.scores or {}).items()}
    where = [
        names_of.stage(row.stage_slug) if row.stage_slug else "",
        wording.channel(row.channel),
        sources.get(row.source, ""),
    ]
    detail = " · ".join(part for part in where if part)
    return TimelineEntry(
        "quote" if spoken else _icon(row.channel),
        names_of.kind(row.kind),
        row.happened_at,
        detail=f"{detail} · time corrected" if row.clamped else detail,
        words=with_words.verbatim or "",
        reading=readings.get(with_words.pk),
        scores=[_score(question, value) for question, value in scores.items()],
        tone="feedback" if spoken else "",
        facts=[(wording.words(name), _short(value)) for name, value in list(row.properties.items())[:SHOWN_FACTS]],
        key=f"t{row.pk}",
    )


def _icon(channel: str) -> str:
    conversed = conversations.find_channel(channel)
    return conversed.icon if conversed else ICONS.get(channel, "circle-dot")


def _score(question: str, value: Any) -> str:
    try:
        return question_kinds.sentence(question, value)
    except (Refused, ValueError, TypeError):
        return f"{wording.words(question)}: {value}"


def _short(value: object) -> str:
    text = wording.value(value)
    return text if len(text) <= 300 else f"{text[:299]}…"


def _spoken(contacts: Iterable[Contact], cases: Mapping[str, Case]) -> Iterator[TimelineEntry]:
    """What was written between the customer and us, and said on the phone."""
    for contact in contacts:
        case = cases.get(str(contact.case))
        yield TimelineEntry(
            contact.icon,
            contact.words,
            contact.at,
            detail=contact.subject or (case.title if case else ""),
            href=reverse("desk:case", args=[contact.case]) if contact.case else "",
            tone="good",
            key=f"n{contact.number}",
        )


def _turned(cases: Mapping[str, Case], between: BetweenQueries, why: Mapping[str, str]) -> Iterator[TimelineEntry]:
    """What no clock tells: how a case ended, and how one began that stands for many customers and has no clock."""
    since, until = between.since, between.until
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


def _broken(broken: Iterable[Commitment]) -> Iterator[TimelineEntry]:
    for made in broken:
        yield TimelineEntry(
            "heart-crack", f"Promise broken: {made.promise.words}", made.counts_at, tone="late", key=f"p{made.pk}"
        )


def _within(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or at >= since) and (until is None or at < until)
