"""Conversations of years gone by, written down many at once: each message at its own time, and none of them leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from heedful.associates.models import Associate
from heedful.listen.conversations import threads
from heedful.listen.conversations.models import Message, Thread


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """One message as it was; without an associate or a customer the system wrote it."""

    text: str
    at: datetime
    direction: Message.Direction = Message.Direction.OUT
    subject: str = ""
    associate: Associate | None = None
    customer: int | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadDraft:
    """One thread as it went, with at least one message."""

    customer: int | None
    channel: str
    messages: Sequence[MessageDraft]
    brand: int | None = None


@transaction.atomic
def create(*, drafts: Sequence[ThreadDraft], source: str) -> list[Thread]:
    """Write down threads with their messages; returns the threads in the order of their drafts."""
    rows = Thread.objects.bulk_create([_thread(draft) for draft in drafts], batch_size=1_000)
    messages = [
        _message(row, message, source) for row, draft in zip(rows, drafts, strict=True) for message in draft.messages
    ]
    Message.objects.bulk_create(messages, batch_size=1_000)
    return rows


@transaction.atomic
def add(*, thread: Thread, draft: MessageDraft, source: str) -> Message:
    """Write down one more message on a thread that there is."""
    message = _message(thread, draft, source)
    message.save(force_insert=True)
    threads.note_message(message)
    return message


def _thread(draft: ThreadDraft) -> Thread:
    first = min(draft.messages, key=lambda message: message.at)
    return Thread(
        customer_id=draft.customer,
        channel=draft.channel,
        subject=first.subject,
        started_at=first.at,
        brand_id=draft.brand,
        last_in_at=_last(draft.messages, Message.Direction.IN),
        last_out_at=_last(draft.messages, Message.Direction.OUT),
    )


def _last(messages: Iterable[MessageDraft], direction: Message.Direction) -> datetime | None:
    return max((message.at for message in messages if message.direction == direction), default=None)


def _message(row: Thread, draft: MessageDraft, source: str) -> Message:
    author = Message.Author.ASSOCIATE if draft.associate else None
    return Message(
        thread=row,
        direction=draft.direction,
        channel=row.channel,
        author=author or (Message.Author.CUSTOMER if draft.customer else Message.Author.SYSTEM),
        associate=draft.associate,
        customer_id=draft.customer,
        subject=draft.subject,
        text=draft.text,
        occurred_at=draft.at,
        external_id=draft.external_id,
        source=source,
    )
