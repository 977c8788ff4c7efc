"""What went wrong with the server, as sentences that a person can act on."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from heedful.kit.errors import Refused
from heedful.kit.postgres import ballast

# What the server says while the remains of a killed one are still going away.
PASSING = ("shared memory block", "already exists", "is another postmaster", "could not be locked", "Is another")

GRAVE = re.compile(r"(FATAL|PANIC|ERROR|error):.*")

# With less than one file of its log the server cannot work, and says so in many ways.
LEAST_BYTES = 16 * 1024 * 1024


@contextmanager
def in_sentences(data: Path, *, what: str = "data folder") -> Iterator[None]:
    """Turn what the operating system refuses into a sentence about the folder."""
    try:
        yield
    except OSError as error:
        raise _of_code(data, error.errno or 0, error.strerror or str(error), what) from error


def is_full(data: Path) -> bool:
    """Return whether there is no room left for the server to work with, but what the ballast has given."""
    borrowed = ballast.BYTES if ballast.is_given_up(data) else 0
    return shutil.disk_usage(data).free < LEAST_BYTES + borrowed


def refusal(data: Path, output: str) -> Refused:
    """Return the refusal for what a program said before it gave up."""
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
        if os.strerror(code) in output:
            return _of_code(data, code, os.strerror(code))
    if is_full(data):
        return _of_code(data, errno.ENOSPC, "")
    lines = [line for line in output.splitlines() if line.strip()]
    grave = [match[0] for line in lines if (match := GRAVE.search(line))]
    last = (grave or lines or ["it said nothing"])[-1]
    return Refused(f"PostgreSQL did not start: {last.strip()} (more may be in {data / 'postgres.log'}).")


def refuse_other_version(files: Path, major: int) -> None:
    """Refuse data that another major version of PostgreSQL wrote."""
    written = (files / "PG_VERSION").read_text(encoding="ascii").strip()
    if written != str(major):
        raise Refused(
            f"The data in {files} were written by PostgreSQL {written} and this is PostgreSQL {major}."
            f" Install PostgreSQL {written}, or back up with the old version and restore with the new one.",
            code="postgres_version",
        )


def passes_by_itself(output: str) -> bool:
    """Return whether trying again in a moment will do, as after a kill -9."""
    return any(words in output for words in PASSING)


def forget_stale_locks(files: Path, socket: Path) -> None:
    """Remove the locks of a server that is gone.

    The server itself goes by the process id in them, and is fooled by an id that now belongs to something else, as in a
    container that was started again, and by the remains of a process that nobody has waited for.
    """
    if Path("/proc/self").exists() and not _works_in(files):
        for lock in (files / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")):
            lock.unlink(missing_ok=True)


def log_since(log: Path, since: int) -> str:
    """Return what was added to the log since a position."""
    with open(log, "rb") as file:
        file.seek(max(since, log.stat().st_size - 20_000))
        return file.read().decode("utf-8", "replace")


def is_alive(pid: int) -> bool:
    """Return whether a process exists and is more than the remains of one."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        return stat.rpartition(")")[2].split()[0] != "Z"
    except OSError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not Path("/proc/self").exists()


def _works_in(files: Path) -> bool:
    """Return whether any process has the database's folder as its own, as every server process does."""
    home = str(files.resolve())
    return any(_home_of(process) in {home, None} for process in Path("/proc").glob("[0-9]*"))


def _home_of(process: Path) -> str | None:
    """Return a process's folder; None for a server process of which we may not know it."""
    with suppress(FileNotFoundError, ProcessLookupError):
        try:
            return str((process / "cwd").readlink())
        except PermissionError:
            return None if (process / "comm").read_text(encoding="utf-8").startswith("postgres") else ""
    return ""


def _of_code(data: Path, code: int, words: str, what: str = "data folder") -> Refused:
    if code in {errno.ENOSPC, errno.EDQUOT}:
        return Refused(
            f"The disk that holds {data} is full. Free some space and start again; nothing that was kept is lost.",
            code="disk_full",
        )
    if code in {errno.EROFS, errno.EACCES, errno.EPERM}:
        return Refused(
            f"The {what} {data} cannot be written ({words}). Give this user the right to write there,"
            f" or choose another{' folder with --data' if what == 'data folder' else ''}.",
            code="read_only",
        )
    return Refused(f"The {what} {data} cannot be used: {words}.", code="data")
