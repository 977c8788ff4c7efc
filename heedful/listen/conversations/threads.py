"""How a thread begins, and what it remembers of its messages."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from heedful.associates.models import Team
from heedful.customers.models import Customer
from heedful.kit import emails, names
from heedful.listen.conversations.channel import channel_of
from heedful.listen.conversations.models import Message, Participant, Thread

MOST_PARTICIPANTS = 50


def start(
    *,
    customer: Customer | None,
    channel: str,
    subject: str = "",
    brand: int | None = None,
    team: Team | None = None,
    at: datetime,
) -> Thread:
    """Begin a thread on a channel, with a customer or with somebody whom nobody knows yet.

    `team` is whose queue it belongs to, where the way by which it came in says so.
    """
    return Thread.objects.create(
        customer=customer,
        channel=channel_of(channel).name,
        subject=names.one_line(subject, most=250),
        brand_id=brand,
        team=team,
        started_at=at,
    )


def add_participants(*, thread: Thread, people: Iterable[tuple[str, str]], is_copied: bool = False) -> None:
    """Write down who takes part in a thread, each as (name, address); who does already stays as they are."""
    rows = [
        Participant(thread=thread, address=address, name=names.one_line(name, most=200), is_copied=is_copied)
        for name, written in list(people)[:MOST_PARTICIPANTS]
        if (address := emails.normal(written))
    ]
    Participant.objects.bulk_create(rows, ignore_conflicts=True)


def note_message(message: Message) -> None:
    """Let a thread know when each side spoke last; what is older than that changes nothing."""
    last = "last_in_at" if message.is_incoming else "last_out_at"
    behind = Q(**{last: None}) | Q(**{f"{last}__lt": message.occurred_at})
    Thread.objects.filter(behind, pk=message.thread_id).update(**{last: message.occurred_at})
