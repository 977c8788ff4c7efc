"""Statements that run so often that the database reads and plans them once for each connection."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Any

import msgspec
import psycopg
from django.db import connection


def fetch(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement on Django's connection, prepared, and return the rows that it gives, if it gives any."""
    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = raw.prepare_threshold or 5
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        _measured(cursor)(statement, parameters, False, {"connection": connection, "cursor": cursor})
        return cursor.fetchall() if cursor.description else []


def _measured(cursor: psycopg.Cursor[Any]) -> Callable[..., Any]:
    """Run as prepared, within whatever stands around Django's own statements, such as a watch."""

    def execute(statement: str, parameters: Any, *_: Any) -> None:
        cursor.execute(statement, parameters, prepare=True)

    return reduce(lambda run, wrapper: partial(wrapper, run), reversed(connection.execute_wrappers), execute)


def numbers(values: Iterable[int]) -> str:
    """Whole numbers as the database reads a list of them, written at once rather than one by one."""
    return f"{{{','.join(map(str, values))}}}"


def document(rows: Sequence[Any] | Mapping[str, Any]) -> str:
    """Rows as one JSON document, which the database takes apart faster than it is told a list for each column."""
    return msgspec.json.encode(rows).decode()
