"""Several queries read in one statement: a page that shows many things goes to the database once for all of them.

Each query stays a query set with columns and order of its own. What is read the same way each time is a `Plan`: its
queries are compiled once for a process, with slots for what differs, since that costs more than to run them.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast, overload

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Count, QuerySet, Value
from psycopg.types.json import Jsonb
from psycopg.types.numeric import Int8

from heedful.kit import statements, visibility

type Row = Sequence[Any]
type Shape = tuple[str, tuple[str, ...]]
"""A statement and the types of its columns."""

REMEMBERED = 300
"""Statements that are put together once, by the queries that are in them."""
NAMED = re.compile(r"%\((\w+)\)s")


class Slot(Value):
    """A place in a query for a value that is given each time that it is read."""

    def __init__(self, name: str, *, is_list: bool = False) -> None:
        super().__init__(name)
        self.is_list = is_list

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, Any]:
        """Stand for itself among the parameters; of a list, any of its values will do."""
        return "ANY(%s)" if self.is_list else "%s", (self,)

    def bind(self, value: Any) -> Any:
        """A value as it is sent; a number always as one type, or the database would plan for each size of it."""
        if self.is_list:
            return statements.numbers(value) if all(isinstance(one, int) for one in value) else list(value)
        return Int8(value) if type(value) is int else value


class Slots:
    """Makes slots: `slots.person` for one value, `slots.any_of("cases")` for a list of which one must be the same."""

    def __getattr__(self, name: str) -> Any:
        return Slot(name)

    def any_of(self, name: str) -> Any:
        """A slot for several numbers or words."""
        return Slot(name, is_list=True)


class Compiled:
    """A query with its statement, the types of its columns, and its parameters, slots among them."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        self.query, self.compiler, self.db = query, query.query.get_compiler(using=query.db), query.db
        try:
            self.statement, parameters = self.compiler.as_sql()
            types = [part.output_field.db_type(connections[query.db]) for part, *_ in self.compiler.select]
        except EmptyResultSet:
            self.compiler.setup_query()
            self.statement, parameters, types = "", (), []
        self.shape: Shape = (self.statement, tuple(types))
        self.parameters: Sequence[Any] = tuple(parameters)

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters with a value for each slot."""
        return [one.bind(values[one.value]) if isinstance(one, Slot) else one for one in self.parameters]

    def objects(self, rows: list[Row]) -> list[Any]:
        """Let a query set make its objects of rows that were read already."""
        query, compiler = self.query.all(), copy(self.compiler)
        compiler.execute_sql = lambda *_, **__: [rows]
        query.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(query)


class SqlQuery:
    """A query in SQL, whose values are named as in `%(since)s`, with the types of its columns."""

    db = DEFAULT_DB_ALIAS

    def __init__(self, statement: str, *types: str) -> None:
        self.names = NAMED.findall(statement)
        self.statement = NAMED.sub("%s", statement)
        self.shape: Shape = (self.statement, types)

    def rows(self, **values: Any) -> "PlannedRows":
        """Its rows with these values, not read yet."""
        return PlannedRows(self, values)

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of their places."""
        return [values[name] for name in self.names]

    def objects(self, rows: list[Row]) -> list[Any]:
        """The rows as they are."""
        return rows


class SqlPattern:
    """A query in SQL with places for conditions, as in `{within}`, put together once for all that fill them alike."""

    def __init__(self, statement: str, *types: str) -> None:
        self.statement, self.types = statement, types
        self._query = lru_cache(maxsize=REMEMBERED)(self._compile)

    def rows(self, conditions: Mapping[str, str], **values: Any) -> "PlannedRows":
        """Its rows with these conditions and values, not read yet."""
        return self._query(tuple(sorted(conditions.items()))).rows(**values)

    def _compile(self, conditions: tuple[tuple[str, str], ...]) -> SqlQuery:
        return SqlQuery(self.statement.format(**dict(conditions)), *self.types)


class PlannedRows(Sequence[Any]):
    """The rows of one query of a plan, read when they are first looked at or with others."""

    def __init__(self, compiled: Compiled | SqlQuery, values: Mapping[str, Any]) -> None:
        self.compiled, self.values = compiled, values
        self.rows: list[Any] | None = None

    def _read(self) -> list[Any]:
        if self.rows is None:
            fetch(self)
        return self.rows or []

    def __len__(self) -> int:
        return len(self._read())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return self._read()[index]


class Plan:
    """Queries that are read the same way each time: made with slots when they are first needed, and kept."""

    def __init__(self, make: Callable[[Any], Iterable[QuerySet[Any, Any]]]) -> None:
        self.make = make
        self._compiled: dict[frozenset[int] | None, list[Compiled]] = {}

    def bind(self, **values: Any) -> list[PlannedRows]:
        """The rows of each query with these values, not read yet."""
        parts = visibility.current()
        if (queries := self._compiled.get(parts)) is None:
            queries = self._compiled[parts] = [Compiled(query) for query in self.make(Slots())]
        return [PlannedRows(compiled, values) for compiled in queries]


type Query = QuerySet[Any, Any] | PlannedRows


def document(value: Any) -> Any:
    """A value for a slot that is compared with JSON."""
    return Jsonb(value)


def fetch(*queries: Query | None) -> None:
    """Read these queries at once; each then holds its rows, as if it had been read by itself."""
    unread = [query for query in queries if query is not None and _is_unread(query)]
    compiled = [query.compiled if isinstance(query, PlannedRows) else Compiled(query) for query in unread]
    rows = _rows(compiled, [query.values if isinstance(query, PlannedRows) else {} for query in unread])
    for number, query in enumerate(unread):
        if isinstance(query, PlannedRows):
            query.rows = query.compiled.objects(rows[number])
        else:
            _fill(query, cast("Compiled", compiled[number]).compiler, rows[number])


def count(query: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """How many rows a query has, as a query that is read with others: one number, or none where there are no rows."""
    grouped: Any = query.order_by().values(whole=Value(1)).annotate(rows=Count("*"))
    rows: QuerySet[Any, Any] = grouped.values_list("rows", flat=True)
    return rows


def _is_unread(query: Query) -> bool:
    return (query.rows if isinstance(query, PlannedRows) else query._result_cache) is None


def _rows(compiled: Sequence[Compiled | SqlQuery], values: Sequence[Mapping[str, Any]]) -> dict[int, list[Row]]:
    """The rows of each query by its number, cut to its own columns."""
    rows: dict[int, list[Row]] = defaultdict(list)
    numbers = [number for number, one in enumerate(compiled) if one.statement]
    if not numbers:
        return rows
    statement, cuts = _statement(tuple(compiled[number].shape for number in numbers))
    parameters = [value for number in numbers for value in compiled[number].bind(values[number])]
    with connections[compiled[0].db].cursor() as cursor:
        cursor.execute(statement, parameters)
        for row in cursor.fetchall():
            rows[numbers[row[0]]].append(cuts[row[0]](row))
    return rows


@lru_cache(maxsize=REMEMBERED)
def _statement(shapes: tuple[Shape, ...]) -> tuple[str, list[Callable[[Row], Row]]]:
    """One statement of several, and what cuts its rows: columns of one type lie in one place, whoever they are of."""
    places = [_places(types) for _, types in shapes]
    columns = sorted({place for one in places for place in one})
    branches = []
    for number, (statement, types) in enumerate(shapes):
        own = {place: f"c{index}" for index, place in enumerate(places[number])}
        given = ", ".join(own.get(place) or f"NULL::{place[0]}" for place in columns)
        names = ", ".join(f"c{index}" for index in range(len(types)))
        branches.append(f"SELECT {number}, {given} FROM ({statement}) AS q({names})")  # noqa: S608
    return " UNION ALL ".join(branches), [_cut([columns.index(place) + 1 for place in one]) for one in places]


def _places(types: Sequence[str]) -> list[tuple[str, int]]:
    """Where the columns of a query lie: the first, the second of their type and so on."""
    taken: dict[str, int] = defaultdict(int)
    places = []
    for type_ in types:
        places.append((type_, taken[type_]))
        taken[type_] += 1
    return places


def _cut(indexes: list[int]) -> Callable[[Row], Row]:
    if len(indexes) == 1:
        return lambda row: (row[indexes[0]],)
    return itemgetter(*indexes)


def _fill(query: QuerySet[Any, Any], compiler: Any, rows: list[Row]) -> None:
    """Let a query set make its objects of rows that were read already."""
    compiler.execute_sql = lambda *_, **__: [rows]
    query.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    try:
        query._fetch_all()
    finally:
        del query.query.get_compiler
