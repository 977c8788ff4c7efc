"""What was said and done since a case was opened: its latest part, and the parts before."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache, partial
from typing import Any, NamedTuple, Self

from django.db.models import Model, Q, QuerySet

from heedful.act.cases import correspondence
from heedful.act.models import Case, Note
from heedful.associates.models import Associate, Team
from heedful.courier.models import Sending
from heedful.customers import question_kinds
from heedful.customers.models import Feedback
from heedful.kit import bundle
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.ledger.references import Reference
from heedful.listen import conversations
from heedful.listen.models import Invitation, Message
from heedful.web.desk.cases.incoming import DetailQueries, MessageDetails

PART = 50
"""Lines that are shown at first, and that each part before adds."""
MOST = 500
"""Lines that a page which shows several parts is given again when something happens."""


class Source(IntEnum):
    """Where a line comes from; of lines at one time this is their order."""

    HANDS = 0
    NOTES = 1
    ANSWERS = 2


class HistoryPosition(NamedTuple):
    """Where a line stands in the history."""

    at: datetime
    source: int
    pk: int

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}.{self.source}.{self.pk}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """A place as an address names it; none where somebody made it up."""
        match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\.(\d)\.(\d{1,18})", text, re.ASCII)
        try:
            return (
                cls(datetime.fromisoformat(match[1]).replace(tzinfo=UTC), int(match[2]), int(match[3]))
                if match
                else None
            )
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """A note, a call, or a message with what became of it."""

    place: HistoryPosition
    who: str
    verb: str
    icon: str
    text: str
    at: datetime
    subject: str = ""
    state: tuple[str, str] | None = None
    """How it stands on its way out, and the tone in which that is shown."""
    left_at: datetime | None = None
    """When it left, where that was not when it was written."""
    is_with_customer: bool = True
    """Whether it passed between the customer and us."""
    folded: str = ""
    """What came with it and was said before."""
    details: MessageDetails | None = None
    """What else came with it, where it came in."""


@dataclass(frozen=True, slots=True)
class HistoryHelpAnswer:
    """What the customer wrote when we asked whether it had helped."""

    place: HistoryPosition
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """A line of the case's history: who claimed it, handed it over, closed it or opened it again."""

    place: HistoryPosition
    who: str
    words: str
    icon: str
    at: datetime


type Line = HistoryMessage | HistoryHelpAnswer | HistoryChange


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A part of what happened, in order."""

    lines: Sequence[Line]
    first: HistoryPosition | None
    """Where it begins."""
    is_whole: bool
    """Whether nothing was before."""
    is_latest: bool

    def unsent(self, case: Case) -> bool:
        """Whether words to a customer who waits were written and have not left."""
        return case.is_waiting and any(
            isinstance(line, HistoryMessage)
            and line.state is not None
            and line.left_at is None
            and line.at >= case.waits_since
            for line in self.lines
        )


def _plan(before: HistoryPosition | None, most: int) -> bundle.Plan:
    """What is read of one case: what was done, the notes, the messages, and the answers whether it helped."""
    return bundle.Plan(
        lambda slots: [
            _latest(
                Entry.objects.filter(data__contains=slots.subject, kind__in=ICONS).exclude(BY_ITSELF),
                Source.HANDS,
                before,
                most,
            ),
            _latest(correspondence.notes_of(slots.case), Source.NOTES, before, most),
            _latest(correspondence.messages_of(slots.case), Source.NOTES, before, most),
            Invitation.objects.filter(
                customer=slots.customer, case_id=slots.case, answers__has_key=question_kinds.OPEN
            ).order_by("pk"),
        ]
    )


_latest_plan = cache(partial(_plan, None))


class HistoryQueries:
    """What a part of a case's history is made of: the latest part, or the one before or since a place."""

    def __init__(
        self, case: Case, *, before: HistoryPosition | None = None, since: HistoryPosition | None = None
    ) -> None:
        self.case, self.before, self.since = case, before, since
        self.most = MOST if since else PART
        about = {"case": case.pk, "customer": case.customer_id, "subject": bundle.document({"case": case.pk})}
        plan = _plan(before, self.most + 1) if before else _latest_plan(self.most + 1)
        self.entries, self.notes, self.messages, self.invitations = plan.bind(**about)

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.entries, self.notes, self.messages, self.invitations))


NAMED = bundle.Plan(
    lambda slots: [
        Associate.objects.filter(pk=slots.any_of("owners")),
        Team.objects.filter(pk=slots.any_of("teams")),
        Feedback.objects.filter(subject=slots.any_of("subjects")).values_list("pk", "subject"),
    ]
)


class NamedInHistory:
    """Who is named in it, and under which feedback its answers are known."""

    def __init__(self, queries: HistoryQueries) -> None:
        data = [entry.data for entry in queries.entries]
        self.details = DetailQueries(queries.messages)
        self.subjects = {row.pk: Reference("invitation", row.pk).former for row in queries.invitations}
        self.owners, self.teams, self.feedback = NAMED.bind(
            owners={one.get("owner") for one in data} - {None},
            teams={one.get("team") for one in data} - {None},
            subjects=self.subjects.values(),
        )

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.owners, self.teams, self.feedback, *self.details))


def part(queries: HistoryQueries, named: NamedInHistory | None = None) -> CaseHistory:
    """The lines of a part, in order."""
    bundle.fetch(*queries)
    bundle.fetch(*(named := named or NamedInHistory(queries)))
    before, since, most = queries.before, queries.since, queries.most
    lines: list[Line] = [*_moved(queries, named), *_noted(queries, named), *_answered(queries, named)]
    lines.sort(key=lambda line: line.place)
    shown = lines[-most:]
    if since:
        shown = shown[-max(PART, sum(line.place >= since for line in shown)) :]
    return CaseHistory(
        lines=shown,
        first=shown[0].place if shown else None,
        is_whole=len(shown) == len(lines),
        is_latest=before is None,
    )


def _latest[M: Model](rows: QuerySet[M], source: Source, before: HistoryPosition | None, most: int) -> QuerySet[M]:
    """The last rows of a source before a place."""
    if before is not None:
        same = Q(pk__lt=before.pk) if source == before.source else Q() if source < before.source else Q(pk=None)
        rows = rows.filter(Q(at__lt=before.at) | Q(at=before.at) & same, at__lte=before.at)
    return rows.order_by("-at", "-pk")[:most]


ICONS = {
    "CaseOpened": "life-buoy",
    "CaseHeardAgain": "message-circle",
    "CaseClaimed": "hand",
    "CaseGivenBack": "undo-2",
    "CaseReleased": "undo-2",
    "CaseHandedOver": "arrow-right-left",
    "CaseClosed": "circle-check",
    "CaseReopened": "rotate-ccw",
}
"""The events that put a case into other hands, end it or begin it again, and their marks."""
ENDS = {
    "CaseOpened": "opened the case",
    "CaseHeardAgain": "heard more from the customer: the clock runs again",
    "CaseClosed": "closed the case",
    "CaseReopened": "opened the case again",
}
BY_ITSELF = Q(kind="CaseOpened", by_kind=SYSTEM.kind)
"""What begins a case by itself stands among what was heard."""


def _moved(queries: HistoryQueries, named: NamedInHistory) -> list[HistoryChange]:
    owners, teams = {one.pk: one for one in named.owners}, {one.pk: one for one in named.teams}
    return [
        HistoryChange(
            HistoryPosition(entry.at, Source.HANDS, entry.pk),
            entry.by_label,
            _moving(entry, owners, teams),
            ICONS[entry.kind],
            entry.at,
        )
        for entry in queries.entries
    ]


def _moving(entry: Entry, owners: Mapping[int, Associate], teams: Mapping[int, Team]) -> str:
    """What happened in words, such as `gave it back to Care`."""
    if entry.kind in ENDS:
        return ENDS[entry.kind]
    owner, team = owners.get(entry.data["owner"] or 0), teams.get(entry.data.get("team") or 0)
    if entry.kind == "CaseClaimed":
        return "claimed the case"
    if entry.kind == "CaseHandedOver":
        return f"handed the case over to {owner or team or 'somebody who is no longer here'}"
    if entry.kind == "CaseReleased":
        return f"gave the case back for {owner}, who no longer works here, to {team or 'whoever is free'}"
    others = f" for {owner}" if owner and str(owner.pk) != entry.by_id else ""
    return f"gave the case back{others} to {team or 'whoever is free'}"


STATES = {
    Sending.WAITING: ("On its way", "watch"),
    Sending.SENT: ("Sent", "good"),
    Sending.KEPT: ("Written, not sent: no mail server is set up", "watch"),
    Sending.FAILED: ("Written, not sent", "late"),
}


def _noted(queries: HistoryQueries, named: NamedInHistory) -> list[HistoryMessage]:
    details = named.details.details(queries.messages)
    messages = (_message(message, details.get(message.pk)) for message in queries.messages)
    return [*(_note(note) for note in queries.notes), *messages]


def _note(note: Note) -> HistoryMessage:
    is_call = note.kind == Note.Kind.CALL
    return HistoryMessage(
        HistoryPosition(note.at, Source.NOTES, note.pk),
        who=note.author.name if note.author else "Heedful",
        verb="spoke with the customer" if is_call else "noted for colleagues",
        icon="phone" if is_call else "notebook-pen",
        text=note.text,
        at=note.at,
        is_with_customer=is_call,
    )


def _message(message: Message, details: MessageDetails | None) -> HistoryMessage:
    return HistoryMessage(
        HistoryPosition(message.occurred_at, Source.NOTES, message.pk),
        who=message.sender or "The customer" if message.is_incoming else message.author_name or "Heedful",
        verb="wrote" if message.is_incoming else "wrote to the customer",
        icon=conversations.channel_of(message.channel).icon,
        text=message.text,
        at=message.occurred_at,
        subject=message.subject,
        state=STATES[message.sending] if message.sending else None,
        left_at=message.left_at if message.sending else None,
        folded=message.folded,
        details=details,
    )


def _answered(queries: HistoryQueries, named: NamedInHistory) -> list[HistoryHelpAnswer]:
    """The words about whether it helped, but for those that stand among what was heard. At most one a closing."""
    names = {str(Reference("feedback", pk)): subject for pk, subject in named.feedback}
    troubles = queries.case.troubles.filter(reference__in=names).values_list("reference", flat=True)
    subjects = {names[name] for name in troubles} if names else set()
    answers = [
        _answer(invitation.pk, invitation.answers[question_kinds.OPEN])
        for invitation in queries.invitations
        if named.subjects[invitation.pk] not in subjects
    ]
    shown = (one for one in answers if queries.before is None or one.place < queries.before)
    return sorted(shown, key=lambda one: one.place)[-queries.most - 1 :]


def _answer(pk: int, words: Mapping[str, Any]) -> HistoryHelpAnswer:
    at = datetime.fromisoformat(words["at"])
    return HistoryHelpAnswer(HistoryPosition(at, Source.ANSWERS, pk), str(words["value"]), at)
