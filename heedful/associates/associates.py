"""Our people: who they are, and what each may do."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from heedful.associates import guesses, permissions
from heedful.associates.models import Associate, Brand, Key, Role, Team, WelcomeLink
from heedful.kit import emails, locks, names
from heedful.kit.actor import By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger import events

ALREADY_HERE = "already_here"
"""Why somebody is not added: their address is somebody's who was."""


@dataclass(frozen=True, slots=True)
class AssociateAdded:
    """Somebody may come in."""

    associate: int
    email: str
    role: str


@dataclass(frozen=True, slots=True)
class AssociateChanged:
    """Address, name, role or team of somebody became another."""

    associate: int
    email: str
    name: str
    role: str
    team: int | None
    brands: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AssociateDeactivated:
    """Somebody may no longer come in."""

    associate: int


@dataclass(frozen=True, slots=True)
class AssociateReactivated:
    """Somebody may come in again."""

    associate: int


@dataclass(frozen=True, slots=True)
class PasswordSet:
    """A password was set for somebody; the password itself is nowhere."""

    associate: int


@dataclass(frozen=True, slots=True)
class AssociateChoseMails:
    """Somebody said which mails they want to have from us."""

    associate: int
    hears_escalations: bool


def may(who: Associate | AnonymousUser | By, action: str, thing: Any = None) -> bool:
    """Say whether somebody may do something, to a thing where it matters; see the table in `permissions`."""
    allowed = permissions.TABLE[action]
    if isinstance(who, By):
        return _actor_may(who, action, thing)
    if not isinstance(who, Associate) or not who.is_active:
        return False
    if action in permissions.OWN and thing is not None and thing != who:
        return False
    if who.limit is not None and action not in permissions.OF_BRANDS:
        return False
    return who.role in allowed


def must(who: Associate | AnonymousUser | By, action: str, thing: Any = None) -> None:
    """Refuse who may not."""
    if not may(who, action, thing):
        raise Forbidden("You may not do this. Ask an administrator if you need to.")


def _actor_may(by: By, action: str, thing: Any) -> bool:
    if by.kind in {"system", "import"}:
        return True
    if by.kind == "key":
        key = Key.objects.live().filter(pk=by.id).only("scope", "brand").first()
        if key is None or key.scope != Key.Scope.FULL or action not in permissions.KEYS:
            return False
        return key.limit is None or action in permissions.OF_BRANDS
    if by.kind == "associate":
        associate = Associate.objects.filter(pk=by.id).first()
        return associate is not None and may(associate, action, thing)
    return False


@transaction.atomic
def add(
    *,
    email: str,
    name: str,
    role: str,
    team: Team | None = None,
    brands: Collection[int] = (),
    password: str | None = None,
    by: By,
    at: datetime,
) -> Associate:
    """Let somebody in, to everything or to some brands alone.

    Without a password they come in by single sign-on, or with one that is set later.
    """
    must(by, "associate.edit")
    address = _free_email(email)
    associate = Associate(email=address, name=_checked_name(name), role=Role(role), team=team, created_at=at)
    associate.brands = _limit(role, brands)
    associate.set_password(password)
    associate.save()
    events.record(AssociateAdded(associate.pk, address, role), by=by, at=at)
    return associate


@transaction.atomic
def edit(
    *,
    associate: Associate,
    email: str,
    name: str,
    role: str,
    team: Team | None,
    brands: Collection[int] | None = None,
    by: By,
    at: datetime,
) -> None:
    """Change how somebody comes in and is called, what they are here for, with whom they work, and for which brands.

    Without `brands` the limit stays as it is; an empty one takes it away.
    """
    must(by, "associate.edit")
    address = _free_email(email, but_for=associate)
    if associate.role == Role.ADMIN and role != Role.ADMIN:
        _keep_an_admin(besides=associate)
    associate.name, associate.role, associate.team = _checked_name(name), Role(role), team
    associate.brands = _limit(role, associate.brands if brands is None else brands)
    if address != associate.email:
        associate.email = address
        EmailAddress.objects.filter(user=associate).delete()  # else the log-in goes on knowing the old one
        WelcomeLink.objects.filter(associate=associate, used_at=None).delete()  # whoever has that address may have it
    associate.save(update_fields=["email", "name", "role", "team", "brands"])
    of_team = team.pk if team else None
    changed = AssociateChanged(associate.pk, address, associate.name, role, of_team, associate.brands)
    events.record(changed, by=by, at=at)


@transaction.atomic
def deactivate(*, associate: Associate, by: By, at: datetime) -> None:
    """Shut somebody out from their next click on; what they did stays under their name."""
    must(by, "associate.edit")
    if _is(by, associate):
        raise Refused("You cannot deactivate yourself. Another administrator can.")
    if not associate.is_active:
        raise Refused(f"{associate.name} is already deactivated.")
    if associate.role == Role.ADMIN:
        _keep_an_admin(besides=associate)
    WelcomeLink.objects.filter(associate=associate, used_at=None).delete()
    associate.is_active = False
    associate.save(update_fields=["is_active"])
    events.record(AssociateDeactivated(associate.pk), by=by, at=at)


@transaction.atomic
def reactivate(*, associate: Associate, by: By, at: datetime) -> None:
    """Let somebody in again."""
    must(by, "associate.edit")
    if associate.is_active:
        raise Refused(f"{associate.name} is already active.")
    associate.is_active = True
    associate.save(update_fields=["is_active"])
    events.record(AssociateReactivated(associate.pk), by=by, at=at)


@transaction.atomic
def set_password(*, associate: Associate, password: str, by: By, at: datetime) -> None:
    """Give somebody a new password."""
    if not _is(by, associate):
        must(by, "associate.edit")
    associate.set_password(password)
    associate.save(update_fields=["password"])
    guesses.clear(account=str(associate.pk))
    events.record(PasswordSet(associate.pk), by=by, at=at)


@transaction.atomic
def choose_mails(*, associate: Associate, hears_escalations: bool, by: By, at: datetime) -> None:
    """Say which mails one wants to have oneself."""
    must(by, "account.edit")
    if not _is(by, associate):
        raise Refused("Everybody chooses their own mails.")
    associate.hears_escalations = hears_escalations
    associate.save(update_fields=["hears_escalations"])
    events.record(AssociateChoseMails(associate.pk, hears_escalations), by=by, at=at)


def _limit(role: str, brands: Collection[int]) -> list[int]:
    """The brands to which somebody is limited, as they are kept; who sets the house up sees all of it."""
    if brands and role == Role.ADMIN:
        raise Refused("An administrator sees every brand. Choose another role, or no brand.")
    numbers = set(Brand.objects.filter(pk__in=brands).values_list("pk", flat=True)) if brands else set()
    if len(numbers) < len(set(brands)):
        raise Refused("Choose brands that there are.", code="no_such_brand")
    return sorted(numbers)


def _is(by: By, associate: Associate) -> bool:
    return (by.kind, by.id) == ("associate", str(associate.pk))


def _keep_an_admin(*, besides: Associate) -> None:
    # All of them are held, in one order: of two who shut each other out at once the second finds the first gone.
    admins = Associate.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    if not [admin for admin in admins if admin != besides]:
        raise Refused("This is the only administrator. Make somebody else one first.")


def _free_email(email: str, *, but_for: Associate | None = None) -> str:
    address = _checked_email(email)
    locks.lock(Associate)
    if Associate.objects.filter(email__iexact=address).exclude(pk=but_for.pk if but_for else 0).exists():
        raise Refused(f"{address} is already here.", code=ALREADY_HERE)
    return address


def _checked_email(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
        emails.wire(address)
    except (ValueError, ValidationError):
        raise Refused(f"{address!r} is not an e-mail address.") from None
    return address


def _checked_name(name: str) -> str:
    if not (stripped := names.one_line(name)):
        raise Refused("Give a name.")
    return stripped[:120]
