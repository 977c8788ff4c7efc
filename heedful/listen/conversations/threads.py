"""How a thread begins, and what it remembers of its messages."""

from datetime import datetime

from django.db.models import Q

from heedful.customers.models import Customer
from heedful.kit import names
from heedful.listen.conversations.channel import channel_of
from heedful.listen.conversations.models import Message, Thread


def start(
    *, customer: Customer | None, channel: str, subject: str = "", brand: int | None = None, at: datetime
) -> Thread:
    """Begin a thread on a channel, with a customer or with somebody whom nobody knows yet."""
    subject = names.one_line(subject, most=250)
    name = channel_of(channel).name
    return Thread.objects.create(customer=customer, channel=name, subject=subject, brand_id=brand, started_at=at)


def note_message(message: Message) -> None:
    """Let a thread know when each side spoke last; what is older than that changes nothing."""
    last = "last_in_at" if message.is_incoming else "last_out_at"
    behind = Q(**{last: None}) | Q(**{f"{last}__lt": message.occurred_at})
    Thread.objects.filter(behind, pk=message.thread_id).update(**{last: message.occurred_at})
