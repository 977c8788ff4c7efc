"""Where touchpoints came from: each source is written down once for each brand, when it first brings something."""

import re
from collections.abc import Collection, Mapping
from time import monotonic

from django.db import transaction

from heedful.associates.models import Key
from heedful.customers.models import TouchpointSource
from heedful.kit import memory, visibility

STALE_S = 20.0
MOST = 1_000
"""Beyond so many nobody chooses from a list any more."""
KEY = re.compile(r"(api:)?key:(\d{1,9})")
MAILBOX = re.compile(r"mailbox:(\d{1,9})")
OWN = {"heedful": "Heedful", "survey": "Survey"}
"""What Heedful writes into the log itself."""

type _Pair = tuple[str, int | None]

_written: dict[_Pair, float] = {}
"""Source and brand -> until when they need not be written again; a source may be retired meanwhile."""
_read: list[tuple[str, int | None, str]] = []
_until = [0.0]


@memory.register(stale_s=STALE_S)
def forget() -> None:
    """Read the sources anew."""
    _written.clear()
    _until[0] = 0.0


def register(source: str, *, brands: Collection[int | None]) -> None:
    """Write down a source that is seen for the first time with one of these brands."""
    now = monotonic()
    new = [(source, brand) for brand in brands if _written.get((source, brand), 0.0) <= now]
    if new:
        TouchpointSource.objects.bulk_create(
            [TouchpointSource(slug=source, brand_id=brand) for _, brand in sorted(new, key=str)], ignore_conflicts=True
        )
        transaction.on_commit(lambda: _written.update(dict.fromkeys(new, now + STALE_S)))


def every() -> Mapping[str, str]:
    """The sources that may be seen here, each by its code, in words: those of which something is of such a brand."""
    global _read
    if _until[0] < monotonic():
        _read = _read_all()
        _until[0] = monotonic() + STALE_S
    return {slug: words for slug, brand, words in _read if visibility.is_visible(brand)}


def retire(source: str) -> None:
    """Forget a source of which nothing is left, as after its last import was taken back."""
    TouchpointSource.objects.filter(slug=source).delete()
    transaction.on_commit(forget)


def _read_all() -> list[tuple[str, int | None, str]]:
    pairs = list(TouchpointSource.objects.order_by("slug").values_list("slug", "brand")[:MOST])
    keys = {int(match[2]) for slug, _ in pairs if (match := KEY.fullmatch(slug))}
    names = dict(Key.objects.filter(pk__in=keys).values_list("pk", "name")) if keys else {}
    return [(slug, brand, _words(slug, names)) for slug, brand in pairs]


def _words(slug: str, names: Mapping[int, str]) -> str:
    if (match := KEY.fullmatch(slug)) and (name := names.get(int(match[2]))):
        return f"{name} (API)" if match[1] else name
    if match := MAILBOX.fullmatch(slug):
        return f"Mailbox {match[1]}"
    return OWN.get(slug, slug)
