"""Room that is kept for the day on which there is none: given up when the server cannot start for want of it."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from heedful.kit import private

BYTES = 32 * 1024 * 1024
SPARE_BYTES = 3 * BYTES
"""The ballast is laid only where so much is free that it takes the room from nobody."""
PIECE = 1024 * 1024


def lay(data: Path) -> bool:
    """Put the ballast into a data folder that has room for it; return whether it is there."""
    file, new = _file(data), data / ".ballast"
    if _size(file) == BYTES:
        return True
    try:
        if shutil.disk_usage(data).free < SPARE_BYTES:
            return False
        with open(new, "wb", opener=private.opened) as filled:
            for _ in range(BYTES // PIECE):
                filled.write(os.urandom(PIECE))  # what could be compressed would keep no room
        new.replace(file)
    except OSError:
        new.unlink(missing_ok=True)
        return False
    return True


def give_up(data: Path) -> bool:
    """Empty the ballast; return whether that made room."""
    file = _file(data)
    if not _size(file):
        return False
    with suppress(OSError):
        os.truncate(file, 0)
        return True
    return False


def is_given_up(data: Path) -> bool:
    """Return whether the room that there is was the ballast's."""
    return _size(_file(data)) == 0


def _file(data: Path) -> Path:
    return data / "ballast"


def _size(file: Path) -> int | None:
    return file.stat().st_size if file.exists() else None
