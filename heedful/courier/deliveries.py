"""Deliveries: one event on its way to each endpoint that hears it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Q

from heedful.associates import associates
from heedful.courier import outbox
from heedful.courier.carriers import webhook
from heedful.courier.kinds import kind_of
from heedful.courier.models import Endpoint, EndpointQuerySet
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.ledger.models import Entry


@dataclass(frozen=True, slots=True)
class EndpointPinged:
    """Somebody wants to see whether an endpoint hears."""

    endpoint: int


def is_heard(event: Any) -> bool:
    """Tell whether any endpoint wants to hear of an event; asked before a job is spent on it."""
    return _hearing(kind_of(type(event).__name__)).exists()


def dispatch(event: Any, *, entry: Entry) -> None:
    """Put an event on its way to every endpoint that hears its kind."""
    _put(list(_hearing(kind_of(type(event).__name__)).select_related("destination")), entry)


@transaction.atomic
def ping(*, endpoint: Endpoint, by: By, at: datetime) -> None:
    """Send one endpoint a sign of life, whatever kinds it hears."""
    associates.must(by, "webhook.edit")
    if endpoint.disabled_at is not None:
        raise Refused("This endpoint is disabled. Enable it first.")
    _put([endpoint], events.record(EndpointPinged(endpoint.pk), by=by, at=at))


def _hearing(kind: str) -> EndpointQuerySet:
    return Endpoint.objects.live().filter(Q(kinds=[]) | Q(kinds__contains=[kind]))


def _put(endpoints: Sequence[Endpoint], entry: Entry) -> None:
    kind = kind_of(entry.kind)
    body = msgspec.json.encode({"type": kind, "timestamp": entry.at.isoformat(), "data": entry.data}).decode()
    drafts = [
        outbox.Draft(
            destination=endpoint.destination,
            purpose=kind,
            reference=f"delivery:{endpoint.pk}:{entry.pk}",
            message_id=f"msg_{uuid.uuid4().hex}",
            payload={"body": body},
        )
        for endpoint in endpoints
    ]
    outbox.put(drafts=drafts, carrier=webhook.CARRIER, by=SYSTEM, at=entry.at)
