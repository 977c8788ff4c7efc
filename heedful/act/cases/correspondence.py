"""What was written on a case, and what was said with its customer in the threads that it points to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from heedful.act.models import Case, CaseThread, CaseTrouble, Note
from heedful.listen import conversations
from heedful.listen.conversations.models import MessageQuerySet
from heedful.listen.models import Message, Thread


def notes_of(case: Case | int) -> QuerySet[Note]:
    """The notes and calls on a case, each with who wrote it down, and when as `at`."""
    return Note.objects.filter(case=case).select_related("author")


def messages_of(case: Case | int) -> QuerySet[Message]:
    """The messages of a case, each with who wrote it, how it left, and when as `at`.

    Notes and messages are numbered by one sequence, so that a list of both has an order and no number twice.
    """
    return _of(case).with_sending().annotate(at=F("occurred_at"))


def messages_of_person(person: int) -> QuerySet[Message]:
    """The messages of a person, each with when as `at`, and with the number of its case, if any, as `case_id`."""
    case = CaseThread.objects.filter(thread=OuterRef("thread")).values("case")[:1]
    rows = Message.objects.with_sending().filter(thread__customer__person=person)
    return rows.annotate(at=F("occurred_at"), case_id=Subquery(case))


@dataclass(frozen=True, slots=True)
class Departure:
    """Words to the customer that left: when they were written, and when they left."""

    at: datetime
    left_at: datetime


def first_left(case: Case, *, since: datetime) -> Departure | None:
    """The first words to the customer to leave, of those that were written since a time."""
    row = _of(case).filter(occurred_at__gte=since).first_departure()
    return Departure(*row) if row else None


def last_word_at(case: Case) -> datetime | None:
    """When somebody last called, or wrote what left since."""
    calls = case.notes.filter(kind=Note.Kind.CALL).aggregate(last=Max("at"))["last"]
    words = _of(case).left().aggregate(last=Max("occurred_at"))["last"]
    return max((at for at in (calls, words) if at is not None), default=None)


def next_word_at(case: Case, *, after: datetime) -> datetime | None:
    """When we first heard from the customer after a time: trouble, or a message."""
    troubles = waiting_troubles(case).filter(heard_at__gt=after).order_by("heard_at").values_list("heard_at", flat=True)
    messages = _of(case).filter(direction=Message.Direction.IN, occurred_at__gt=after).order_by("occurred_at")
    firsts = (troubles.first(), messages.values_list("occurred_at", flat=True).first())
    return min((at for at in firsts if at is not None), default=None)


def waiting_troubles(case: Case) -> QuerySet[CaseTrouble]:
    """What was heard that somebody must answer: neither praise, nor that our answer itself was late.

    What the customer wrote on another case is no failure of ours, and waits for an answer all the same.
    """
    waiting = Q(is_failure=True) | Q(reference__startswith="message:")
    return case.troubles.filter(waiting).exclude(promise__is_case_clock=True)


def _of(case: Case | int) -> MessageQuerySet:
    return Message.objects.filter(thread__in=CaseThread.objects.filter(case=case).values("thread"))


def thread_for(case: Case, *, channel: str, subject: str, at: datetime) -> Thread:
    """The thread in which a case goes on with its customer on a channel; begins one where there is none.

    The caller holds the case.
    """
    links = CaseThread.objects.select_related("thread__customer__person").filter(case=case, thread__channel=channel)
    if link := links.order_by("-pk").first():
        return link.thread
    thread = conversations.start(customer=case.customer, channel=channel, subject=subject, brand=case.brand_id, at=at)
    CaseThread.objects.create(case=case, thread=thread)
    return thread
