"""Who is at work: a process holds a lock in the database for each of its numbers, and when it is gone, so is the lock.

The database's server lets go of it at once when the process ends, however it ends, so that nobody waits for a
heartbeat that does not come.
"""

import contextlib
import logging
import os
import threading
from typing import Any

import psycopg
from django.db import connection

LOCKS = 2533
"""The first of the two numbers of these advisory locks; the second says who."""
MOST = 2**31

log = logging.getLogger(__name__)


class Presence:
    """One connection that holds the locks of this process."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._connection: psycopg.Connection[Any] | None = None
        self._turn = threading.Lock()

    @property
    def number(self) -> int | None:
        """One of the numbers by which this process is known; none where nothing tells others that it is there."""
        return self._numbers[0] if self._numbers else None

    def hold(self, number: int) -> None:
        """Be there under a number until this process ends."""
        with self._turn:
            self._numbers.append(number)
            self._lock(number)

    def keep(self) -> None:
        """Be there again where the connection was lost, for instance because the database was restarted."""
        with self._turn:
            try:
                if self._connection is not None:
                    self._connection.execute("SELECT 1")
            except psycopg.Error as error:
                log.warning("This process has to tell anew that it is there: %s", error)
                self._hang_up()
            if self._connection is None:
                for number in self._numbers:
                    self._lock(number)

    def end(self) -> None:
        """Be gone."""
        with self._turn:
            self._numbers.clear()
            self._hang_up()

    def _lock(self, number: int) -> None:
        if self._connection is None:
            parameters = connection.get_connection_params()
            ours = {name: value for name, value in parameters.items() if name not in {"cursor_factory", "context"}}
            who = f"heedful {os.getpid()} is here"
            self._connection = psycopg.connect(**ours | {"application_name": who}, autocommit=True)
        self._connection.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, number % MOST])

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


mine = Presence()

HELD = """
SELECT FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = 2533 AND objsubid = 2 AND granted AND objid = mod({number}, 2147483648)::oid
"""
"""A subquery for `EXISTS`: whether somebody is there under a number."""


def is_here(number: int) -> bool:
    """Whether the process that has this number lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (" + HELD.format(number="%s::bigint") + ")", [number])
        return bool((cursor.fetchone() or [False])[0])
