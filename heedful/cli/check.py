"""Look whether this installation is fit for the open road: settings, database, disk."""

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import connection
from django.utils import timezone

from heedful.cli import migrations
from heedful.courier import backlog
from heedful.kit import private
from heedful.kit.errors import Refused
from heedful.kit.postgres import binaries, releases
from heedful.ledger import jobs
from heedful.listen.channels.email import standing

ROOM_BYTES = 2_000_000_000
PATIENT_S = {jobs.CLOCKS: 5.0, "mails": 60.0}
LONG_S = 600.0
"""For how long the oldest job of a kind may wait before somebody should look."""

FOLLOW_FROM_HTTP = {"security.W004", "security.W012", "security.W016"}
"""What the framework misses where there is no HTTPS; said once, with the address."""
SENTENCES = {
    "security.W009": (
        "The secret key is short or plain, and whoever guesses it can log in as anybody: give HEEDFUL_SECRET_KEY 50"
        " random characters or more, or leave it unset, and a good one is made and kept in the data folder."
    ),
    "security.W018": "Errors show the code to everybody: unset HEEDFUL_DEBUG.",
    "security.W020": "It answers to no host name: set HEEDFUL_HOSTS.",
}
"""What the framework's checks find, in our words and with what to do."""

Finding = tuple[bool, str]


def run(options: argparse.Namespace) -> int:  # noqa: ARG001
    """Print each finding on a line of its own; the code is 1 when any of them needs a hand."""
    findings = [*_framework(), *_database(), *_work(), *_machine(), *_mail(), *_mailboxes()]
    for fine, sentence in findings:
        print(f"{'ok  ' if fine else 'LOOK'}  {sentence}")
    return 0 if all(fine for fine, _ in findings) else 1


def _framework() -> Iterator[Finding]:
    address = urlsplit(settings.PUBLIC_URL)
    is_covered = address.scheme == "https"
    issues = [issue for issue in checks.run_checks(include_deployment_checks=True) if not issue.is_silenced()]
    shown = [issue for issue in issues if is_covered or issue.id not in FOLLOW_FROM_HTTP]
    for issue in shown:
        yield (
            False,
            SENTENCES.get(issue.id or "", f"Nothing that a setting of Heedful changes, so tell its makers: {issue}"),
        )
    if not shown:
        yield True, "Keys and headers are as they should be."
    where = f"Customers reach this installation at {settings.PUBLIC_URL}"
    yield (
        is_covered,
        f"{where}."
        if is_covered
        else f"{where}, where passwords and answers can be read on their way:"
        " put a proxy with a certificate in front and set HEEDFUL_URL=https://...",
    )
    names = settings.ALLOWED_HOSTS
    if "*" not in names:
        yield True, f"It answers to {', '.join(names)}."
    elif is_covered:
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
    yield _release(version, *divmod(number, 10_000))
    yield _backups(number)
    yield _look(
        is_durable,
        "What the database has acknowledged survives a power cut.",
        "The database acknowledges before it has written: switch fsync and synchronous_commit on.",
    )
    yield _look(
        not is_superuser,
        "The database's role is no superuser.",
        "The database's role is a superuser: give Heedful a role that owns its own database and nothing else.",
    )
    yield _look(
        not migrations.pending(),
        "The database has the newest shape.",
        "The database has an older shape than the program: start `heedful up` once, which brings it up to date.",
    )


def _release(version: str, major: int, minor: int) -> Finding:
    """Say which release runs, and whether this version of Heedful knows of a newer one."""
    words = f"The database is PostgreSQL {version}"
    if major < releases.OLDEST:
        return False, f"{words}, and {releases.OLDEST} is the oldest that will do: move to a newer one."
    if newer := releases.newer(major, minor):
        name, day = newer
        return False, (
            f"{words}, and {name} of {day.day} {day:%B %Y} mends what is wrong with it: install that one with"
            " the system's packages and start again. Your data stay as they are."
        )
    if major not in releases.NEWEST:
        return True, f"{words}, which is newer than what this version of Heedful was tried with."
    return True, f"{words}; this version of Heedful knows of no newer {major}."


def _backups(number: int) -> Finding:
    try:
        folder = binaries.clients(number)
    except Refused as no:
        return False, no.sentence
    return True, f"Backups are written by the programs in {folder}."


def _work() -> Iterator[Finding]:
    if migrations.pending():
        return
    ages = jobs.waiting()
    words = ", ".join(f"{kind} for {age:.0f} s" for kind, age in ages.items())
    yield _look(
        all(age <= PATIENT_S.get(kind, LONG_S) for kind, age in ages.items()),
        f"The oldest jobs that wait for the worker: {words or 'none'}.",
        f"The worker is not running or comes late. The oldest jobs that wait for it: {words}.",
    )


def _machine() -> Iterator[Finding]:
    data = Path(settings.DATA_DIR)
    free = shutil.disk_usage(data).free
    room = f"{free / 1e9:.1f} GB are free on the disk of {data}"
    yield _look(free > ROOM_BYTES, f"{room}.", f"Only {room}: make room, for a full disk stops everything.")
    yield _look(
        private.is_closed(data),
        f"Only its owner may look into {data}.",
        f"Others may look into {data}: chmod 700 {data}",
    )
    key = data / "secret_key"
    if key.exists():
        is_private = key.stat().st_mode & 0o077 == 0
        yield _look(is_private, f"Only its owner may read {key}.", f"Others may read {key}: chmod 600 {key}")


def _look(is_fine: bool, fine: str, wrong: str) -> Finding:
    return is_fine, fine if is_fine else wrong


def _mail() -> Iterator[Finding]:
    if settings.SMTP_URL:
        yield True, f"Mails leave through {urlsplit(settings.SMTP_URL).hostname}."
        yield from _mails()
    else:
        yield False, "No mail server is set (HEEDFUL_SMTP): mails are kept and can be read here, and reach nobody."


def _mails() -> Iterator[Finding]:
    if migrations.pending():
        return
    outgoing = backlog.backlog(at=timezone.now())
    yield outgoing.is_fine, outgoing.sentence
    if outgoing.given_up:
        yield True, f"{outgoing.given_up_sentence} `heedful mail list` says why."


def _mailboxes() -> Iterator[Finding]:
    if migrations.pending():
        return
    yield from standing.findings(at=timezone.now())
