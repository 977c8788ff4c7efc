"""What is worth a query and no more: kept until it expires, and never thrown out to make room."""

import base64
import pickle
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.utils import timezone

from heedful.kit import statements

GET = "SELECT value FROM heedful_cache WHERE cache_key = %s AND expires > %s"
PUT = """
INSERT INTO heedful_cache (cache_key, value, expires) VALUES (%s, %s, %s)
ON CONFLICT (cache_key) DO UPDATE SET value = EXCLUDED.value, expires = EXCLUDED.expires
"""


class UnevictedCache(DatabaseCache):
    """Django's cache in the database, whose rows go when their time is over and not before.

    The log-in's library counts requests here and remembers which codes were used: a row that were thrown out early
    would let somebody guess on, or use a code twice.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Get a value that still stands; one whose time is over is left to the next that is put, or to `forget`."""
        name = self.make_and_validate_key(key, version=version)
        rows = statements.fetch(GET, [name, timezone.now()])
        return pickle.loads(base64.b64decode(rows[0][0])) if rows else default  # noqa: S301 - nobody else writes it

    def set(self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Put a value in one statement, where Django counts all that there are and looks first."""
        name, ends_s = self.make_and_validate_key(key, version=version), self.get_backend_timeout(timeout)
        ends = (
            datetime.max.replace(tzinfo=UTC)
            if ends_s is None
            else datetime.fromtimestamp(ends_s, tz=UTC).replace(microsecond=0)
        )
        text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
        with connection.cursor() as cursor:
            cursor.execute(PUT, [name, text, ends])

    def _cull(self, db: str, cursor: Any, now: Any, num: int) -> None:  # noqa: ARG002 - Django calls it so
        # Django's own clears away what has expired, and then throws out what is too many: it is told of none.
        super()._cull(db, cursor, now, 0)  # type: ignore[misc]


def forget(*, at: datetime) -> None:
    """Clear away what has expired."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM heedful_cache WHERE expires < %s", [at])
