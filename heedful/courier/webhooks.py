"""Webhooks: who outside is told what happens here, and with which secret it is signed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from heedful.associates import associates
from heedful.associates.models import Associate, Role
from heedful.courier import backoff, digests
from heedful.courier import kinds as event_kinds
from heedful.courier.carriers.webhook import check, signing
from heedful.courier.carriers.webhook.destination import EndpointDisabled
from heedful.courier.digests import Digest, Letter
from heedful.courier.models import Destination, Endpoint
from heedful.kit import names
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.ledger.references import Reference

ALERT = "alert"


@dataclass(frozen=True, slots=True)
class EndpointAdded:
    """An address is told what happens here."""

    endpoint: int
    url: str


@dataclass(frozen=True, slots=True)
class EndpointChanged:
    """Name, address or kinds of an endpoint became others."""

    endpoint: int
    url: str
    kinds: list[str]


@dataclass(frozen=True, slots=True)
class EndpointSecretRotated:
    """An endpoint got a new secret; the old one signs beside it for a day."""

    endpoint: int


@dataclass(frozen=True, slots=True)
class EndpointEnabled:
    """An endpoint is told things again."""

    endpoint: int


@transaction.atomic
def add(*, url: str, name: str, kinds: Sequence[str] = (), by: By, at: datetime) -> Endpoint:
    """Tell an address what happens here: all of it, or the kinds named, such as `case.opened`."""
    associates.must(by, "webhook.edit")
    endpoint = Endpoint.objects.create(
        destination=Destination.objects.create(carrier="webhook", key=uuid.uuid4().hex),
        url=check.address(url),
        name=_checked_name(name),
        kinds=event_kinds.check(kinds),
        secret=signing.new_secret(),
        created_at=at,
    )
    events.record(EndpointAdded(endpoint.pk, endpoint.url), by=by, at=at)
    return endpoint


@transaction.atomic
def change(*, endpoint: Endpoint, url: str, name: str, kinds: Sequence[str], by: By, at: datetime) -> None:
    """Give an endpoint another address, name or choice of kinds."""
    associates.must(by, "webhook.edit")
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    row.url, row.name, row.kinds = check.address(url), _checked_name(name), event_kinds.check(kinds)
    row.save(update_fields=["url", "name", "kinds"])
    events.record(EndpointChanged(row.pk, row.url, row.kinds), by=by, at=at)


@transaction.atomic
def rotate(*, endpoint: Endpoint, by: By, at: datetime) -> str:
    """Give an endpoint a new secret and return it; for a day the old one signs beside it."""
    associates.must(by, "webhook.edit")
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    row.secret, row.old_secret, row.rotated_at = signing.new_secret(), row.secret, at
    row.save(update_fields=["secret", "old_secret", "rotated_at"])
    events.record(EndpointSecretRotated(row.pk), by=by, at=at)
    return row.secret


@transaction.atomic
def enable(*, endpoint: Endpoint, by: By, at: datetime) -> None:
    """Tell a disabled endpoint things again, from now on."""
    associates.must(by, "webhook.edit")
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if row.disabled_at is None:
        raise Refused("This endpoint is told things already.")
    row.disabled_at, row.disabled_reason = None, ""
    row.save(update_fields=["disabled_at", "disabled_reason"])
    backoff.note_recovery(destination=row.destination)
    events.record(EndpointEnabled(row.pk), by=by, at=at)


def tell_administrators(event: EndpointDisabled, *, entry: Entry) -> None:
    """Write to the administrators of an endpoint that was disabled by itself; of several at once in one mail."""
    if (entry.by_kind, entry.by_label) != (SYSTEM.kind, SYSTEM.label):
        return
    reference = Reference("endpoint", event.endpoint, f"{entry.at:%Y%m%d%H%M%S}")
    for admin in Associate.objects.filter(role=Role.ADMIN, is_active=True):
        digests.notify(associate=admin, purpose=ALERT, reference=reference, at=entry.at)


def _compose(admin: Associate, references: Sequence[Reference], _: datetime) -> Letter | None:
    """One mail about those that are still disabled."""
    numbers = {reference.number for reference in references}
    rows = list(Endpoint.objects.filter(pk__in=numbers).exclude(disabled_at=None).order_by("disabled_at", "pk"))
    if not rows or not (admin.is_active and admin.role == Role.ADMIN):
        return None
    subject = f"The webhook {names.one_line(rows[0].name)} was" if len(rows) == 1 else f"{len(rows)} webhooks were"
    lines = [f"Heedful tells {row.url} nothing any more. {row.disabled_reason}\n\n" for row in rows]
    again = "it works again, enable it" if len(rows) == 1 else "they work again, enable them"
    return Letter(f"{subject} disabled", f"{''.join(lines)}When {again} here: {settings.PUBLIC_URL}/setup/webhooks\n")


DIGEST = Digest(ALERT, _compose)


def _checked_name(name: str) -> str:
    if not (stripped := names.one_line(name)):
        raise Refused("Give the endpoint a name.")
    return stripped[:120]
