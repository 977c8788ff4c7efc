"""Which parts of the whole may be seen: said once where somebody comes in, and held wherever rows are read.

Rows that have a part are read through `VisibleManager`, and statements written by hand name `condition`. Nothing is
limited where nobody said so: jobs, the shell and customers see the whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import models

_parts: ContextVar[frozenset[int] | None] = ContextVar("parts", default=None)


def current() -> frozenset[int] | None:
    """The parts that may be seen here; None is all of them, and what is of none."""
    return _parts.get()


@contextmanager
def limited(parts: Iterable[int] | None) -> Iterator[None]:
    """See these parts alone; with None see everything."""
    token = _parts.set(None if parts is None else frozenset(parts))
    try:
        yield
    finally:
        _parts.reset(token)


def is_visible(part: int | None) -> bool:
    """Whether what is of a part may be seen here."""
    parts = current()
    return parts is None or part in parts


def condition(column: str) -> str:
    """What a statement adds to its WHERE, such as ` AND k.brand_id IN (1, 2)`; nothing where all may be seen."""
    parts = current()
    if parts is None:
        return ""
    return f" AND {column} IN ({', '.join(map(str, sorted(parts)))})" if parts else " AND false"


class VisibleManager[M: models.Model](models.Manager[M]):
    """Reads the rows of those parts that may be seen; `path` is where a row's part stands."""

    path = "brand"

    def get_queryset(self) -> models.QuerySet[M]:
        """The rows that may be seen here."""
        parts, rows = current(), super().get_queryset()
        return rows if parts is None else rows.filter(**{f"{self.path}__in": sorted(parts)})
