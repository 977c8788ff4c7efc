"""As whom the server runs: PostgreSQL refuses to be root, so root lends it another account."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from heedful.kit.errors import Refused

# The user of a namespace must be one that the system knows by name, and this one exists everywhere.
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns the files, and the words before a command that make it run so."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def tied(self) -> tuple[str, ...]:
        """Return the prefix for a server that shuts down when the process that started it dies."""
        return (*self.prefix, "setpriv", "--pdeathsig", "INT") if shutil.which("setpriv") else self.prefix


def choose(*, binaries: Path, files: Path) -> Account:
    """Return the account for a server whose data are, or will be, in `files`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if files.exists():
        owner = files.stat()
        return _namespace() if owner.st_uid == 0 else _as(owner.st_uid, owner.st_gid)
    for account in _users("heedful", "postgres"):
        if _reaches(account, binaries, files.parent):
            return account
    if _works(account := _namespace()):
        return account
    for account in _users("nobody"):
        if _reaches(account, binaries, files.parent):
            return account
    raise Refused(
        f"PostgreSQL does not run as root, and no other user can reach both {binaries} and {files.parent}."
        " Start Heedful as an ordinary user, or choose folders that a user named heedful can enter.",
        code="root",
    )


def _users(*names: str) -> list[Account]:
    by_name = {entry.pw_name: entry for entry in pwd.getpwall()}
    return [_as(by_name[name].pw_uid, by_name[name].pw_gid) for name in names if name in by_name]


def _as(uid: int, gid: int) -> Account:
    return Account(uid, gid, ("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"))


def _namespace() -> Account:
    return Account(0, 0, ("unshare", "-U", f"--map-user={NOBODY}"))


def _works(account: Account, *command: str) -> bool:
    try:
        tried = subprocess.run([*account.prefix, *(command or ("true",))], capture_output=True)
    except OSError:
        return False
    return tried.returncode == 0


def _reaches(account: Account, binaries: Path, folder: Path) -> bool:
    return _works(account, str(binaries / "initdb"), "--version") and _works(account, "test", "-x", str(folder))
