"""To which thread a mail belongs: by what it answers, then by a mark; never by its subject alone."""

import base64
import binascii
from dataclasses import dataclass

from heedful.customers.models import Customer
from heedful.listen.channels.email import marks
from heedful.listen.channels.email.models import MailThread
from heedful.listen.channels.email.reading.mail import IncomingMail
from heedful.listen.conversations.models import Message, Participant, Thread

MOST_IDS = 100
SHARED_BYTES = 22
"""Of a Thread-Index, what all mails of a conversation have in common."""


@dataclass(frozen=True, slots=True)
class ThreadMatch:
    """The thread that a mail goes on with, or that it only refers to, since who wrote takes no part in it."""

    thread: Thread | None = None
    refers_to: Thread | None = None


def find(mail: IncomingMail, *, author: str, customer: Customer) -> ThreadMatch:
    """Return the thread that a mail answers.

    Who joins it proves by an id or a mark to have got a mail of it, and takes part in it: one of the two is not enough.
    """
    thread = _by_ids(mail) or _by_index(mail) or _by_mark(mail)
    if thread is None:
        return ThreadMatch()
    return ThreadMatch(thread=thread) if _takes_part(thread, author, customer) else ThreadMatch(refers_to=thread)


def conversation_index(mail: IncomingMail) -> str:
    """Return by what Outlook knows the conversation of a mail; empty where it does not say."""
    written = mail.thread_index.strip()
    if not written:
        return ""
    try:
        raw = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw[:SHARED_BYTES].hex() if len(raw) >= SHARED_BYTES else ""


def _by_ids(mail: IncomingMail) -> Thread | None:
    ids = [*mail.in_reply_to.split(), *reversed(mail.references)][:MOST_IDS]
    found = Message.objects.filter(channel="email", external_id__in=ids) if ids else Message.objects.none()
    return _thread(found.order_by("-occurred_at", "-pk").values_list("thread", flat=True).first())


def _by_index(mail: IncomingMail) -> Thread | None:
    index = conversation_index(mail)
    found = MailThread.objects.filter(conversation_index=index) if index else MailThread.objects.none()
    return _thread(found.order_by("-thread").values_list("thread", flat=True).first())


def _by_mark(mail: IncomingMail) -> Thread | None:
    receivers = [one.address for one in (*mail.to, *mail.cc)]
    found = marks.threads_in([*receivers, mail.subject])
    return _thread(found[0]) if found else None


def _thread(number: int | None) -> Thread | None:
    return Thread.objects.select_related("customer").filter(pk=number).first() if number else None


def _takes_part(thread: Thread, author: str, customer: Customer) -> bool:
    """Whether somebody is of a thread, by their address or as the person that they are."""
    of_thread = thread.customer
    if of_thread is not None and (of_thread.person_id or of_thread.pk) == (customer.person_id or customer.pk):
        return True
    return Participant.objects.filter(thread=thread, address=author).exists()
