"""The link with which somebody who was added chooses a password and comes in: it works once, for a week."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedful.associates import associates, keys
from heedful.associates.models import Associate, WelcomeLink
from heedful.kit.actor import By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger import events

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WelcomeLinkMade:
    """Somebody was given a way to come in; the link itself is nowhere."""

    associate: int
    ends_earlier: bool
    """Whether a link that would still have let them in ended by it."""


@dataclass(frozen=True, slots=True)
class WelcomeLinkUsed:
    """Somebody came in for the first time, by the link."""

    associate: int


@transaction.atomic
def make(*, associate: Associate, by: By, at: datetime) -> str:
    """Make the word that lets somebody in who has no password yet; an earlier one stops working."""
    associates.must(by, "associate.edit")
    row = Associate.objects.select_for_update().get(pk=associate.pk)
    if not row.is_active:
        raise Refused(f"{row.name} is deactivated. Let them in again first.")
    if row.has_usable_password():
        raise Refused(f"{row.name} has a password already. Whoever forgot theirs sets a new one at the log-in.")
    token = secrets.token_urlsafe(24)
    ends_earlier = pending(associate=row, at=at) is not None
    WelcomeLink.objects.filter(associate=row, used_at=None).delete()
    WelcomeLink.objects.create(associate=row, digest=keys.digest(token), created_at=at, expires_at=at + LASTS)
    events.record(WelcomeLinkMade(row.pk, ends_earlier), by=by, at=at)
    return token


def address(token: str) -> str:
    """Return where somebody comes in with a link's word."""
    return f"{settings.PUBLIC_URL}/setup/welcome/{token}"


def find(*, token: str, at: datetime) -> WelcomeLink | None:
    """Return the link that still lets somebody in: it is young, nobody used it, and its associate has no password."""
    fresh = WelcomeLink.objects.filter(digest=keys.digest(token), used_at=None, expires_at__gt=at)
    row = fresh.select_related("associate").first()
    return row if row and row.associate.is_active and not row.associate.has_usable_password() else None


def pending(*, associate: Associate, at: datetime) -> WelcomeLink | None:
    """Return the link with which somebody may still come in."""
    return WelcomeLink.objects.filter(associate=associate, used_at=None, expires_at__gt=at).first()


@transaction.atomic
def use(*, token: str, password: str, at: datetime) -> Associate:
    """Let somebody in with a password of their own; the link is used up."""
    row = find(token=token, at=at)
    if row is None or WelcomeLink.objects.filter(pk=row.pk, used_at=None).update(used_at=at) != 1:
        raise Forbidden("This link does not work any more. Ask whoever invited you for another one, or log in.")
    associates.set_password(associate=row.associate, password=password, by=row.associate.by, at=at)
    events.record(WelcomeLinkUsed(row.associate_id), by=row.associate.by, at=at)
    return row.associate
