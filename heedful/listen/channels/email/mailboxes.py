"""Mailboxes: which addresses are read, from where, and how each of them stands."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from django.db import IntegrityError, transaction

from heedful.associates import associates
from heedful.associates.models import Team
from heedful.kit import emails, live, names
from heedful.kit.actor import By
from heedful.kit.characters import storable
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.listen.channels.email import imap, oauth
from heedful.listen.channels.email.models import Mailbox

PAUSES_S = (5, 15, 60, 300, 900)
"""How long a mailbox is left alone after so many failures in a row."""
JITTER = 0.1
LAST_PORT = 65_535
TEST_S = 10.0
_random = Random()  # noqa: S311 - spreads load, keeps no secret


@dataclass(frozen=True, slots=True)
class MailboxAdded:
    """An address is read from now on."""

    mailbox: int
    address: str


@dataclass(frozen=True, slots=True)
class MailboxChanged:
    """Name, place, login or team of a mailbox became others."""

    mailbox: int
    address: str
    has_moved: bool


@dataclass(frozen=True, slots=True)
class MailboxPaused:
    """A mailbox is not read for the time being."""

    mailbox: int


@dataclass(frozen=True, slots=True)
class MailboxResumed:
    """A mailbox is read again, from where it was left."""

    mailbox: int


@dataclass(frozen=True, slots=True)
class MailboxRemoved:
    """A mailbox is read no more; what came out of it stays."""

    mailbox: int
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxSettings:
    """What is to be known of a mailbox; an empty `secret` of one that there is leaves it as it was."""

    name: str
    address: str
    host: str
    port: int = 993
    cover: str = Mailbox.Cover.TLS
    login: str = Mailbox.Login.PASSWORD
    user: str = ""
    secret: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    folder: str = "INBOX"
    team: Team | None = None
    mark: str = Mailbox.Mark.SUBJECT


PLACE = ("host", "port", "user", "folder")
"""What makes another mailbox of it: there the server numbers its mails otherwise."""


@transaction.atomic
def add(*, settings: MailboxSettings, since: datetime | None = None, by: By, at: datetime) -> Mailbox:
    """Read an address from now on, or with what came `since` a time that is past."""
    associates.must(by, "mailbox.edit")
    checked = _checked(settings)
    if not checked.secret:
        raise Refused("Give the password, or the refresh token, that opens the mailbox.")
    row = Mailbox(**_columns(checked), since=min(since or at, at), created_at=at)
    _save(row)
    events.record(MailboxAdded(row.pk, row.address), by=by, at=at)
    live.publish("mailboxes", row.pk)
    return row


@transaction.atomic
def change(*, mailbox: Mailbox, settings: MailboxSettings, by: By, at: datetime) -> Mailbox:
    """Give a mailbox another name, place, login or team. In another place, what is known already is left alone."""
    associates.must(by, "mailbox.edit")
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    former = [getattr(row, name) for name in PLACE]
    checked = _checked(settings)
    checked = replace(
        checked, secret=checked.secret or row.secret, client_secret=checked.client_secret or row.client_secret
    )
    for name, value in _columns(checked).items():
        setattr(row, name, value)
    has_moved = former != [getattr(row, name) for name in PLACE]
    if has_moved:
        row.uid_validity = None
    row.next_try_at, row.failures, row.failing_since, row.answer = None, 0, None, ""
    _save(row)
    events.record(MailboxChanged(row.pk, row.address, has_moved), by=by, at=at)
    live.publish("mailboxes", row.pk)
    return row


@transaction.atomic
def pause(*, mailbox: Mailbox, by: By, at: datetime) -> None:
    """Read a mailbox no more for the time being."""
    associates.must(by, "mailbox.edit")
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    if row.paused_at is not None:
        raise Refused("This mailbox is paused already.")
    row.paused_at = at
    row.save(update_fields=["paused_at"])
    events.record(MailboxPaused(row.pk), by=by, at=at)
    live.publish("mailboxes", row.pk)


@transaction.atomic
def resume(*, mailbox: Mailbox, by: By, at: datetime) -> None:
    """Read a mailbox again, from where it was left: what came meanwhile is taken in, too."""
    associates.must(by, "mailbox.edit")
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    if row.paused_at is None:
        raise Refused("This mailbox is read already.")
    row.paused_at, row.next_try_at = None, None
    row.save(update_fields=["paused_at", "next_try_at"])
    events.record(MailboxResumed(row.pk), by=by, at=at)
    live.publish("mailboxes", row.pk)


@transaction.atomic
def try_now(*, mailbox: Mailbox, by: By, at: datetime) -> None:
    """Try a mailbox that failed at once, and not only when its rest is over."""
    del at
    associates.must(by, "mailbox.edit")
    if Mailbox.objects.filter(pk=mailbox.pk, paused_at=None).update(next_try_at=None) == 0:
        raise Refused("This mailbox is paused. Read it again first.")
    live.publish("mailboxes", mailbox.pk)


@transaction.atomic
def remove(*, mailbox: Mailbox, by: By, at: datetime) -> None:
    """Read a mailbox no more. Its messages stay where they are; the mails to the letter go."""
    associates.must(by, "mailbox.edit")
    events.record(MailboxRemoved(mailbox.pk, mailbox.address), by=by, at=at)
    Mailbox.objects.filter(pk=mailbox.pk).delete()
    live.publish("mailboxes", mailbox.pk)


def place_of(mailbox: Mailbox) -> imap.MailboxPlace:
    """Return where a mailbox is and what opens it; raises `MailboxFailed` where no token can be had."""
    token = oauth.token_of(mailbox) if mailbox.login == Mailbox.Login.XOAUTH2 else ""
    return imap.MailboxPlace(
        host=mailbox.host,
        port=mailbox.port,
        cover=mailbox.cover,
        user=mailbox.user or mailbox.address,
        password="" if token else mailbox.secret,
        token=token,
        folder=mailbox.folder,
    )


def trial(mailbox: Mailbox) -> str:
    """Open a mailbox and leave again; returns what is wrong in a sentence, or nothing."""
    try:
        with imap.ImapConnection(place_of(mailbox), timeout_s=TEST_S):
            return ""
    except imap.MailboxFailed as error:
        return str(error)


def note_failure(*, mailbox: Mailbox, sentence: str, at: datetime) -> None:
    """Leave a mailbox alone for a while, longer each time; the others go on."""
    row = Mailbox.objects.filter(pk=mailbox.pk).first()
    if row is None:
        return
    row.failures += 1
    row.failing_since, row.answer = row.failing_since or at, names.one_line(sentence, most=300)
    seconds = PAUSES_S[min(row.failures, len(PAUSES_S)) - 1] * (1 + _random.uniform(-JITTER, JITTER))
    row.next_try_at = at + timedelta(seconds=seconds)
    row.save(update_fields=["failures", "failing_since", "answer", "next_try_at"])
    live.publish("mailboxes", row.pk)


def note_success(*, mailbox: Mailbox, at: datetime) -> None:
    """Note that a mailbox answers: it was asked now, and whatever was wrong before is over."""
    row = Mailbox.objects.filter(pk=mailbox.pk)
    if row.exclude(failures=0).update(failures=0, failing_since=None, next_try_at=None, answer=""):
        live.publish("mailboxes", mailbox.pk)
    row.update(checked_at=at)


def _checked(settings: MailboxSettings) -> MailboxSettings:
    address, host = emails.normal(settings.address), names.one_line(settings.host, most=200)
    if not address:
        raise Refused("Give the address under which customers write, such as care@example.com.")
    if not host or " " in host or "/" in host:
        raise Refused("Give the name of the mail server, such as imap.example.com.")
    if not 0 < settings.port <= LAST_PORT:
        raise Refused(f"A port is a number from 1 to {LAST_PORT}; for mail it is 993, or 143.")
    if settings.cover not in Mailbox.Cover.values or settings.login not in Mailbox.Login.values:
        raise Refused("Choose how the mailbox is opened.")
    if settings.mark not in Mailbox.Mark.values:
        raise Refused("Choose where the mark of a conversation stands.")
    if settings.login == Mailbox.Login.XOAUTH2 and not (settings.token_url and settings.client_id):
        raise Refused("For OAuth 2 give the address where tokens are had, and the client id.")
    return replace(
        settings,
        name=names.one_line(settings.name, most=120) or address,
        address=address,
        host=host,
        user=names.one_line(settings.user, most=254),
        secret=storable(settings.secret).strip(),
        token_url=names.one_line(settings.token_url, most=500),
        client_id=names.one_line(settings.client_id, most=254),
        client_secret=storable(settings.client_secret).strip(),
        folder=names.one_line(settings.folder, most=200) or "INBOX",
    )


def _columns(settings: MailboxSettings) -> dict[str, object]:
    return {name: getattr(settings, name) for name in MailboxSettings.__dataclass_fields__}


def _save(row: Mailbox) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(f"{row.address} is read already.") from None
