"""What associates hear of by mail and may come in heaps: the first leaves at once, what follows is one mail in a while.

Each thing is named once to each of them, and nothing is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.courier import mails
from heedful.courier.models import Notice
from heedful.kit.actor import By
from heedful.ledger import jobs
from heedful.ledger.references import Reference

PAUSE = timedelta(minutes=15)
"""Between two mails of one kind to one associate."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written about several things at once."""

    subject: str
    text: str


type Writer = Callable[..., object]
"""Writes by `write` what waits for one associate: `(*, associate: int, at: datetime | None = None)`; a job calls it."""
type Compose = Callable[[Associate, Sequence[Reference], datetime], Letter | None]


@transaction.atomic
def notify(*, associate: Associate, purpose: str, reference: Reference, writer: Writer, at: datetime) -> None:
    """See to it that somebody hears of something: now where they heard of nothing lately, else with what follows."""
    _hold(associate.pk)
    rows = Notice.objects.filter(associate=associate, purpose=purpose)
    about = {"associate": associate, "purpose": purpose, "reference": str(reference)}
    _, is_new = Notice.objects.get_or_create(**about, defaults={"created_at": at})
    if not is_new:
        return
    last = rows.exclude(mailed_at=None).order_by("-mailed_at").values_list("mailed_at", flat=True).first()
    due = last + PAUSE if last else at
    if due <= at:
        writer(associate=associate.pk, at=at)
    else:
        once = f"digest {purpose} {associate.pk}"
        jobs.enqueue(writer, at=due, queueing_lock=once, queue=jobs.CLOCKS, priority=30, associate=associate.pk)


@transaction.atomic
def write(*, associate: int, purpose: str, compose: Compose, by: By, at: datetime | None = None) -> None:
    """Write one mail about all that waits for somebody; where nothing is to be said, it is struck off."""
    row, now = _hold(associate), at or timezone.now()
    waiting = list(Notice.objects.filter(associate=row, purpose=purpose, mailed_at=None).order_by("created_at", "pk"))
    references = [reference for notice in waiting if (reference := Reference.read(notice.reference))]
    letter = compose(row, references, now) if references else None
    if letter is None:
        Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).delete()
        return
    mails.send(
        to=row.email,
        to_name=row.name,
        subject=letter.subject[:250],
        text=letter.text,
        purpose=purpose,
        reference=Reference(references[0].kind, references[0].number, f"{row.pk}:{waiting[0].pk}"),
        by=by,
        at=now,
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in waiting]).update(mailed_at=now)


def _hold(associate: int) -> Associate:
    """Keep all others from writing to somebody at the same time, so that nobody hears of one thing twice."""
    return Associate.objects.select_for_update(no_key=True).get(pk=associate)
