"""Who wrote a mail: the customer with that address, who is new where nobody has it."""

from datetime import datetime

from heedful.associates.models import Associate
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer
from heedful.kit import emails, names
from heedful.kit.actor import SYSTEM
from heedful.listen.channels.email.reading.mail import IncomingMail, MailAddress

KIND = "message_received"


def author_of(mail: IncomingMail) -> MailAddress:
    """Return who wrote the words of a mail: what an associate hands on is of whoever wrote it first."""
    if mail.forwarded is not None and mail.forwarded.sender.address and is_associate(mail.sender.address):
        return mail.forwarded.sender
    return mail.sender


def is_associate(address: str) -> bool:
    """Return whether this is one of our own people."""
    return bool(address) and Associate.objects.filter(email__iexact=address, is_active=True).exists()


def record_of(author: MailAddress, *, message: str, subject: str, source: str, sent_at: datetime, at: datetime) -> int:
    """Write into the log that somebody wrote, and return their record.

    The name that a mail gives is taken where nobody has said another.
    """
    draft = touchpoints.TouchpointDraft(
        kind=KIND,
        happened_at=sent_at,
        message=message,
        identities=(("email", emails.normal(author.address)),),
        channel="email",
        properties={"subject": subject},
    )
    record = touchpoints.record(drafts=[draft], source=source, by=SYSTEM, at=at).customers[0]
    row = Customer.objects.select_related("person").get(pk=record)
    if (name := names.one_line(author.name, most=200)) and "@" not in name and not (row.person or row).name:
        people.describe(facts={record: {"name": (name, sent_at)}}, by=SYSTEM, at=at)
    return record
