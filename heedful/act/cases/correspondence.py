"""What was written on a case, and what was said with its customer in the threads that it points to."""

from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from heedful.act.models import Case, CaseThread, Note
from heedful.listen import conversations
from heedful.listen.models import Message, Thread


def notes_of(case: Case | int) -> QuerySet[Note]:
    """The notes and calls on a case, each with who wrote it down, and when as `at`."""
    return Note.objects.filter(case=case).select_related("author")


def messages_of(case: Case | int) -> QuerySet[Message]:
    """The messages of a case, each with who wrote it, how it left, and when as `at`.

    Notes and messages are numbered by one sequence, so that a list of both has an order and no number twice.
    """
    threads = CaseThread.objects.filter(case=case).values("thread")
    return Message.objects.with_sending().filter(thread__in=threads).annotate(at=F("occurred_at"))


def messages_of_each(cases: Any) -> QuerySet[Message]:
    """The messages of several cases, for whose numbers a slot stands, each with the number of its case as `case_id`."""
    threads = CaseThread.objects.filter(case=cases)
    case = threads.filter(thread=OuterRef("thread")).values("case")[:1]
    found = Message.objects.select_related("associate").filter(thread__in=threads.values("thread"))
    return found.annotate(at=F("occurred_at"), case_id=Subquery(case))


def thread_for(case: Case, *, channel: str, subject: str, at: datetime) -> Thread:
    """The thread in which a case goes on with its customer on a channel; begins one where there is none.

    The caller holds the case.
    """
    found = CaseThread.objects.select_related("thread__customer__person").filter(case=case, thread__channel=channel)
    if link := found.order_by("-pk").first():
        return link.thread
    thread = conversations.start(customer=case.customer, channel=channel, subject=subject, at=at)
    CaseThread.objects.create(case=case, thread=thread)
    return thread
