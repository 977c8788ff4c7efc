"""What associates hear of by mail and may come in heaps: the first leaves at once, what follows is one mail in a while.

Each thing is named once to each of them, and nothing is left out.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.courier import mails
from heedful.courier.models import Notice
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.ledger import jobs
from heedful.ledger.references import Reference

log = logging.getLogger(__name__)
PAUSE = timedelta(minutes=15)
"""Between two mails of one kind to one associate."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is written about several things at once."""

    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """One kind of mail that may come in heaps, and how those of a while are written; none where nobody needs it now."""

    purpose: str
    compose: Callable[[Associate, Sequence[Reference], datetime], Letter | None]


_digests: dict[str, Digest] = {}


def offer(digests: Iterable[Digest]) -> None:
    """Say which kinds there are; the wiring does, when the house is built."""
    _digests.clear()
    _digests.update({digest.purpose: digest for digest in digests})


@transaction.atomic
def notify(*, associate: Associate, purpose: str, reference: Reference, at: datetime) -> None:
    """See to it that somebody hears of something: now where they heard of nothing lately, else with what follows."""
    _hold(associate.pk)
    about = {"associate": associate, "purpose": purpose, "reference": str(reference)}
    _, is_new = Notice.objects.get_or_create(**about, defaults={"created_at": at})
    if not is_new:
        return
    rows = Notice.objects.filter(associate=associate, purpose=purpose).exclude(mailed_at=None)
    last = rows.order_by("-mailed_at").values_list("mailed_at", flat=True).first()
    if last is None or last + PAUSE <= at:
        write(associate=associate.pk, purpose=purpose, at=at)
    else:
        jobs.enqueue(
            write_due,
            at=last + PAUSE,
            queueing_lock=f"digest {purpose} {associate.pk}",
            queue=jobs.CLOCKS,
            priority=30,
            associate=associate.pk,
            purpose=purpose,
        )


def write_due(*, associate: int, purpose: str) -> None:
    """Write what was gathered; runs in the worker when the pause is over."""
    write(associate=associate, purpose=purpose, at=timezone.now())


@transaction.atomic
def write(*, associate: int, purpose: str, at: datetime) -> None:
    """Write one mail about all that waits for somebody; where nothing is to be said, it is struck off."""
    row = _hold(associate)
    waiting = list(Notice.objects.filter(associate=row, purpose=purpose, mailed_at=None).order_by("created_at", "pk"))
    references = [reference for notice in waiting if (reference := Reference.read(notice.reference))]
    letter = _digests[purpose].compose(row, references, at) if references else None
    notices = Notice.objects.filter(pk__in=[notice.pk for notice in waiting])
    if letter is None:
        notices.delete()
        return
    try:
        mails.send(
            to=row.email,
            to_name=row.name,
            subject=letter.subject[:250],
            text=letter.text,
            purpose=purpose,
            reference=Reference(references[0].kind, references[0].number, f"{row.pk}:{waiting[0].pk}"),
            by=SYSTEM,
            at=at,
        )
    except Refused as no:
        log.warning("%s cannot be written to: %s", row.name, no)  # it waits until the address is mended
    else:
        notices.update(mailed_at=at)


def _hold(associate: int) -> Associate:
    """Keep all others from writing to somebody at the same time, so that nobody hears of one thing twice."""
    return Associate.objects.select_for_update(no_key=True).get(pk=associate)
