"""Long lists in pages: a cursor says where the next page goes on, however much has come in between."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from ninja import Query as Query
from ninja import Schema
from pydantic import Field

from heedful.associates import disclosures
from heedful.customers import people
from heedful.kit import cursor
from heedful.kit.actor import By
from heedful.kit.errors import Refused


class Paged(Schema):
    """Which part of a list."""

    cursor: str = Field("", max_length=500, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200)


Paging = Annotated[Paged, Query()]


@dataclass(frozen=True, slots=True)
class CursorPage[M: Model]:
    """One page, and the cursor of the next; None on the last."""

    items: list[M]
    next: str | None


def read[M: Model](rows: QuerySet[M], paging: Paged, *, key: str, by: By) -> CursorPage[M]:
    """Read one page of rows, the latest first by the time `key`, rows with the same key by id; count who is shown."""
    return read_each([rows], paging, key=key, by=by)


def read_each[M: Model](sources: Sequence[QuerySet[M]], paging: Paged, *, key: str, by: By) -> CursorPage[M]:
    """Read one page of the rows of several tables that share their numbers, as if they were in one."""
    items = [row for rows in sources for row in _following(rows, paging, key)]
    items.sort(key=lambda row: (getattr(row, key), row.pk), reverse=True)
    disclose(items[: paging.limit], by=by)
    if len(items) <= paging.limit:
        return CursorPage(items, None)
    last = items[paging.limit - 1]
    return CursorPage(items[: paging.limit], cursor.encode([getattr(last, key), last.pk]))


def _following[M: Model](rows: QuerySet[M], paging: Paged, key: str) -> Iterable[M]:
    """As many rows after the cursor as a page may need, and one more."""
    if paging.cursor:
        value, pk = _place(paging.cursor)
        rows = rows.filter(Q(**{f"{key}__lt": value}) | Q(**{key: value, "pk__lt": pk}))
    return rows.order_by(f"-{key}", "-pk")[: paging.limit + 1]


def disclose(rows: Iterable[Model], *, by: By) -> None:
    """Count the customers whom rows are about before they are shown; the page is refused when they are too many."""
    disclosures.show(customers=people.numbers_of(rows), by=by, at=timezone.now())


def _place(after: str) -> tuple[datetime, int]:
    try:
        value, pk = cursor.decode(after)
        at = datetime.fromisoformat(value)
        if at.tzinfo is None:
            raise ValueError
        return at.astimezone(UTC), _small(int(pk))
    except (ValueError, TypeError, OverflowError):
        raise Refused("This cursor is not one of ours; start from the first page.", code="cursor") from None


def _small(number: int) -> int:
    if abs(number) >= 1 << 63:
        raise ValueError
    return number
