"""The first administrator: a link that works once, and the set-up behind it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedful.associates import associates, company, teams
from heedful.associates.models import Associate, FirstLink, Role, Team
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden
from heedful.ledger import events

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class HouseSetUp:
    """The first administrator came in and gave the company its name."""

    associate: int
    company: str


@transaction.atomic
def link(*, at: datetime) -> str:
    """Make the one-time link; an earlier one that nobody used stops working."""
    token = secrets.token_urlsafe(24)
    FirstLink.objects.filter(used_at=None).delete()
    FirstLink.objects.create(digest=_digest(token), created_at=at)
    return f"{settings.PUBLIC_URL}/setup/first/{token}"


def is_open(*, token: str, at: datetime) -> bool:
    """Whether this link still lets somebody in: it is young, nobody used it, and nobody is here yet."""
    fresh = FirstLink.objects.filter(digest=_digest(token), used_at=None, created_at__gt=at - LASTS)
    return fresh.exists() and not Associate.objects.exists()


@transaction.atomic
def set_up(
    *,
    token: str,
    company_name: str,
    colour: str,
    country: str,
    time_zone: str,
    currency: str = "",
    email: str,
    name: str,
    password: str,
    at: datetime,
) -> Associate:
    """Found the company and let its first administrator in; the link is used up."""
    used = FirstLink.objects.select_for_update().filter(digest=_digest(token), used_at=None)
    if not is_open(token=token, at=at) or used.update(used_at=at) != 1:
        raise Forbidden("This link does not work any more. Start Heedful again for a new one, or log in.")
    company.edit(
        name=company_name,
        colour=colour,
        time_zone=time_zone,
        currency=currency,
        country=country,
        by=SYSTEM,
        at=at,
    )
    if not Team.objects.exists():
        teams.add(name="Care", is_default=True, by=SYSTEM, at=at)
    admin = associates.add(email=email, name=name, role=Role.ADMIN, password=password, by=SYSTEM, at=at)
    events.record(HouseSetUp(admin.pk, company_name), by=admin.by, at=at)
    return admin


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
