"""How a message comes into a thread: an associate or the system writes it, or it comes from outside."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.listen.conversations import threads
from heedful.listen.conversations.channel import channel_of
from heedful.listen.conversations.files import FileDraft, attach
from heedful.listen.conversations.models import Message, Thread

SOURCE = "heedful"
"""Of what was written here."""
LONGEST_ID = 500


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """Something came in on a thread."""

    message: int
    thread: int
    channel: str


@transaction.atomic
def write(*, thread: Thread, text: str, subject: str = "", to: str = "", purpose: str, by: By, at: datetime) -> Message:
    """Say something to the customer of a thread: it is written down, and leaves by the thread's channel.

    `to` is the address that the writer saw; where it is no longer the customer's, nothing is sent.
    """
    channel, person = channel_of(thread.channel), _person_of(thread)
    channel.check(person=person, to=to, subject=subject)
    message = _new(thread, Message.Direction.OUT, text, subject, at)
    message.associate = Associate.objects.get(pk=by.id) if by.kind == "associate" else None
    message.author = Message.Author.ASSOCIATE if message.associate else Message.Author.SYSTEM
    message.source = SOURCE
    message.save(force_insert=True)
    item = channel.send(message=message, person=person, purpose=purpose, by=by, at=at)
    message.outbox_item, message.external_id = item, item.message_id
    message.save(update_fields=["outbox_item", "external_id"])
    threads.note_message(message)
    return message


@transaction.atomic
def receive(
    *,
    thread: Thread,
    text: str,
    subject: str = "",
    customer: Customer | None = None,
    external_id: str = "",
    occurred_at: datetime | None = None,
    source: str,
    sender: str = "",
    folded: str = "",
    files: Iterable[FileDraft] = (),
    by: By,
    at: datetime,
) -> Message:
    """Take in what came on a thread; what came before under the same name outside is the message that there is.

    `customer` is the record of who wrote it, where it is known, and `sender` how the message itself calls them.
    `folded` is what came with it and was said before.
    """
    message = _new(thread, Message.Direction.IN, text, subject, occurred_at or at)
    message.sender, message.folded = names.one_line(sender, most=500), names.text(folded)
    message.author, message.customer, message.source = Message.Author.CUSTOMER, customer, source
    message.external_id = _short(external_id) or None
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(channel=message.channel, external_id=message.external_id)
    attach(message, files)
    threads.note_message(message)
    events.record(MessageReceived(message.pk, thread.pk, message.channel), by=by, at=at)
    return message


def _new(thread: Thread, direction: Message.Direction, text: str, subject: str, occurred_at: datetime) -> Message:
    if not (text := names.text(text)):
        raise Refused("Write something first.")
    return Message(
        thread=thread,
        direction=direction,
        channel=thread.channel,
        subject=names.one_line(subject, most=250),
        text=text,
        occurred_at=occurred_at,
    )


def _person_of(thread: Thread) -> Customer:
    if thread.customer is None:
        raise Refused("We do not know who this is, so there is no address to write to.", code="nobody")
    return thread.customer.person or thread.customer


def _short(external_id: str) -> str:
    """A name outside as it can be compared: one that is too long for that by its digest."""
    external_id = names.one_line(external_id)
    return external_id if len(external_id) <= LONGEST_ID else hashlib.sha256(external_id.encode()).hexdigest()
