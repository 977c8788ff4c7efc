"""Installations as a person has them: commands from a shell, and copies of a data folder."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from heedful.kit import memory
from heedful.kit.postgres import Server

CHECKOUT = Path(__file__).resolve().parents[1]
PATIENCE_S = 600.0


def environment(**more: str) -> dict[str, str]:
    """What a person's shell would hand over, without what the tests have set for themselves."""
    ours = ("HEEDFUL_", "DATABASE_URL", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1", **more}


def heedful(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-P", "-m", "heedful.config.main", *words]
    return subprocess.run(command, env=environment(**more), capture_output=True, text=True, timeout=PATIENCE_S, cwd="/")


def copy(data: Path, to: Path) -> Path:
    """Copy a data folder; the database's own files stay those of the account that the server runs as."""
    shutil.copytree(data, to, ignore=shutil.ignore_patterns("run"))
    owner = (data / "postgres").stat()
    for place in [to / "postgres", *(to / "postgres").rglob("*")]:
        os.chown(place, owner.st_uid, owner.st_gid)
    return to


def used(folder: Path) -> Path:
    """Make an installation by a command, and return its data folder."""
    made = heedful("check", "--data", str(folder / "data"))
    assert "newest shape" in made.stdout, made.stderr
    return folder / "data"


def digest() -> str:
    """What a new installation's database depends on: the day, the packages and the migrations."""
    files = [CHECKOUT / "requirements" / "dev.txt", *sorted((CHECKOUT / "heedful").rglob("migrations/*.py"))]
    known = [str(date.today()), *(file.read_text(encoding="utf-8") for file in files)]  # noqa: DTZ011
    return hashlib.sha256("".join(known).encode()).hexdigest()[:16]


@contextmanager
def new_database(server: Server, name: str) -> Iterator[str]:
    """Yield the address of one more database on this server, as an installation has it that was never used."""
    with psycopg.connect(server.url(role="postgres", database="postgres"), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE heedful OWNER heedful")
        try:
            yield server.url(database=name)
        finally:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def pointed_to(name: str, blocker: Any) -> Iterator[None]:
    """Let Django work on another database of the run's server; what it began in its own goes on after."""
    from django.db import connections

    usual = connections["default"]
    other = usual.copy()
    other.settings_dict["NAME"] = name
    connections["default"] = other
    _forget()
    try:
        with blocker.unblock():
            yield
    finally:
        other.close()
        connections["default"] = usual
        _forget()


def _forget() -> None:
    from django.contrib.contenttypes.models import ContentType

    ContentType.objects.clear_cache()
    memory.forget_all()
