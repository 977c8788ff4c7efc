"""Fill the database from a backup: all of it or, when anything is wrong, nothing."""

import argparse
import fcntl
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg
from tqdm import tqdm

from heedful.cli import backup, place
from heedful.kit.errors import Refused
from heedful.kit.postgres import address, binaries, failures

MAGIC = b"PGDMP"
# One transaction around all, and its end is said: whoever is killed in between leaves everything as it was.
BEGINNING = b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"
END = b"\nCOMMIT;\n"
PIECE = 1 << 20


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what can be chosen."""
    parser.add_argument("file", type=Path, help="a file that `heedful backup` wrote")
    parser.add_argument("--replace", action="store_true", help="throw away what the database holds now")


def run(options: argparse.Namespace) -> int:
    """Restore, and bring the restored data to the shape that this version needs."""
    _refuse_other_files(options.file)
    home = place.settle(options.data)
    _refuse_newer(options.file)
    with _nobody_works_on(home.data), home.database() as url:
        if not options.replace and _holds_anything(url):
            raise Refused("This database is not empty. Say --replace to throw away what it holds.", code="not_empty")
        _load(url, options.file)
        place.prepare()
    print(f"Restored from {options.file}.")
    return 0


def _refuse_other_files(file: Path) -> None:
    try:
        with open(file, "rb") as opened:
            is_backup = opened.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror}).", code="file") from None
    if not is_backup:
        raise Refused(f"{file} is not a backup.", code="file")


def _refuse_newer(file: Path) -> None:
    """Refuse a backup of a version after this one while nothing is changed yet."""
    import django

    django.setup()
    from heedful.cli import migrations

    command = [str(binaries.directory() / "pg_restore"), "-a", "-t", "django_migrations", "-f", "-", str(file)]
    rows = subprocess.run(command, capture_output=True, text=True).stdout.partition("FROM stdin;\n")[2]
    lines = rows.partition("\n\\.")[0].splitlines()
    migrations.refuse_newer([(app, name) for _, app, name, *_ in map(_fields, lines)], what="This backup")


def _fields(line: str) -> list[str]:
    return line.split("\t")


def _nobody_works_on(data: Path) -> IO[str]:
    with failures.in_sentences(data):
        lock = open(data / "up.lock", "a+", encoding="utf-8")  # noqa: SIM115 - the caller's `with` closes it
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise Refused(f"Heedful runs on {data}. Stop it first.", code="running") from None
    return lock


def _holds_anything(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')").fetchone()
        return bool(found and found[0])


def _load(url: str, file: Path) -> None:
    folder = binaries.directory()
    reading = [str(folder / "pg_restore"), "--no-owner", "--no-privileges", "-f", "-", str(file)]
    writing = [str(folder / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"]
    writing += ["-d", address.shown(url)]
    with tempfile.TemporaryFile() as complaints:
        reader = subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=complaints)
        writer = subprocess.Popen(writing, stdin=subprocess.PIPE, stderr=complaints, env=address.environment(url))
        assert reader.stdout is not None
        assert writer.stdin is not None
        whole = _pour(reader.stdout, writer.stdin) and reader.wait() == 0
        if whole:
            with suppress(BrokenPipeError):
                writer.stdin.write(END)
                writer.stdin.close()
        else:
            writer.kill()
            reader.kill()
        if writer.wait() or reader.wait():
            complaints.seek(0)
            raise backup.failed("Nothing was changed: restoring", complaints.read().decode("utf-8", "replace"))


def _pour(source: IO[bytes], sink: IO[bytes]) -> bool:
    try:
        with tqdm(desc="restoring", unit="B", unit_scale=True, delay=2, leave=False) as bar:
            sink.write(BEGINNING)
            while piece := source.read(PIECE):
                sink.write(piece)
                bar.update(len(piece))
            sink.flush()
    except BrokenPipeError:
        return False
    return True
