"""What belongs to this installation alone: folders and files that no other account of the machine may look into."""

import os
import stat
from pathlib import Path


def close_folder(folder: Path, *, uid: int, gid: int) -> None:
    """Shut a folder to all but its owner and, where that is another, the account that has to pass through it.

    What we have no say in is left as it is, and so is a place that everybody shares.
    """
    status = folder.stat()
    if os.geteuid() not in {0, status.st_uid} or status.st_mode & stat.S_ISVTX or folder.resolve() == Path("/"):
        return
    if status.st_uid != uid:
        os.chown(folder, -1, gid)
    folder.chmod(0o700 if status.st_uid == uid else 0o710)


def is_closed(place: Path) -> bool:
    """Return whether nobody but its owner, or who passes through by its group, gets anything from a file or folder."""
    return place.stat().st_mode & (0o067 if place.is_dir() else 0o077) == 0


def close_file(file: Path) -> None:
    """Shut a file to all but its owner, if it is there and ours."""
    if file.exists() and os.geteuid() in {0, file.stat().st_uid}:
        file.chmod(0o600)


def opened(path: str | Path, flags: int) -> int:
    """Open a file that nobody else may read; for `open(..., opener=private.opened)`."""
    return os.open(path, flags, 0o600)
