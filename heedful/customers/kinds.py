"""The kinds of touchpoint that there are: met when they first arrive, named and placed by the company."""

from collections.abc import Collection
from time import monotonic

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from heedful.customers.models import Kind

KNOWN_FOR_S = 20
_stages: dict[str, str] = {}
_read_at = [-1e9]


def forget() -> None:
    """Read the kinds anew at the next arrival."""
    _stages.clear()
    _read_at[0] = -1e9


def meet(*, slugs: Collection[str]) -> None:
    """Write down kinds that are seen for the first time."""
    if monotonic() - _read_at[0] > KNOWN_FOR_S:
        forget()
        _stages.update({kind: stage or "" for kind, stage in Kind.objects.values_list("pk", "stage_id")})
        _read_at[0] = monotonic()
    if new := sorted(set(slugs) - _stages.keys()):
        Kind.objects.bulk_create([Kind(slug=slug) for slug in new], ignore_conflicts=True)
        transaction.on_commit(lambda: _stages.update(dict.fromkeys(new, "")))


def stage_of(slug: str) -> str:
    """The stage that the company placed a kind in, or nothing."""
    return _stages.get(slug, "")


def watch(*, slugs: Collection[str]) -> None:
    """Say that a promise or a survey waits for these kinds, so that their arrival is looked at."""
    Kind.objects.bulk_create([Kind(slug=slug) for slug in slugs], ignore_conflicts=True)
    Kind.objects.filter(pk__in=slugs).update(watchers=F("watchers") + 1)


def unwatch(*, slugs: Collection[str]) -> None:
    """Take back one `watch`."""
    Kind.objects.filter(pk__in=slugs).update(watchers=Greatest(F("watchers") - 1, 0))
