"""A database that is away, or has no room: what is said of it, and how often the log is told."""

import logging
from threading import Lock
from time import monotonic

from django.db import DatabaseError, InterfaceError, OperationalError
from procrastinate.exceptions import ConnectorException

ERRORS = (OperationalError, InterfaceError)
"""What a query fails with when the database is at fault, and neither the query nor a value in it."""
AGAIN_S = 2
"""When to come again."""
QUIET_S = 10.0
"""The log hears of it this often; a line for every request would fill the disk that is full."""
DISK_FULL = "53100"

log = logging.getLogger(__name__)
_lock = Lock()
_told_at: dict[bool, float] = {}


def has_no_room(error: BaseException | None) -> bool:
    """Return whether the database said that its disk is full."""
    return getattr(error.__cause__ if error else None, "sqlstate", "") == DISK_FULL


def sentence(error: BaseException | None) -> str:
    """Say what is the matter and that nothing was kept, to whoever sent something."""
    what = "The disk of the database is full" if has_no_room(error) else "The database is away"
    if not isinstance(error, ERRORS):
        what = "It could not be kept, and our log says why"
    return f"{what}; nothing of this was kept. Send it again."


def note(error: DatabaseError | InterfaceError) -> None:
    """Tell the log, unless it was told the same a moment ago; an error that is ours is told whenever it comes."""
    if isinstance(error, ERRORS):
        _tell(error, full=has_no_room(error))
    else:
        log.error("The database refused a query of ours", exc_info=error)


class InALine(logging.Filter):
    """Lets the log hear in a line, now and then, that a worker lost the database, and of no traceback each time."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether this record is about anything else."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, ConnectorException):
            return True
        _tell(error.__cause__ or error, full=has_no_room(error))
        return False


def _tell(error: BaseException, *, full: bool) -> None:
    now = monotonic()
    with _lock:
        if now - _told_at.get(full, -QUIET_S) < QUIET_S:
            return
        _told_at[full] = now
    log.warning("The database takes nothing: %s", str(error).partition("\n")[0])
