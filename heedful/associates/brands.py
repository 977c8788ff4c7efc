"""Brands: the business units of the company, under whose names it serves parts of its customers.

A company without brands hears of none. What is of a brand stays so: a brand is archived, never removed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.db import transaction
from django.db.models import Value

from heedful.associates import associates
from heedful.associates.models import Brand
from heedful.kit import locks, memory, names, visibility
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events

STALE_S = 3.0
MOST = 200
"""More business units than any company has; a name that a program counts up shall not make a list of thousands."""
RESERVED = ("none",)
"""Words that stand in an address for what is of no brand."""


@dataclass(frozen=True, slots=True)
class BrandAdded:
    """The company has another business unit."""

    brand: int
    name: str


@dataclass(frozen=True, slots=True)
class BrandRenamed:
    """A brand is called something else; what is of it follows."""

    brand: int
    name: str


@dataclass(frozen=True, slots=True)
class BrandArchived:
    """A brand is no longer offered; what is of it stays."""

    brand: int


@dataclass(frozen=True, slots=True)
class BrandRestored:
    """A brand that was archived is offered again."""

    brand: int


_by_id: dict[int, Brand] = {}
_by_name: dict[str, int] = {}
"""By every name under which a message may say a brand, in small letters. Both are put in place as a whole."""
_until = [0.0]


@memory.register(stale_s=STALE_S)
def forget() -> None:
    """Read the brands anew."""
    _until[0] = 0.0


def _read() -> None:
    global _by_id, _by_name
    if _until[0] < monotonic():
        rows = list(Brand.objects.order_by("name"))
        _by_id = {row.pk: row for row in rows}
        _by_name = {name.casefold(): row.pk for row in rows for name in (row.name, row.slug)}
        _until[0] = monotonic() + STALE_S


def every() -> Mapping[int, Brand]:
    """Every brand by its number, in the order of names, archived ones too."""
    _read()
    return _by_id


def visible() -> list[Brand]:
    """The brands that may be seen here, by name."""
    return [row for row in every().values() if visibility.is_visible(row.pk)]


def numbers() -> Mapping[str, int]:
    """The number of each brand by its name and its short name, in small letters; empty where there are none."""
    _read()
    return _by_name


def find(name: str) -> int | None:
    """The brand that a word names, by its name or its short name."""
    return numbers().get(name.strip().casefold())


def name_of(brand: int | None) -> str:
    """What a brand is called; nothing where there is none."""
    row = every().get(brand or 0)
    return row.name if row else ""


def slug_of(brand: int | None) -> str:
    """What a brand is called in addresses; nothing where there is none."""
    row = every().get(brand or 0)
    return row.slug if row else ""


def check(slug: str) -> int:
    """Return the number of a brand that may be seen here, or refuse."""
    number = find(slug)
    if number is None or not visibility.is_visible(number):
        raise Refused(f"There is no brand called {slug[:60]}.", code="no_such_brand")
    return number


def own() -> int | None:
    """The brand of what somebody begins who is limited: the first of theirs; none where nobody is limited."""
    parts = visibility.current()
    return min(parts) if parts else None


@transaction.atomic
def add(*, name: str, by: By, at: datetime) -> Brand:
    """Found a business unit."""
    associates.must(by, "brand.edit")
    name = _free_name(name)
    if Brand.objects.count() >= MOST:
        raise Refused(f"There may be {MOST} brands.")
    taken = {*Brand.objects.values_list("slug", flat=True), *RESERVED}
    row = Brand.objects.create(slug=names.slug(name, otherwise="brand", most=60, taken=taken), name=name, created_at=at)
    events.record(BrandAdded(row.pk, name), by=by, at=at)
    transaction.on_commit(forget)
    return row


@transaction.atomic
def rename(*, brand: Brand, name: str, by: By, at: datetime) -> None:
    """Call a brand something else; its short name stays, so that programs and addresses go on."""
    associates.must(by, "brand.edit")
    brand.name = _free_name(name, besides=brand)
    brand.save(update_fields=["name"])
    events.record(BrandRenamed(brand.pk, brand.name), by=by, at=at)
    transaction.on_commit(forget)


@transaction.atomic
def archive(*, brand: Brand, by: By, at: datetime) -> None:
    """Offer a brand no longer; what is of it stays, and what still names it is taken."""
    associates.must(by, "brand.edit")
    if Brand.objects.filter(pk=brand.pk, archived_at=None).update(archived_at=at) != 1:
        raise Refused("This brand is archived already.")
    brand.archived_at = at
    events.record(BrandArchived(brand.pk), by=by, at=at)
    transaction.on_commit(forget)


@transaction.atomic
def restore(*, brand: Brand, by: By, at: datetime) -> None:
    """Offer an archived brand again."""
    associates.must(by, "brand.edit")
    if Brand.objects.filter(pk=brand.pk, archived_at__isnull=False).update(archived_at=Value(None)) != 1:
        raise Refused("This brand is not archived.")
    brand.archived_at = None
    events.record(BrandRestored(brand.pk), by=by, at=at)
    transaction.on_commit(forget)


def _free_name(name: str, besides: Brand | None = None) -> str:
    if not (stripped := names.one_line(name, most=120)):
        raise Refused("Give the brand a name.")
    locks.lock(Brand)
    others = Brand.objects.exclude(pk=besides.pk) if besides else Brand.objects.all()
    if stripped.casefold() in RESERVED or any(stripped.casefold() in (row.name.casefold(), row.slug) for row in others):
        raise Refused(f"There is already a brand called {stripped}.")
    return stripped
