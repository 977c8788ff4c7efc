"""Fill the database from a backup: all of it or, when anything is wrong, nothing."""

import argparse
import fcntl
import re
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
SECTIONS = ("pre-data", "data", "post-data")
FIRST_WITH_TRANSACTION_TIMEOUT = 170_000
COLUMN_MARK = rb"pg_attver=[^,)\n]+"
COLUMN_MARKS = re.compile(
    rb"^ALTER TABLE ONLY [^\n]+ ALTER COLUMN [^\n]+ SET \(" + COLUMN_MARK + rb"\);\n"
    rb"|(?<=[( ])" + COLUMN_MARK + rb", (?=[^\n]*\);$)|, " + COLUMN_MARK + rb"(?=[^\n]*\);$)",
    re.MULTILINE,
)


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

    command = [str(binaries.clients() / "pg_restore"), "-a", "-t", "django_migrations", "-f", "-", str(file)]
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
        row = connection.execute("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')").fetchone()
        return bool(row and row[0])


def _load(url: str, file: Path) -> None:
    folder, version = binaries.clients(), place.server_version(url)
    writing = [str(folder / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-d", address.shown(url)]
    with tempfile.TemporaryFile() as complaints:
        writer = subprocess.Popen(writing, stdin=subprocess.PIPE, stderr=complaints, env=address.environment(url))
        assert writer.stdin is not None
        whole = _say(writer.stdin, BEGINNING)
        for section in SECTIONS:
            whole = whole and _send(_reading(folder, file, section), section, writer.stdin, complaints, version)
        if not (whole and _say(writer.stdin, END)):
            writer.kill()
        with suppress(BrokenPipeError):
            writer.stdin.close()
        if writer.wait() or not whole:
            complaints.seek(0)
            raise backup.failed("Nothing was changed: restoring", complaints.read().decode("utf-8", "replace"))


def _reading(folder: Path, file: Path, section: str) -> list[str]:
    words = ["--no-owner", "--no-privileges", f"--section={section}", "-f", "-", str(file)]
    return [str(folder / "pg_restore"), *words]


def _send(reading: list[str], section: str, sink: IO[bytes], complaints: IO[bytes], version: int) -> bool:
    """Send a section of the backup on, and return whether all of it arrived."""
    reader = subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=complaints)
    assert reader.stdout is not None
    try:
        if section == "data":
            whole = _pour(reader.stdout, sink, version)
        else:
            whole = _say(sink, fit(reader.stdout.read(), version))
    finally:
        reader.stdout.close()
    return reader.wait() == 0 and whole


def fit(script: bytes, version: int) -> bytes:
    """Return a script without what belongs to the server that was backed up and not to this one.

    Programs of 17 or newer set a time-out that older servers do not know. Older programs take down the marks that
    servers of November 2026 or newer keep at columns for themselves, and that none of them lets anybody set.
    """
    if version < FIRST_WITH_TRANSACTION_TIMEOUT:
        script = script.replace(b"\nSET transaction_timeout = 0;\n", b"\n")
    return COLUMN_MARKS.sub(b"", script)


def _say(sink: IO[bytes], script: bytes) -> bool:
    try:
        sink.write(script)
        sink.flush()
    except BrokenPipeError:
        return False
    return True


def _pour(source: IO[bytes], sink: IO[bytes], version: int) -> bool:
    """Send the rows on as they come; only what stands before the first of them is read."""
    head, rows, rest = source.read(PIECE).partition(b"\nCOPY ")
    try:
        with tqdm(desc="restoring", unit="B", unit_scale=True, delay=2, leave=False) as bar:
            sink.write(fit(head, version) + rows + rest)
            while piece := source.read(PIECE):
                sink.write(piece)
                bar.update(len(piece))
            sink.flush()
    except BrokenPipeError:
        return False
    return True
