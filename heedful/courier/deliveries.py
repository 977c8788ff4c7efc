"""Deliveries: one event on its way to one endpoint, tried again with growing pauses until it is taken or given up."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from heedful.associates import associates
from heedful.courier import backoff, signing, webhooks
from heedful.courier.kinds import kind_of
from heedful.courier.models import Delivery, DeliveryTry, Endpoint, EndpointQuerySet, Sending
from heedful.kit import http
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events, jobs
from heedful.ledger.models import Entry

TIMEOUT_S = 20
PAUSES_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After the first try, between this one and the next; then a delivery is given up."""
ENDPOINT_PAUSES_S = (5, 30, 300, 1800, 3600)
DISABLES_AFTER = timedelta(days=4)
LONGEST_WAIT_S = 86_400
SLOW_DOWN = {429, 502, 503, 504}
SLOW_S = 5.0
"""Who takes longer to answer is slow."""
KNOWN = [field.name for field in Endpoint._meta.concrete_fields if field.name not in {"id", "busy_until", "held_by"}]
"""All that a row knows but whose turn it is."""


@dataclass(frozen=True, slots=True)
class EndpointPinged:
    """Somebody wants to see whether an endpoint hears."""

    endpoint: int


def is_heard(event: Any) -> bool:
    """Tell whether any endpoint wants to hear of an event; asked before a job is spent on it."""
    return _hearing(kind_of(type(event).__name__)).exists()


def dispatch(event: Any, *, entry: Entry) -> None:
    """Put an event on its way to every endpoint that hears its kind."""
    _dispatch(list(_hearing(kind_of(type(event).__name__))), entry)


@transaction.atomic
def ping(*, endpoint: Endpoint, by: By, at: datetime) -> None:
    """Send one endpoint a sign of life, whatever kinds it hears."""
    associates.must(by, "webhook.edit")
    if endpoint.disabled_at is not None:
        raise Refused("This endpoint is disabled. Enable it first.")
    _dispatch([endpoint], events.record(EndpointPinged(endpoint.pk), by=by, at=at))


def drain(*, endpoint: int, patient: bool = True) -> None:
    """Deliver the next that is due to one endpoint; runs in the worker, and only a `patient` hand waits for a slow one.

    One delivery a turn, so that whoever else waits has the next.
    """
    row = Endpoint.objects.live().filter(pk=endpoint).first()
    if row is None:
        return
    now = timezone.now()
    if row.is_slow and not patient:
        _wake(row, at=now)
        return
    if not backoff.take_lease(destination=row, at=now):
        _wake(row, at=row.busy_until)
        return
    try:
        _deliver_next(row)
    finally:
        backoff.release_lease(destination=row)
    _wake_for_the_next(row)


def _hearing(kind: str) -> EndpointQuerySet:
    return Endpoint.objects.live().filter(Q(kinds=[]) | Q(kinds__contains=[kind]))


@transaction.atomic
def _dispatch(endpoints: Sequence[Endpoint], entry: Entry) -> None:
    kind = kind_of(entry.kind)
    body = msgspec.json.encode({"type": kind, "timestamp": entry.at.isoformat(), "data": entry.data}).decode()
    Delivery.objects.bulk_create(
        [
            Delivery(
                endpoint=endpoint, entry_id=entry.pk, kind=kind, body=body, created_at=entry.at, next_try_at=entry.at
            )
            for endpoint in endpoints
        ],
        ignore_conflicts=True,
    )
    for endpoint in endpoints:
        _wake(endpoint, at=None)


def _deliver_next(endpoint: Endpoint) -> None:
    now = timezone.now()
    delivery = endpoint.deliveries.due(at=now).first()
    endpoint.refresh_from_db(fields=KNOWN)  # only now that it is ours: another may have found out more
    if delivery is not None and not endpoint.rests(at=now) and endpoint.disabled_at is None:
        _deliver(delivery, endpoint)


def _deliver(delivery: Delivery, endpoint: Endpoint) -> None:
    """Try once and write down how it went; the answer may come long after the question."""
    began = time.monotonic()
    try:
        answer = _post(delivery, endpoint)
    except (http.Unreachable, Refused) as error:
        _judge_pace(endpoint, took_s=time.monotonic() - began)
        _failed(delivery, endpoint, None, f"{error}", None, at=timezone.now())
        return
    _judge_pace(endpoint, took_s=time.monotonic() - began)
    text = answer.body[:500].decode("utf-8", "replace").replace("\x00", "")
    if answer.is_success:
        _taken(delivery, endpoint, answer.status, text, at=timezone.now())
    else:
        wait_s = _wait_s(answer.status, answer.headers.get("retry-after", ""), at=timezone.now())
        _failed(delivery, endpoint, answer.status, text, wait_s, at=timezone.now())


def _post(delivery: Delivery, endpoint: Endpoint) -> http.Response:
    body, asked_at = delivery.body.encode(), timezone.now()
    keys = webhooks.secrets_of(endpoint, at=asked_at)
    signed = signing.headers(secrets=keys, message=f"msg_{delivery.pk.hex}", at=asked_at, body=body)
    return http.post(
        endpoint.url,
        body=body,
        headers={"Content-Type": "application/json", "User-Agent": "Heedful", **signed},
        timeout_s=TIMEOUT_S,
    )


def _judge_pace(endpoint: Endpoint, *, took_s: float) -> None:
    """Remember whether an endpoint is slow, so that those that are share one hand."""
    is_slow = took_s > SLOW_S
    if is_slow != endpoint.is_slow:
        endpoint.is_slow = is_slow
        endpoint.save(update_fields=["is_slow"])


@transaction.atomic
def _taken(delivery: Delivery, endpoint: Endpoint, status: int, answer: str, *, at: datetime) -> None:
    DeliveryTry.objects.create(delivery=delivery, at=at, status=status, answer=answer)
    delivery.state, delivery.next_try_at = Sending.SENT, None
    delivery.save(update_fields=["state", "next_try_at"])
    backoff.note_recovery(destination=endpoint)


@transaction.atomic
def _failed(
    delivery: Delivery, endpoint: Endpoint, status: int | None, answer: str, wait_s: int | None, *, at: datetime
) -> None:
    DeliveryTry.objects.create(delivery=delivery, at=at, status=status, answer=answer)
    tries = delivery.tries.count()
    if tries > len(PAUSES_S):
        delivery.state, delivery.next_try_at = Sending.FAILED, None
    else:
        delivery.next_try_at = at + max(backoff.pause(PAUSES_S, tries), timedelta(seconds=wait_s or 0))
    delivery.save(update_fields=["state", "next_try_at"])
    backoff.note_failure(destination=endpoint, schedule=ENDPOINT_PAUSES_S, wait_s=wait_s, at=at)
    if status == 410:
        webhooks.disable(endpoint=endpoint, reason="It answered that it is gone (410).", by=SYSTEM, at=at)
    elif endpoint.failing_since is not None and at - endpoint.failing_since > DISABLES_AFTER:
        said = f"It failed for four days. The last answer was {status or 'none'}: {answer}"
        webhooks.disable(endpoint=endpoint, reason=said, by=SYSTEM, at=at)


def _wait_s(status: int, retry_after: str, *, at: datetime) -> int | None:
    """Return how long the other side asks us to wait: what it says, else a minute when it is overloaded."""
    asked = 60 if status in SLOW_DOWN else None
    if retry_after.strip().isascii() and retry_after.strip().isdigit():
        asked = int(retry_after.strip()[:9])
    elif retry_after:
        with contextlib.suppress(ValueError, TypeError):
            asked = int((parsedate_to_datetime(retry_after) - at).total_seconds())
    return None if asked is None else max(0, min(asked, LONGEST_WAIT_S))


def _wake_for_the_next(endpoint: Endpoint) -> None:
    upcoming = endpoint.deliveries.filter(state=Sending.WAITING).order_by("next_try_at")
    first = upcoming.values_list("next_try_at", flat=True).first()
    if first is not None:
        _wake(endpoint, at=max(first, endpoint.resting_until or first))


def _wake(endpoint: Endpoint, *, at: datetime | None) -> None:
    """Have an endpoint served, now or at a time; only what waits for a time is looked up, so that nobody waits here."""
    once = None if at is None else f"endpoint {endpoint.pk} {at:%Y%m%d%H%M%S} {endpoint.is_slow}"
    queue = jobs.SLOW_WEBHOOKS if endpoint.is_slow else jobs.WEBHOOKS
    jobs.enqueue(drain, at=at, queueing_lock=once, queue=queue, endpoint=endpoint.pk, patient=endpoint.is_slow)
