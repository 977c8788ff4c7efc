"""What the server says: a file of one size at most and the one before it, which only their owner may read."""

import os
import shutil
from pathlib import Path
from typing import IO

from heedful.kit import private
from heedful.kit.postgres.tuning import MEGABYTE

MOST_BYTES = 20 * MEGABYTE


def open_to_add(log: Path) -> IO[bytes]:
    """Open the log for a server that is about to start; what others could read so far is shut to them."""
    for file in (log, earlier(log)):
        private.close_file(file)
    turn(log)
    return open(log, "ab", opener=private.opened)


def turn(log: Path) -> bool:
    """Move a log that has grown too long aside while the server goes on writing; return whether it had.

    The server's processes hold the file open and add to its end, so it is copied and emptied, never renamed. Where
    there is no room for the copy the lines are let go: a log must not take the last room of a full disk.
    """
    if not log.exists() or log.stat().st_size <= MOST_BYTES:
        return False
    before = earlier(log)
    before.unlink(missing_ok=True)
    try:
        with open(log, "rb") as lines, open(before, "wb", opener=private.opened) as copy:
            shutil.copyfileobj(lines, copy, MEGABYTE)
    except OSError:
        before.unlink(missing_ok=True)
    os.truncate(log, 0)
    return True


def earlier(log: Path) -> Path:
    """Return where the lines before the log's first one are."""
    return log.with_suffix(".log.1")
