"""Keys: what a program shows to be let in. A key is shown once, and only its hash is kept."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from heedful.associates import associates
from heedful.associates.models import Associate, Brand, Key
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

SOURCE = re.compile(r"(?:api:)?key:(\d{1,18})")
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeyAdded:
    """A program may come in."""

    key: int
    name: str
    scope: str


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    """A program may no longer come in."""

    key: int


@transaction.atomic
def add(*, name: str, scope: str = Key.Scope.SEND, brand: Brand | None = None, by: By, at: datetime) -> tuple[Key, str]:
    """Make a key and return it with its secret, which is not kept and cannot be shown again."""
    associates.must(by, "key.edit")
    if not (stripped := names.one_line(name, most=120)):
        raise Refused("Give the key a name, such as the program that will use it.")
    secret = f"hk_{secrets.token_urlsafe(30)}"
    author = Associate.objects.filter(pk=by.id).first() if by.kind == "associate" else None
    key = Key.objects.create(
        name=stripped,
        prefix=secret[:9],
        digest=digest(secret),
        scope=Key.Scope(scope),
        brand=brand,
        created_by=author,
        created_at=at,
    )
    events.record(KeyAdded(key.pk, key.name, key.scope), by=by, at=at)
    return key, secret


@transaction.atomic
def revoke(*, key: Key, by: By, at: datetime) -> None:
    """Shut a program out, at once and for good."""
    associates.must(by, "key.edit")
    if Key.objects.live().filter(pk=key.pk).update(revoked_at=at) != 1:
        raise Refused("This key is already revoked.")
    key.revoked_at = at
    events.record(KeyRevoked(key.pk), by=by, at=at)


def find(secret: str) -> Key | None:
    """Return the live key that this is the secret of."""
    return Key.objects.live().filter(digest=digest(secret)).first() if secret else None


def names_of(sources: Iterable[str]) -> dict[str, str]:
    """What keys are called, by what stands where something came with one, such as `key:3`; others are left out."""
    numbers = {source: int(match[1]) for source in sources if (match := SOURCE.fullmatch(source))}
    if not numbers:
        return {}
    called = dict(Key.objects.filter(pk__in=numbers.values()).values_list("pk", "name"))
    return {source: called[number] for source, number in numbers.items() if number in called}


def note_use(*, key: Key, at: datetime) -> None:
    """Remember that a key was used, to the minute, so that a busy program does not write each time."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - NOTED_EVERY)
    Key.objects.filter(stale, pk=key.pk).update(last_used_at=at)


def digest(secret: str) -> str:
    """Return what is kept of a secret; it is long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
