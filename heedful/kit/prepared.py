"""Statements that run so often that the database reads and plans them once for each connection."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection


def fetch(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a statement that returns rows on Django's connection, prepared, and return them."""
    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = raw.prepare_threshold or 5
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        return cursor.fetchall()
