"""The kinds of touchpoint that there are: met when they first arrive, named and placed by the company."""

import difflib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from heedful.associates import associates
from heedful.customers import layers
from heedful.customers.models import Stage, TouchpointKind
from heedful.customers.slugs import RESERVED
from heedful.kit import memory
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.kit.names import one_line
from heedful.ledger import events

STALE_S = 20
MOST = 10_000
"""Programs that put numbers into names send ever new ones: beyond so many touchpoints are kept, kinds not listed."""
NOTED_EVERY = timedelta(hours=1)
ALIKE = 0.7
"""How much of a name must be the same for it to be what somebody may have meant."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TouchpointKindPlaced:
    """A kind of touchpoint got a name, and a stage of the relationship into which it may move customers."""

    kind: str
    name: str
    stage: str
    moves_stage: bool


@dataclass(frozen=True, slots=True)
class AwaitedKindsArrived:
    """Touchpoints came in for the first time of kinds that a promise or a survey waits for."""

    kinds: list[str]


@dataclass(frozen=True, slots=True)
class _CachedKind:
    stage: str = ""
    moves_stage: bool = False
    arrived_at: datetime = NEVER
    sources: frozenset[str] | None = None
    """Who brought it, as layers have it, where an import did."""

    def is_brought_by(self, import_id: int | None) -> bool:
        """Whether it is written down that this import, or somebody who is none, brought it."""
        return self.sources is None or layers.key(import_id) in self.sources


_kinds: dict[str, _CachedKind] = {}
"""Put in place as a whole when the kinds are read: the threads beside must know them at every moment."""
_read_at = [-1e9]


@memory.register(stale_s=STALE_S)
def forget() -> None:
    """Read the kinds anew at the next arrival."""
    _read_at[0] = -1e9


def register(*, slugs: Collection[str], import_id: int | None = None, at: datetime) -> None:
    """Write down kinds that are seen for the first time, and to the hour when each last arrived.

    What an import brings is known as its own, so that it can be taken back.
    """
    if monotonic() - _read_at[0] > STALE_S:
        _read_all()
    remembered = _kinds
    new = sorted({slug for slug in slugs if slug not in remembered})
    if new and len(remembered) + len(new) <= MOST:
        imported = None if import_id is None else {layers.key(import_id): None}
        TouchpointKind.objects.bulk_create(
            [TouchpointKind(slug=slug, last_arrived_at=at, imported=imported) for slug in new], ignore_conflicts=True
        )
        _note(new, import_id, at, is_waiting=True)
    first = sorted({slug for slug in slugs if remembered.get(slug, _CachedKind()).arrived_at == NEVER})
    awaited = _first_arrivals(first, import_id, at) if first else []
    if awaited:
        events.record(AwaitedKindsArrived(awaited), by=SYSTEM, at=at)
    before = sorted({slug for slug in slugs if slug in remembered}.difference(awaited))
    if unclaimed := [slug for slug in before if not remembered[slug].is_brought_by(import_id)]:
        _note(unclaimed, import_id, at, is_waiting=True)
    if old := [slug for slug in before if remembered[slug].arrived_at < at - NOTED_EVERY and slug not in unclaimed]:
        _note(old, import_id, at)


def _first_arrivals(slugs: Sequence[str], import_id: int | None, at: datetime) -> list[str]:
    """Note those that were waited for and had never come; a batch beside this one that notes them is waited for."""
    rows = TouchpointKind.objects.filter(pk__in=slugs, last_arrived_at=None).select_for_update().order_by("pk")
    awaited = [row.pk for row in rows if row.watchers]
    if awaited:
        _note(awaited, import_id, at, is_waiting=True)
    return awaited


def _read_all() -> None:
    global _kinds
    began = monotonic()
    _kinds = {kind.pk: _read(kind) for kind in TouchpointKind.objects.relevant_first()[:MOST]}
    _read_at[0] = began


def _remember(rows: Collection[TouchpointKind]) -> None:
    """Know that kinds arrived; where each belongs may have been read since, and stays."""
    for row in rows:
        kind, read = _kinds.get(row.pk, _CachedKind()), _read(row)
        _kinds[row.pk] = replace(kind, arrived_at=max(kind.arrived_at, read.arrived_at), sources=read.sources)


def check(slug: str) -> str:
    """Return a kind that came from outside, or refuse one that only Heedful itself writes."""
    if slug.startswith(RESERVED):
        raise Refused(f"Kinds that begin with {RESERVED!r} are written by Heedful alone.", code="reserved")
    return slug


def stage_of(slug: str) -> str:
    """The stage that the company placed a kind in, or nothing."""
    kind = _kinds.get(slug)
    return kind.stage if kind else ""


def moving(slugs: Collection[str]) -> dict[str, str]:
    """Return those of these kinds that move a customer, with the stage into which each does."""
    kinds = _kinds
    return {slug: kind.stage for slug in slugs if (kind := kinds.get(slug)) and kind.moves_stage and kind.stage}


def names() -> dict[str, str]:
    """What the company calls kinds, by kind; those that it has not named are left out."""
    return dict(pairs())


def pairs() -> QuerySet[TouchpointKind, tuple[str, str]]:
    """The kinds that the company has named, each with its name, for whoever reads them with other things."""
    return TouchpointKind.objects.exclude(name="").values_list("slug", "name")


def unseen(*, slugs: Iterable[str]) -> list[str]:
    """Return those of these kinds of which none has arrived yet; what Heedful itself writes comes by itself."""
    sent = [slug for slug in dict.fromkeys(slugs) if slug and not slug.startswith(RESERVED)]
    if not sent:
        return []
    arrived = set(TouchpointKind.objects.filter(pk__in=sent).exclude(last_arrived_at=None).values_list("pk", flat=True))
    return [slug for slug in sent if slug not in arrived]


def nearest(slugs: Collection[str]) -> dict[str, str]:
    """By each of these kinds the one that has come in whose code or name is most like it; nothing where none is."""
    if not slugs:
        return {}
    arrived = TouchpointKind.objects.exclude(last_arrived_at=None).exclude(pk__in=slugs)
    spelled = {
        text.casefold(): pk for pk, name in arrived.values_list("pk", "name")[:MOST] for text in (name, pk) if text
    }
    alike = {slug: difflib.get_close_matches(slug.casefold(), spelled, n=1, cutoff=ALIKE) for slug in slugs}
    return {slug: spelled[matches[0]] if matches else "" for slug, matches in alike.items()}


@transaction.atomic
def place(*, kind: TouchpointKind, name: str, stage: Stage | None, moves_stage: bool, by: By, at: datetime) -> None:
    """Say what a kind is called, in which stage it happens, and whether who does it is in that stage from then on.

    What arrives later is placed so; every process knows it after `KNOWN_FOR_S` at the latest.
    """
    associates.must(by, "stage.edit")
    if moves_stage and stage is None:
        raise Refused("Choose the stage into which it moves customers.")
    kind.name, kind.stage, kind.moves_stage = one_line(name, most=120), stage, moves_stage
    kind.save(update_fields=["name", "stage", "moves_stage"])
    events.record(TouchpointKindPlaced(kind.pk, kind.name, stage.pk if stage else "", moves_stage), by=by, at=at)
    transaction.on_commit(forget)


def watch(*, slugs: Collection[str]) -> None:
    """Say that a promise or a survey waits for these kinds, so that their arrival is looked at."""
    TouchpointKind.objects.bulk_create([TouchpointKind(slug=slug) for slug in slugs], ignore_conflicts=True)
    TouchpointKind.objects.filter(pk__in=slugs).update(watchers=F("watchers") + 1)


def unwatch(*, slugs: Collection[str]) -> None:
    """Take back one `watch`."""
    TouchpointKind.objects.filter(pk__in=slugs).update(watchers=Greatest(F("watchers") - 1, 0))


def _read(kind: TouchpointKind) -> _CachedKind:
    sources = None if kind.imported is None else frozenset(kind.imported)
    return _CachedKind(kind.stage_id or "", kind.moves_stage, kind.last_arrived_at or NEVER, sources)


ARRIVED = "arrived"


@transaction.atomic(savepoint=False)
def _note(slugs: list[str], import_id: int | None, at: datetime, *, is_waiting: bool = False) -> None:
    """Note that kinds arrived, and who brought them; if not `is_waiting`, one that another batch notes is left."""
    named = TouchpointKind.objects.filter(pk__in=slugs).order_by("pk")
    rows = list(named.select_for_update(no_key=True, skip_locked=not is_waiting))
    arrived = {ARRIVED: ["", at.astimezone(UTC).isoformat()]}
    for row in rows:
        row.imported = layers.added(row.imported, _arrival(row), arrived, import_id)
        row.last_arrived_at = max(row.last_arrived_at or NEVER, at)
    TouchpointKind.objects.bulk_update(rows, ["last_arrived_at", "imported"])
    transaction.on_commit(lambda: _remember(rows))


def _arrival(row: TouchpointKind) -> dict[str, list[str]]:
    """When a kind last arrived, as layers hold it."""
    return {ARRIVED: ["", row.last_arrived_at.astimezone(UTC).isoformat()]} if row.last_arrived_at else {}


def take_back(*, import_id: int) -> None:
    """Let kinds have arrived as if an import had not brought them; those that nobody else brought, or uses, go."""
    rows = TouchpointKind.objects.filter(imported__has_key=layers.key(import_id)).select_for_update().order_by("pk")
    left: list[TouchpointKind] = []
    gone: list[TouchpointKind] = []
    for row in rows:
        arrived, row.imported = layers.without(row.imported or {}, _arrival(row), import_id)
        row.last_arrived_at = datetime.fromisoformat(arrived[ARRIVED][1]) if arrived else None
        is_used = row.name or row.stage_id or row.watchers or arrived
        (left if is_used else gone).append(row)
    TouchpointKind.objects.bulk_update(left, ["last_arrived_at", "imported"])
    TouchpointKind.objects.filter(pk__in=[row.pk for row in gone]).delete()
    transaction.on_commit(forget)
