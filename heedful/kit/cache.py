"""What is worth a query and no more: kept until it expires, and never thrown out to make room."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache


class UnevictedCache(DatabaseCache):
    """Django's cache in the database, whose rows go when their time is over and not before.

    The log-in's library counts requests here and remembers which codes were used: a row that were thrown out early
    would let somebody guess on, or use a code twice.
    """

    def _cull(self, db: str, cursor: Any, now: Any, num: int) -> None:  # noqa: ARG002 - Django calls it so
        # Django's own clears away what has expired, and then throws out what is too many: it is told of none.
        super()._cull(db, cursor, now, 0)  # type: ignore[misc]
