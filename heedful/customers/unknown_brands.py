"""What the messages of a key call a brand and is none of ours: kept as a property, and named on the key's page.

Shops call the maker of a thing its brand too, so that it is nothing to refuse: whoever misspelt one sees it there.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from heedful.associates import brands
from heedful.customers.models import UnknownBrand
from heedful.kit import memory, names

KEPT = 50
"""Names kept of one key: enough to see what it sends."""
NOTED_EVERY = timedelta(hours=1)
MOST_NOTED = 10_000

_noted: dict[tuple[int, str], datetime] = {}


@memory.register(stale_s=None)
def forget() -> None:
    """Note every name anew."""
    _noted.clear()


@transaction.atomic
def note(*, key: int, words: Collection[str], at: datetime) -> None:
    """Write down, to the hour, that messages of a key named these."""
    plain = {name for one in words if (name := names.one_line(one, most=80))}
    fresh = sorted(name for name in plain if _noted.get((key, name), datetime.min.replace(tzinfo=at.tzinfo)) <= at)
    if not fresh:
        return
    kept = set(UnknownBrand.objects.filter(key=key).values_list("name", flat=True))
    room = max(0, KEPT - len(kept))
    rows = [name for name in fresh if name in kept] + [name for name in fresh if name not in kept][:room]
    UnknownBrand.objects.bulk_create(
        [UnknownBrand(key_id=key, name=name, first_at=at, last_at=at) for name in sorted(rows)],
        update_conflicts=True,
        unique_fields=["key", "name"],
        update_fields=["last_at"],
    )
    transaction.on_commit(lambda: _remember(key, fresh, at))


def of(*, key: int) -> QuerySet[UnknownBrand]:
    """The names of a key that no brand has today, the latest first."""
    ours = {spelled for row in brands.every().values() for spelled in (row.name, row.slug)}
    return UnknownBrand.objects.filter(key=key).exclude(name__in=ours).order_by("-last_at", "name")


def _remember(key: int, fresh: Collection[str], at: datetime) -> None:
    if len(_noted) > MOST_NOTED:
        _noted.clear()
    _noted.update({(key, name): at + NOTED_EVERY for name in fresh})
