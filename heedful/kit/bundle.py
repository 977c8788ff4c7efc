"""Several queries read in one statement: a page that shows many things goes to the database once for all of them.

Each query stays a query set with columns and order of its own; rows are empty where the columns of another are.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Count, QuerySet, Value


def fetch(*queries: QuerySet[Any, Any] | None) -> None:
    """Read these query sets at once; each then holds its rows, as if it had been read by itself."""
    unread = [query for query in queries if query is not None and query._result_cache is None]
    if not unread:
        return
    compilers = [query.query.get_compiler(using=query.db) for query in unread]
    rows = _rows(compilers, unread[0].db)
    for number, (query, compiler) in enumerate(zip(unread, compilers, strict=True)):
        _fill(query, compiler, rows[number])


def count(query: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """How many rows a query has, as a query that is read with others: one number, or none where there are no rows."""
    grouped: Any = query.order_by().values(whole=Value(1)).annotate(rows=Count("*"))
    rows: QuerySet[Any, Any] = grouped.values_list("rows", flat=True)
    return rows


def _rows(compilers: Sequence[Any], database: str) -> dict[int, list[Sequence[Any]]]:
    """The rows of each query by its number, cut to its own columns."""
    statements, types, parameters = _statements(compilers, connections[database])
    rows: dict[int, list[Sequence[Any]]] = defaultdict(list)
    if not statements:
        return rows
    begins, width = {}, 1
    for number, columns in types.items():
        begins[number], width = width, width + len(columns)
    branches = [
        f"SELECT {number}, {_columns(number, types)} FROM ({statement}) AS q({_names(len(types[number]))})"  # noqa: S608
        for number, statement in statements.items()
    ]
    with connections[database].cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches), parameters)
        for row in cursor.fetchall():
            number = row[0]
            rows[number].append(row[begins[number] : begins[number] + len(types[number])])
    return rows


def _statements(compilers: Sequence[Any], connection: Any) -> tuple[dict[int, str], dict[int, list[str]], list[Any]]:
    statements: dict[int, str] = {}
    types: dict[int, list[str]] = {}
    parameters: list[Any] = []
    for number, compiler in enumerate(compilers):
        try:
            statements[number], given = compiler.as_sql()
        except EmptyResultSet:
            compiler.setup_query()
            continue
        types[number] = [expression.output_field.db_type(connection) for expression, *_ in compiler.select]
        parameters += given
    return statements, types, parameters


def _columns(number: int, types: dict[int, list[str]]) -> str:
    """What one query gives: its own columns, and nothing in those of the others."""
    return ", ".join(
        _names(len(columns)) if other == number else ", ".join(f"NULL::{type_}" for type_ in columns)
        for other, columns in types.items()
    )


def _names(count: int) -> str:
    return ", ".join(f"c{number}" for number in range(count))


def _fill(query: QuerySet[Any, Any], compiler: Any, rows: list[Sequence[Any]]) -> None:
    """Let a query set make its objects of rows that were read already."""
    compiler.execute_sql = lambda *_, **__: [rows]
    query.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
    try:
        query._fetch_all()
    finally:
        del query.query.get_compiler
