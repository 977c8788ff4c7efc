"""What is worth a query and no more: kept until it expires, and never thrown out to make room."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class UnevictedCache(DatabaseCache):
    """Django's cache in the database, whose rows go when their time is over and not before.

    The log-in's library counts requests here and remembers which codes were used: a row that were thrown out early
    would let somebody guess on, or use a code twice.
    """

    def _cull(self, db: str, cursor: Any, now: Any, num: int) -> None:  # noqa: ARG002 - Django calls it so
        operations = connections[db].ops
        table = operations.quote_name(self._table)  # type: ignore[attr-defined]
        gone = f"DELETE FROM {table} WHERE expires < %s"  # noqa: S608 - the table's name is a setting's
        cursor.execute(gone, [operations.adapt_datetimefield_value(now)])
