"""How a mail becomes a message of a thread, or is left out and why."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedful.courier.models import OutboxItem
from heedful.customers.models import Customer
from heedful.kit import emails, names
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.listen import conversations
from heedful.listen.channels.email import marks, senders, threads
from heedful.listen.channels.email.models import InboxItem, Mailbox, MailThread, UndeliverableAddress
from heedful.listen.channels.email.reading.mail import NO_SUBJECT, IncomingMail, MailAddress, MailKind
from heedful.listen.conversations import files
from heedful.listen.conversations.models import Message, Thread

A_WHILE = timedelta(hours=1)
MOST_NEW = 60
"""Conversations that one address may begin in a while; more are a loop, or somebody's mischief."""
NO_WORDS = "(no words)"


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """What became of a mail: a message, or the reason for which it is left out."""

    message: Message | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailArrival:
    """A mail with what is known of how it came."""

    mail: IncomingMail
    mailbox: Mailbox
    external_id: str
    received_at: datetime
    by_hand: bool = False
    """Whether somebody asked for it to be taken in, however many there are of its kind."""


@transaction.atomic
def take_in(*, arrival: MailArrival, at: datetime) -> MailOutcome:
    """Write down what a mail says on the thread that it belongs to, or say why nothing of it is written down.

    What no person wrote opens nothing and is answered by nothing, so that no two machines write to each other.
    """
    mail = arrival.mail
    if reason := _reason_to_leave_out(mail, by_hand=arrival.by_hand):
        _note_bounces(mail, at=at)
        return MailOutcome(reason=reason)
    author = senders.author_of(mail)
    for name in (arrival.external_id, _second_name(arrival)):
        arrival = replace(arrival, external_id=name)
        message = Message.objects.filter(channel="email", external_id=name).first()
        if message is None or _is_same(message, mail, author):
            break
    if message is not None:
        return MailOutcome(message=message)
    address = emails.normal(author.address)
    if not address:
        raise Refused("It names no address of whoever wrote it.")
    customer = _customer(author, arrival, at=at)
    match = threads.find(mail, author=address, customer=customer)
    thread = match.thread or _begin(arrival, customer, match.refers_to, address, at=at)
    message = _receive(arrival, thread, author, customer, at=at)
    _note_participants(arrival, thread, author)
    UndeliverableAddress.objects.filter(address=address).delete()
    return MailOutcome(message=message)


def _second_name(arrival: MailArrival) -> str:
    """The name of a mail whose Message-ID another has too: some programs give each of theirs the same."""
    mail = arrival.mail
    said = "\n".join([mail.sender.address, mail.subject, mail.text, *_digests(mail)])
    return f"{arrival.external_id[:400]}#{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _is_same(message: Message, mail: IncomingMail, author: MailAddress) -> bool:
    """Whether a mail says what a message with its name says, so that it came by another way or once more."""
    said = (names.one_line(_subject(mail), most=250), names.text(_words(mail, author)[0]))
    brought = sorted(message.attachments.exclude(blob=None).values_list("blob", flat=True))
    is_said = (message.subject, message.text) == said and message.sender == _sender(author)
    return is_said and brought == _digests(mail)


def _digests(mail: IncomingMail) -> list[str]:
    """What comes with a mail, as far as it is stored."""
    return sorted(file.digest for file in mail.attachments[: files.MOST] if file.size <= files.LARGEST)


def _subject(mail: IncomingMail) -> str:
    """A subject without marks; none where there is none, so that the first words stand for it."""
    return "" if mail.subject == NO_SUBJECT else marks.without(mail.subject)


def _sender(author: MailAddress) -> str:
    return names.one_line(f"{author.name} <{author.address}>", most=500)


def _words(mail: IncomingMail, author: MailAddress) -> tuple[str, str]:
    """The words of whoever wrote a mail, and those that are folded."""
    if author is not mail.sender and mail.forwarded is not None:
        text, folded = mail.forwarded.text, mail.visible
    else:
        text, folded = mail.visible, mail.folded
    text = text if text.strip() else mail.text
    return (text if text.strip() else NO_WORDS), folded


def _reason_to_leave_out(mail: IncomingMail, *, by_hand: bool) -> str:
    if mail.kind is MailKind.OWN or _is_ours(mail):
        return LEFT_OUT[MailKind.OWN]
    if mail.is_automatic and not by_hand:
        return mail.reason or LEFT_OUT[mail.kind]
    return ""


LEFT_OUT = {
    MailKind.AUTO_REPLY: "An automatic reply.",
    MailKind.BOUNCE: "A mail that came back.",
    MailKind.DELIVERY_REPORT: "A report on a delivery.",
    MailKind.MAILING_LIST: "A mailing list.",
    MailKind.OWN: "A mail of our own.",
}


def _is_ours(mail: IncomingMail) -> bool:
    """Whether a mail is from us: by an id that we gave, or from an address under which we are written to."""
    if mail.message_id and OutboxItem.objects.filter(carrier="smtp", message_id=mail.message_id).exists():
        return True
    sender = emails.normal(mail.sender.address)
    return sender == emails.normal(settings.MAIL_FROM) or Mailbox.objects.filter(address=sender).exists()


def _note_bounces(mail: IncomingMail, *, at: datetime) -> None:
    """Mark the addresses to which a mail of ours could not be brought; what nobody of us sent marks none."""
    ids = [*mail.in_reply_to.split(), *mail.references]
    for bounced in mail.bounced:
        address = emails.normal(bounced.address)
        to_them = OutboxItem.objects.filter(carrier="smtp", payload__to=bounced.address)
        if not bounced.is_permanent or not address or not (to_them.filter(message_id__in=ids) or to_them).exists():
            continue
        reason = (bounced.reason or bounced.status or "The mail came back.")[:300]
        UndeliverableAddress.objects.update_or_create(address=address, defaults={"reason": reason, "at": at})


def _customer(author: MailAddress, arrival: MailArrival, *, at: datetime) -> Customer:
    record = senders.record_of(
        author,
        message=arrival.external_id,
        subject=arrival.mail.subject[:250],
        source=arrival.mailbox.source,
        sent_at=min(arrival.received_at, at),
        at=at,
    )
    return Customer.objects.select_related("person").get(pk=record)


def _begin(arrival: MailArrival, customer: Customer, refers_to: Thread | None, address: str, *, at: datetime) -> Thread:
    mail, mailbox = arrival.mail, arrival.mailbox
    if not arrival.by_hand:
        _refuse_flood(address, at=at)
    subject = _subject(mail)
    thread = conversations.start(customer=customer, channel="email", subject=subject, team=mailbox.team, at=at)
    index = "" if refers_to else threads.conversation_index(mail)
    MailThread.objects.create(thread=thread, mailbox=mailbox, conversation_index=index, refers_to=refers_to)
    return thread


def _refuse_flood(address: str, *, at: datetime) -> None:
    lately = InboxItem.objects.filter(sender=address, state=InboxItem.State.TAKEN, taken_at__gt=at - A_WHILE)
    if lately.count() >= MOST_NEW:
        raise Refused(f"{address} began {MOST_NEW} conversations within an hour. Take it in if this one is meant.")


def _receive(arrival: MailArrival, thread: Thread, author: MailAddress, customer: Customer, *, at: datetime) -> Message:
    mail = arrival.mail
    text, folded = _words(mail, author)
    return conversations.receive(
        thread=thread,
        text=text,
        folded=folded,
        subject=_subject(mail),
        customer=customer,
        sender=_sender(author),
        external_id=arrival.external_id,
        occurred_at=min(arrival.received_at, at),
        source=arrival.mailbox.source,
        files=[
            conversations.FileDraft(one.name, one.content_type, one.data, one.content_id) for one in mail.attachments
        ],
        by=SYSTEM,
        at=at,
    )


def _note_participants(arrival: MailArrival, thread: Thread, author: MailAddress) -> None:
    """Who wrote takes part, and who was copied in reads along; we ourselves are neither."""
    mail = arrival.mail
    conversations.add_participants(thread=thread, people=[(author.name, author.address)])
    if author is not mail.sender:
        return
    ours = {emails.normal(settings.MAIL_FROM), *Mailbox.objects.values_list("address", flat=True)}
    others = [(one.name, one.address) for one in (*mail.to, *mail.cc) if _plain(emails.normal(one.address)) not in ours]
    conversations.add_participants(thread=thread, people=others, is_copied=True)


def _plain(address: str) -> str:
    """An address without what was added to its name, such as a mark."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
