"""Lists of things: filters as chips in the address, a cursor to go on with, a total, and an export."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import batched
from time import monotonic
from typing import Any, cast

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE
from django.http import HttpRequest, QueryDict, StreamingHttpResponse
from django.utils import timezone

from heedful.associates import disclosures
from heedful.associates.models import Associate
from heedful.customers import people
from heedful.kit import bundle, cursor, memory

PAGE = 50
MOST_COUNTED = 10_000
LONG_S = 60.0
"""For so long a list that has more rows than are counted is taken to have so many."""
MOST_LONG = 1_000
PHONE = re.compile(r"\+[1-9]\d{6,14}")
"""A telephone number by E.164."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with the address that has it on, or off when it is on."""

    value: str
    label: str
    is_on: bool
    query: str
    goes: bool = True
    """Whether it can be taken away; what is on without being asked for cannot."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A name in the address and the values that it may have."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def chosen(self) -> Choice | None:
        """The value that is on."""
        return next((choice for choice in self.choices if choice.is_on), None)


def chips(
    request: HttpRequest, name: str, label: str, choices: Iterable[tuple[str, str]], *, default: str = ""
) -> Filter:
    """Make a filter of one value at a time; a value in the address that is not among the choices counts as none."""
    current = request.GET.get(name, default)
    made = []
    for value, words in choices:
        is_on = value == current
        address = query(request.GET, **{name: None if is_on or value == default else value})
        made.append(Choice(value, words, is_on, address, goes=value != default))
    return Filter(name, label, made)


def query(now: QueryDict, **changes: str | None) -> str:
    """Return the address's query with some values changed; the place in the list starts over."""
    changed = now.copy()
    for name in ("after", "format"):
        changed.pop(name, None)
    for name, value in changes.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return "?" + changed.urlencode()


@dataclass(frozen=True, slots=True)
class ListPage[M: Model]:
    """Some rows of a list: where they stand in it, and the addresses of what follows and of the export."""

    rows: list[M]
    total: int
    """How many there are, counted up to `MOST_COUNTED`."""
    first: int
    following: str
    export: str
    start: str
    after: Sequence[Any] = ()
    """Where the page before it ended, by the list's keys; nothing on the first."""

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted: counting a million rows would cost more than showing fifty."""
        return self.total > MOST_COUNTED


def read[M: Model](
    request: HttpRequest,
    rows: QuerySet[M],
    *,
    keys: Sequence[str],
    size: int = PAGE,
    beside: Iterable[bundle.Query | None] = (),
    above: QuerySet[Any] | None = None,
) -> ListPage[M]:
    """Read one page, ordered by `keys` that all run the same way and end with a unique one, such as "-at", "-id".

    What stands `beside` the list is read in the same statement; rows `above` it too, and their customers are counted.
    """
    place = _place(request.GET.get("after", ""), rows.model, keys)
    skipped, values = (place[0], place[1:]) if place else (0, [])
    some = rows.filter(beyond(keys, values)) if values else rows
    part = some.order_by(*keys).fetch_mode(FETCH_RAISE)[: size + 1]
    bundle.fetch(part, above, *beside)
    fetched = list(part)
    shown = fetched[:size]
    is_all = not values and len(fetched) <= size
    total = len(fetched) if is_all else _total(request, rows)
    disclose(request, [*shown, *(above or ())])
    following = ""
    if len(fetched) > size:
        following = query(request.GET, after=cursor.encode([skipped + size, *_values(shown[-1], keys)]))
    return ListPage(shown, total, skipped + 1, following, query(request.GET, format="csv"), query(request.GET), values)


_long_until: dict[str, float] = {}
"""Lists of more rows than are counted, by reader and address, and until when that is believed."""


@memory.register(stale_s=LONG_S)
def _forget() -> None:
    _long_until.clear()


def _total(request: HttpRequest, rows: QuerySet[Any]) -> int:
    """How many there are, up to one more than are counted; of a list that was longer a moment ago, that it still is."""
    name, now_s = f"{request.user.pk} {request.path}{query(request.GET)}", monotonic()
    if _long_until.get(name, 0) > now_s:
        return MOST_COUNTED + 1
    total = rows.order_by()[: MOST_COUNTED + 1].count()
    if total > MOST_COUNTED:
        if len(_long_until) >= MOST_LONG:
            _forget()
        _long_until[name] = now_s + LONG_S
    return total


def disclose(request: HttpRequest, rows: Iterable[Model]) -> None:
    """Count the customers whom rows are about before they are shown; the page is refused when they are too many."""
    counted: set[int] = request.__dict__.setdefault("disclosed", set())
    if fresh := people.numbers_of(rows) - counted:
        disclosures.show(customers=fresh, by=cast("Associate", request.user).by, at=timezone.now())
        counted |= fresh


def beyond(keys: Sequence[str], values: Sequence[Any]) -> Q:
    """Return the condition for rows that come after these values in the order of `keys`."""
    side = "lt" if keys[0].startswith("-") else "gt"
    names = [key.lstrip("-") for key in keys]
    after = Q()
    for position, name in enumerate(names):
        same = Q(**dict(zip(names[:position], values[:position], strict=True)))
        after |= same & Q(**{f"{name}__{side}": values[position]})
    return Q(**{f"{names[0]}__{side}e": values[0]}) & after


def _values(row: Model, keys: Sequence[str]) -> list[Any]:
    return [getattr(row, key.lstrip("-")) for key in keys]


def _place(after: str, model: type[Model], keys: Sequence[str]) -> list[Any]:
    """Return how many rows were skipped and the values to go on after; nothing when somebody made the cursor up."""
    try:
        skipped, *values = cursor.decode(after)
        return [int(skipped), *[_checked(model, key, value) for key, value in zip(keys, values, strict=True)]]
    except (ValueError, TypeError, OverflowError, ValidationError):
        return []


def _checked(model: type[Model], key: str, value: Any) -> Any:
    try:
        field = model._meta.get_field(key.lstrip("-"))
    except FieldDoesNotExist:
        return float(value)
    if not isinstance(value, (int, str)) or "\x00" in str(value):
        raise TypeError
    checked = field.to_python(value) if isinstance(field, Field) else value
    if isinstance(checked, datetime) and checked.tzinfo is None:
        raise ValueError
    return checked


CHUNK_ROWS = 200
"""Rows that are sent in one piece."""

type Column[M: Model] = tuple[str, Callable[[M], Any]]


def csv_file[M: Model](
    request: HttpRequest, name: str, rows: QuerySet[M], columns: Sequence[Column[M]]
) -> StreamingHttpResponse:
    """Stream rows as a CSV file that a spreadsheet opens without running anything in it, to whom may export."""
    kind, by = str(rows.model._meta.model_name), cast("Associate", request.user).by
    disclosures.export(what=name, kind=kind, rows=rows.count(), by=by, at=timezone.now())
    return _csv(name, rows.fetch_mode(FETCH_RAISE).iterator(chunk_size=2000), columns)


def csv_of[R](
    request: HttpRequest, name: str, rows: Sequence[R], columns: Sequence[tuple[str, Callable[[R], Any]]]
) -> StreamingHttpResponse:
    """Stream figures, which name nobody, in the same way."""
    by = cast("Associate", request.user).by
    disclosures.export_figures(what=name, rows=len(rows), by=by, at=timezone.now())
    return _csv(name, rows, columns)


def _csv[R](name: str, rows: Iterable[R], columns: Sequence[tuple[str, Callable[[R], Any]]]) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield "\ufeff" + writer.writerow([title for title, _ in columns])
        for some in batched(rows, CHUNK_ROWS):
            yield "".join(writer.writerow([_cell(value(row)) for _, value in columns]) for row in some)

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and _runs(text) else text


def _runs(text: str) -> bool:
    """Whether a spreadsheet might take it for a formula; a phone number in its international form is none."""
    return text.startswith(("=", "+", "-", "@", "\t", "\r")) and not PHONE.fullmatch(text)
