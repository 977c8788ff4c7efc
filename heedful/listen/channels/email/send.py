"""How a message leaves as a mail: from the mailbox of its thread, in answer to what came, to all who read along."""

from datetime import datetime

from heedful.courier import mails
from heedful.courier.models import OutboxItem
from heedful.customers.models import Customer
from heedful.kit import emails
from heedful.kit.actor import By
from heedful.ledger.references import Reference
from heedful.listen.channels.email import marks
from heedful.listen.channels.email.models import Mailbox, MailThread
from heedful.listen.conversations.models import Message, Participant, Thread

MOST_REFERENCES = 20


def send(*, message: Message, person: Customer, purpose: str, by: By, at: datetime) -> OutboxItem:
    """Put a message into the outbox as a mail to the customer; one message is one mail, however often it is sent."""
    mailbox = mailbox_of(message.thread)
    is_marked = mailbox is not None and mailbox.mark == Mailbox.Mark.SUBJECT
    return mails.send(
        to=person.email,
        to_name=person.name,
        subject=marks.in_subject(message.subject, message.thread_id) if is_marked else message.subject,
        text=message.text,
        purpose=purpose,
        reference=Reference("message", message.pk),
        headers=_headers(message.thread, mailbox),
        sender=mailbox.address if mailbox else "",
        cc=copied_in(message.thread, person) if mailbox else (),
        by=by,
        at=at,
    )


def mailbox_of(thread: Thread) -> Mailbox | None:
    """Return the mailbox from which a thread is answered.

    One that we began goes on from the only mailbox there is, or from the only one of its team, so that what is
    answered to it comes in.
    """
    row = MailThread.objects.select_related("mailbox").filter(thread=thread).first()
    if row is not None:
        return row.mailbox
    read = list(Mailbox.objects.filter(paused_at=None).order_by("pk"))
    ours = [one for one in read if one.team_id is not None and one.team_id == thread.team_id]
    mailbox = next((some[0] for some in (ours, read) if len(some) == 1), None)
    if mailbox is not None:
        MailThread.objects.create(thread=thread, mailbox=mailbox)
    return mailbox


def copied_in(thread: Thread, person: Customer) -> list[tuple[str, str]]:
    """Return who reads along beside the customer, each as (name, address)."""
    rows = Participant.objects.filter(thread=thread, is_copied=True).exclude(address=emails.normal(person.email))
    return [(row.name, row.address) for row in rows.order_by("pk")]


def _headers(thread: Thread, mailbox: Mailbox | None) -> dict[str, str]:
    """The headers by which mail programs put an answer beside what it answers."""
    rows = Message.objects.filter(thread=thread, external_id__startswith="<").order_by("-occurred_at", "-pk")
    named = rows.values_list("external_id", "direction")[:MOST_REFERENCES]
    before = [(name, direction) for name, direction in named if name]
    headers = {}
    if before:
        last = next((name for name, direction in before if direction == Message.Direction.IN), before[0][0])
        headers = {"In-Reply-To": last, "References": " ".join(name for name, _ in reversed(before))}
    if mailbox is not None:
        is_marked = mailbox.mark == Mailbox.Mark.ADDRESS
        headers["Reply-To"] = marks.in_address(mailbox.address, thread.pk) if is_marked else mailbox.address
    return headers
