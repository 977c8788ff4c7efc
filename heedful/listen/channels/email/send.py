"""How a message leaves as a mail."""

from datetime import datetime

from heedful.courier import mails
from heedful.courier.models import OutboxItem
from heedful.customers.models import Customer
from heedful.kit.actor import By
from heedful.ledger.references import Reference
from heedful.listen.conversations.models import Message


def send(*, message: Message, person: Customer, purpose: str, by: By, at: datetime) -> OutboxItem:
    """Put a message into the outbox as a mail to the customer; one message is one mail, however often it is sent."""
    return mails.send(
        to=person.email,
        to_name=person.name,
        subject=message.subject,
        text=message.text,
        purpose=purpose,
        reference=Reference("message", message.pk),
        by=by,
        at=at,
    )
