"""The outbox: what leaves is put in here, handed over by its carrier, tried again, given up or set aside.

One job takes a turn at one destination, which nobody else serves meanwhile. Whatever goes wrong with one piece is its
own matter: those behind it leave.
"""

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from heedful.associates import associates
from heedful.courier import backoff
from heedful.courier.carrier import Carrier, Failure, Receipt, Send
from heedful.courier.models import Destination, OutboxItem, OutboxQuerySet, OutboxTry, Sending
from heedful.kit.actor import By
from heedful.kit.characters import storable
from heedful.kit.errors import Refused
from heedful.ledger import jobs

SLOW_S = 5.0
"""Who takes longer to answer is slow."""
FORGOTTEN_AFTER = timedelta(minutes=1)
"""For how long something may be due before its destination is served again."""
HEALTH = [
    field.name for field in Destination._meta.concrete_fields if field.name not in {"id", "busy_until", "held_by"}
]
"""All that a row knows of a destination but whose turn it is."""

log = logging.getLogger(__name__)
_carriers: dict[str, Carrier] = {}


def offer(carriers: Iterable[Carrier]) -> None:
    """Say which carriers there are; the house does, when it is built."""
    _carriers.clear()
    _carriers.update({carrier.name: carrier for carrier in carriers})


def carrier_of(row: OutboxItem | Destination) -> Carrier:
    """Return the carrier of a piece or of a destination."""
    return _carriers[row.carrier]


@dataclass(frozen=True, slots=True)
class Draft:
    """A piece as it is put into the outbox."""

    destination: Destination | None
    purpose: str
    message_id: str
    payload: Mapping[str, Any]
    reference: str | None = None
    urgency: int = 0


@transaction.atomic
def put(*, drafts: Iterable[Draft], carrier: Carrier, by: By, at: datetime) -> None:
    """Put pieces in and see to it that they leave; one whose reference is there already is there once."""
    rows = [_row(draft, carrier, at) for draft in drafts]
    _of(carrier).bulk_create(rows, ignore_conflicts=True)
    names = [row.message_id for row in rows]
    new = _of(carrier).filter(message_id__in=names).select_related("destination").order_by("pk")
    for row in new:
        carrier.on_put(row, by, at)
    for destination in {row.destination for row in new if row.destination is not None}:
        wake(destination, at=None)


@transaction.atomic
def try_again(*, item: OutboxItem, by: By, at: datetime) -> None:
    """Hand over what was kept, given up or set aside, now that it may be taken."""
    carrier = carrier_of(item)
    associates.must(by, carrier.permission)
    row = _of(carrier).select_for_update().get(pk=item.pk)
    if row.state not in {Sending.KEPT, Sending.FAILED}:
        raise Refused(f"This {carrier.noun} is on its way already.")
    row.destination = carrier.current(row.destination)
    if row.destination is None:
        raise Refused(carrier.without)
    row.state, row.created_at, row.next_try_at, row.said = Sending.WAITING, at, at, ""
    row.save(update_fields=["destination", "state", "created_at", "next_try_at", "said"])
    carrier.on_put(row, by, at)
    wake(row.destination, at=None)


def give_up_all(*, destination: Destination, sentence: str) -> None:
    """Give up whatever waits for a destination."""
    waiting = destination.items.filter(state=Sending.WAITING)
    waiting.update(state=Sending.FAILED, next_try_at=None, said=sentence[:300])


def drain(*, destination: int, patient: bool = True) -> None:
    """Take a turn at one destination; runs in the worker, and only a `patient` hand waits for a slow one."""
    destination_row = Destination.objects.filter(pk=destination).first()
    row = carrier_of(destination_row).current(destination_row) if destination_row else None
    if row is None:
        return
    now = timezone.now()
    if carrier_of(row).slow_queue and row.is_slow and not patient:
        wake(row, at=now)
        return
    if not backoff.take_lease(destination=row, at=now):
        wake(row, at=row.busy_until)
        return
    try:
        _take_turn(row, carrier_of(row))
    finally:
        backoff.release_lease(destination=row)
    _wake_for_the_next(row)


def wake(destination: Destination, *, at: datetime | None) -> None:
    """Have a destination served, now or at a time; only what waits for a time is looked up, so that nobody waits."""
    carrier, is_slow = carrier_of(destination), destination.is_slow
    queue = carrier.slow_queue if carrier.slow_queue and is_slow else carrier.queue
    name = None if at is None else f"outbox {destination.pk} {at:%Y%m%d%H%M%S} {is_slow}"
    jobs.enqueue(drain, at=at, queueing_lock=name, queue=queue, destination=destination.pk, patient=is_slow)


def wake_forgotten(*, at: datetime) -> None:
    """Serve whoever something is due for since a while: the turn that should have done it did not come to its end."""
    due = OutboxItem.objects.due(at=at - FORGOTTEN_AFTER).order_by()
    waiting = Destination.objects.filter(pk__in=due.values("destination"))
    for destination in waiting.filter(Q(resting_until=None) | Q(resting_until__lte=at - FORGOTTEN_AFTER)):
        wake(destination, at=at)


def _items(destination: Destination, carrier: Carrier) -> OutboxQuerySet[OutboxItem]:
    """What was put in for a destination."""
    return _of(carrier).filter(destination=destination)


def _of(carrier: Carrier) -> OutboxQuerySet[OutboxItem]:
    """What was put in for a carrier, in the form that it reads."""
    return OutboxQuerySet(carrier.model)


def _row(draft: Draft, carrier: Carrier, at: datetime) -> OutboxItem:
    waits = draft.destination is not None
    return carrier.model(
        carrier=carrier.name,
        destination=draft.destination,
        purpose=draft.purpose,
        urgency=draft.urgency,
        reference=draft.reference,
        message_id=draft.message_id,
        payload=carrier.check(draft.payload),
        state=Sending.WAITING if waits else Sending.KEPT,
        said="" if waits else carrier.held_note,
        created_at=at,
        next_try_at=at if waits else None,
    )


def _take_turn(destination: Destination, carrier: Carrier) -> None:
    """Hand over what is due, as much as a turn holds."""
    _give_up_on_old(destination, carrier, at=timezone.now())
    destination.refresh_from_db(fields=HEALTH)  # only now that it is ours: another may have found out more
    if destination.is_backing_off(at=timezone.now()):
        return
    try:
        with carrier.open(destination) as send:
            for _ in range(carrier.a_turn):
                if not _hand_over_next(destination, carrier, send):
                    return
    except Failure as failure:
        _destination_failed(destination, carrier, failure, at=timezone.now())
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:
        log.exception("A turn by %s ended early", carrier.name)
        _destination_failed(destination, carrier, Failure(_reason(error)), at=timezone.now())


def _hand_over_next(destination: Destination, carrier: Carrier, send: Send) -> bool:
    """Try what is due first; false when nothing is, or nothing more is to be tried in this turn."""
    now = timezone.now()
    item = _items(destination, carrier).due(at=now).first()
    return (
        item is not None
        and backoff.renew_lease(destination=destination, at=now)
        and _hand_over(item, destination, carrier, send)
    )


def _hand_over(item: OutboxItem, destination: Destination, carrier: Carrier, send: Send) -> bool:
    """Try once and write down how it went, which may be long after; false when the destination takes nothing now."""
    began = time.monotonic()
    try:
        receipt = send(item)
    except Failure as failure:
        _judge_pace(destination, carrier, took_s=time.monotonic() - began)
        _failed(item, destination, carrier, failure, at=timezone.now())
        return not failure.is_destinations
    except (InterfaceError, OperationalError):
        raise  # the database is not there, which says nothing about what was to be sent
    except Exception as error:
        log.exception("%s %s could not be sent and was set aside", carrier.noun, item.pk)
        _set_aside(item, carrier, error, at=timezone.now())
        return True
    _judge_pace(destination, carrier, took_s=time.monotonic() - began)
    _sent(item, destination, carrier, receipt, at=timezone.now())
    return True


def _judge_pace(destination: Destination, carrier: Carrier, *, took_s: float) -> None:
    """Remember whether a destination is slow, so that those that are share one hand."""
    is_slow = took_s > SLOW_S
    if carrier.slow_queue and is_slow != destination.is_slow:
        destination.is_slow = is_slow
        destination.save(update_fields=["is_slow"])


@transaction.atomic
def _sent(item: OutboxItem, destination: Destination, carrier: Carrier, receipt: Receipt, *, at: datetime) -> None:
    OutboxTry.objects.create(item=item, at=at, ok=True, status=receipt.status, answer=storable(receipt.answer))
    item.state, item.sent_at, item.next_try_at, item.said = Sending.SENT, at, None, ""
    item.save(update_fields=["state", "sent_at", "next_try_at", "said"])
    backoff.note_recovery(destination=destination)
    carrier.on_sent(item, at)


@transaction.atomic
def _failed(item: OutboxItem, destination: Destination, carrier: Carrier, failure: Failure, *, at: datetime) -> None:
    OutboxTry.objects.create(item=item, at=at, ok=False, status=failure.status, answer=storable(str(failure)))
    if failure.is_items:
        _item_failed(item, carrier, failure, at=at)
    if failure.is_destinations:
        _destination_failed(destination, carrier, failure, at=at)
    else:
        backoff.note_recovery(destination=destination)


def _item_failed(item: OutboxItem, carrier: Carrier, failure: Failure, *, at: datetime) -> None:
    tries = item.tries.count()
    if failure.for_good or (carrier.most_tries is not None and tries >= carrier.most_tries):
        _give_up(item, carrier, f"{_sentence(failure)} It will not be tried again.", at=at)
        return
    item.next_try_at = at + max(backoff.pause(carrier.pauses_s, tries), timedelta(seconds=failure.wait_s or 0))
    item.said = f"{_sentence(failure)} It will be tried again."[:300]
    item.save(update_fields=["next_try_at", "said"])


@transaction.atomic
def _destination_failed(destination: Destination, carrier: Carrier, failure: Failure, *, at: datetime) -> None:
    backoff.note_failure(
        destination=destination,
        schedule=carrier.destination_pauses_s,
        answer=storable(str(failure)),
        wait_s=failure.wait_s,
        at=at,
    )
    carrier.on_failure(destination, failure, at)


@transaction.atomic
def _set_aside(item: OutboxItem, carrier: Carrier, error: Exception, *, at: datetime) -> None:
    """Let what cannot be put together or handed over wait for a person, and nothing wait for it."""
    why = _reason(error)
    OutboxTry.objects.create(item=item, at=at, ok=False, answer=why[:500])
    _give_up(item, carrier, f"It could not be sent and was set aside. {why}", at=at)


@transaction.atomic
def _give_up_on_old(destination: Destination, carrier: Carrier, *, at: datetime) -> None:
    if carrier.gives_up_after is None:
        return
    waiting = _items(destination, carrier).filter(state=Sending.WAITING)
    for item in waiting.filter(created_at__lt=at - carrier.gives_up_after):
        last = item.tries.order_by("-pk").first()
        why = (last.answer if last else destination.answer) or "It was never its turn."
        _give_up(item, carrier, f"{carrier.too_old} {why}", at=at)


def _give_up(item: OutboxItem, carrier: Carrier, sentence: str, *, at: datetime) -> None:
    item.state, item.next_try_at, item.said = Sending.FAILED, None, storable(sentence)[:300]
    item.save(update_fields=["state", "next_try_at", "said"])
    carrier.on_given_up(item, at)


def _reason(error: Exception) -> str:
    return storable(f"{type(error).__name__}: {error}")


def _sentence(failure: Failure) -> str:
    return f"{storable(str(failure)).rstrip('.')}."


def _wake_for_the_next(destination: Destination) -> None:
    upcoming = destination.items.filter(state=Sending.WAITING).order_by("next_try_at")
    first = upcoming.values_list("next_try_at", flat=True).first()
    if first is not None:
        wake(destination, at=max(first, destination.resting_until or first))
