"""Webhooks: who outside is told what happens here, and with which secret it is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedful.associates import associates
from heedful.associates.models import Associate, Role
from heedful.courier import kinds as event_kinds
from heedful.courier import mails, signing
from heedful.courier.models import Endpoint, Sending
from heedful.kit import http, names
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.ledger.references import Reference

OLD_SECRET_FOR = timedelta(days=1)


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
class EndpointDisabled:
    """An endpoint is told nothing any more."""

    endpoint: int
    reason: str


@dataclass(frozen=True, slots=True)
class EndpointEnabled:
    """An endpoint is told things again."""

    endpoint: int


@transaction.atomic
def add(*, url: str, name: str, kinds: Sequence[str] = (), by: By, at: datetime) -> Endpoint:
    """Tell an address what happens here: all of it, or the kinds named, such as `case.opened`."""
    associates.must(by, "webhook.edit")
    endpoint = Endpoint.objects.create(
        url=_checked_url(url),
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
    row.url, row.name, row.kinds = _checked_url(url), _checked_name(name), event_kinds.check(kinds)
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
def disable(*, endpoint: Endpoint, reason: str, by: By, at: datetime) -> None:
    """Tell an endpoint nothing any more; what waits for it is given up."""
    associates.must(by, "webhook.edit")
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if row.disabled_at is not None:
        raise Refused("This endpoint is disabled already.")
    row.disabled_at, row.disabled_reason = at, reason[:300]
    row.save(update_fields=["disabled_at", "disabled_reason"])
    row.deliveries.filter(state=Sending.WAITING).update(state=Sending.FAILED, next_try_at=None)
    events.record(EndpointDisabled(row.pk, row.disabled_reason), by=by, at=at)
    if by == SYSTEM:
        _tell_administrators(row, at=at)


@transaction.atomic
def enable(*, endpoint: Endpoint, by: By, at: datetime) -> None:
    """Tell a disabled endpoint things again, from now on."""
    associates.must(by, "webhook.edit")
    row = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if row.disabled_at is None:
        raise Refused("This endpoint is told things already.")
    row.disabled_at, row.disabled_reason, row.resting_until, row.failing_since, row.failures = None, "", None, None, 0
    row.save(update_fields=["disabled_at", "disabled_reason", "resting_until", "failing_since", "failures"])
    events.record(EndpointEnabled(row.pk), by=by, at=at)


def secrets_of(endpoint: Endpoint, *, at: datetime) -> list[str]:
    """Return the secrets that sign at a moment: the current one, and after a rotation the old one for a day."""
    if endpoint.old_secret and endpoint.rotated_at is not None and at < endpoint.rotated_at + OLD_SECRET_FOR:
        return [endpoint.secret, endpoint.old_secret]
    return [endpoint.secret]


def _tell_administrators(endpoint: Endpoint, *, at: datetime) -> None:
    for admin in Associate.objects.filter(role=Role.ADMIN, is_active=True):
        mails.send(
            to=admin.email,
            to_name=admin.name,
            subject=f"The webhook {names.one_line(endpoint.name)} was disabled",
            text=(
                f"Heedful tells {endpoint.url} nothing any more. {endpoint.disabled_reason}\n\n"
                f"When it works again, enable it here: {settings.PUBLIC_URL}/setup/webhooks\n"
            ),
            purpose="alert",
            reference=Reference("endpoint", endpoint.pk, f"{at:%Y%m%d%H%M%S}:{admin.pk}"),
            by=SYSTEM,
            at=at,
        )


def _checked_url(url: str) -> str:
    cleaned = url.strip()
    if len(cleaned) > 500:
        raise Refused("This address is too long.")
    try:
        http.refuse_private(cleaned)
    except http.Unreachable as error:
        raise Refused(f"{error}.") from None
    return cleaned


def _checked_name(name: str) -> str:
    if not (stripped := names.one_line(name)):
        raise Refused("Give the endpoint a name.")
    return stripped[:120]
