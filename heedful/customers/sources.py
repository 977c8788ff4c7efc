"""Where touchpoints came from: each source is written down once, when it first brings something."""

import re
from collections.abc import Mapping
from time import monotonic

from django.db import transaction

from heedful.associates.models import Key
from heedful.customers.models import Source
from heedful.kit import memory

STALE_S = 20.0
MOST = 1_000
"""Beyond so many nobody chooses from a list any more."""
KEY = re.compile(r"(api:)?key:(\d{1,9})")
OWN = {"heedful": "Heedful", "survey": "Survey"}
"""What Heedful writes into the log itself."""

_written: dict[str, float] = {}
"""Source -> until when it need not be written again; it may be retired meanwhile."""
_read: dict[str, str] = {}
_until = [0.0]


@memory.register(stale_s=STALE_S)
def forget() -> None:
    """Read the sources anew."""
    _written.clear()
    _until[0] = 0.0


def register(source: str) -> None:
    """Write down a source that is seen for the first time."""
    if _written.get(source, 0.0) > monotonic():
        return
    Source.objects.bulk_create([Source(slug=source)], ignore_conflicts=True)
    transaction.on_commit(lambda: _written.update({source: monotonic() + STALE_S}))


def every() -> Mapping[str, str]:
    """Every source by its code, in words."""
    global _read
    if _until[0] < monotonic():
        slugs = list(Source.objects.order_by("slug").values_list("slug", flat=True)[:MOST])
        keys = {number: match for slug in slugs if (match := KEY.fullmatch(slug)) and (number := int(match[2]))}
        names = dict(Key.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
        _read = {slug: _words(slug, names) for slug in slugs}
        _until[0] = monotonic() + STALE_S
    return _read


def retire(source: str) -> None:
    """Forget a source of which nothing is left, as after its last import was taken back."""
    Source.objects.filter(pk=source).delete()
    transaction.on_commit(forget)


def _words(slug: str, names: Mapping[int, str]) -> str:
    if (match := KEY.fullmatch(slug)) and (name := names.get(int(match[2]))):
        return f"{name} (API)" if match[1] else name
    return OWN.get(slug, slug)
