"""Of two who edit one thing the second is shown what the first changed, and who it was, before it is overwritten."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from heedful.kit import locks
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry

CHANGES = r"(Changed|Renamed|Placed|Arranged|ChoseMails|Chosen)$"
"""How events end that say that something was edited."""
DIGITS = 8
"""Of what each field says, in a version."""


class Stale(Refused):
    """What is edited is no longer what the editor read; `now` is what the fields say that became others."""

    def __init__(self, sentence: str, now: Mapping[str, Any]) -> None:
        super().__init__(sentence, code="changed")
        self.now = now


def version(fields: Mapping[str, Any]) -> str:
    """By what a thing as it stands is known: a piece for each of its fields, so that it shows which became others."""
    return ".".join(_digest(value) for _, value in sorted(fields.items()))


def changed(earlier: str, fields: Mapping[str, Any]) -> list[str]:
    """Name the fields that say something else than in an earlier version; all of them where it is of something else."""
    before = earlier.split(".")
    if len(before) != len(fields):
        return list(fields)
    pieces = dict(zip(sorted(fields), before, strict=True))
    return [name for name, value in fields.items() if _digest(value) != pieces[name]]


def last_edit(*, event: str = "", **about: int | str) -> Entry | None:
    """When a thing was edited last, and by whom; `event` names the change where there is one such thing alone."""
    entries = Entry.objects.filter(kind=event) if event else Entry.objects.about(**about)
    return entries.filter(kind__regex=CHANGES).order_by("-id").first()


@transaction.atomic
def edit[T](
    *,
    earlier: Sequence[str],
    fields: Callable[[], Mapping[str, Any]],
    change: Callable[[], T],
    by: By,
    **about: int | str,
) -> T:
    """Change a thing where it still is what the editor read; without an `earlier` version, whatever it is.

    Of two who edit at once the second sees what the first wrote. `about` names the thing as the ledger does.
    """
    locks.lock(f"edit:{json.dumps(about, sort_keys=True)}")
    now = fields()
    if earlier and version(now) not in earlier:
        names = changed(earlier[0], now) or list(now)
        raise Stale(_sentence(names, last_edit(event="", **about), by), {name: now[name] for name in names})
    return change()


def _sentence(names: Sequence[str], last: Entry | None, by: By) -> str:
    who = "Somebody"
    if last is not None:
        is_own = (last.by_kind, last.by_id) == (by.kind, by.id)
        who = "You" if is_own else last.by_label or who
    words = ", ".join(name.replace("_", " ") for name in names)
    return f"{who} changed this meanwhile: {words}. Read it again, and send what you still mean."


def _digest(value: Any) -> str:
    written = json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:DIGITS]
