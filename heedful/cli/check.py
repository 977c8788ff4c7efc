"""Look whether this installation is fit for the open road: settings, database, disk."""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection

from heedful.cli import migrations

OLDEST_POSTGRES = 150_000
ROOM_BYTES = 2_000_000_000

Finding = tuple[bool, str]


def run(options: argparse.Namespace) -> int:  # noqa: ARG001
    """Print each finding on a line of its own; the code is 1 when any of them needs a hand."""
    findings = [*_framework(), *_database(), *_machine(), *_mail()]
    for fine, sentence in findings:
        print(f"{'ok  ' if fine else 'LOOK'}  {sentence}")
    return 0 if all(fine for fine, _ in findings) else 1


def _framework() -> Iterator[Finding]:
    said = [issue for issue in checks.run_checks(include_deployment_checks=True) if not issue.is_silenced()]
    for issue in said:
        yield False, f"{issue.msg} ({issue.id})"
    if not said:
        yield True, "Django's deployment checks find nothing."
    address = urlsplit(settings.PUBLIC_URL)
    yield address.scheme == "https", f"Customers reach this installation at {settings.PUBLIC_URL}."
    names = settings.ALLOWED_HOSTS
    if "*" not in names:
        yield True, f"It answers to {', '.join(names)}."
    elif settings.HTTPS:
        yield (
            False,
            f"It answers to any host name: set HEEDFUL_HOSTS={address.hostname} (and what your machines call it).",
        )


def _database() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
            " current_setting('synchronous_commit') <> 'off' AND current_setting('fsync') = 'on',"
            " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
        )
        version, number, is_durable, is_superuser = cursor.fetchone() or ("", 0, False, True)
    yield number >= OLDEST_POSTGRES, f"The database is PostgreSQL {version}."
    yield (
        is_durable,
        "What the database has acknowledged survives a power cut."
        if is_durable
        else ("The database acknowledges before it has written (fsync or synchronous_commit is off)."),
    )
    yield not is_superuser, f"The database's role is {'a' if is_superuser else 'no'} superuser."
    yield not migrations.pending(), "The database has the newest shape."


def _machine() -> Iterator[Finding]:
    data = Path(settings.DATA_DIR)
    free = shutil.disk_usage(data).free
    yield free > ROOM_BYTES, f"{free / 1e9:.1f} GB are free on the disk of {data}."
    key = data / "secret_key"
    if key.exists():
        yield key.stat().st_mode & 0o077 == 0, f"Only its owner may read {key}."


def _mail() -> Iterator[Finding]:
    if settings.SMTP_URL:
        yield True, f"Mails leave through {urlsplit(settings.SMTP_URL).hostname}."
    else:
        yield False, "No mail server is set (HEEDFUL_SMTP): mails are kept and readable here, and reach nobody."
