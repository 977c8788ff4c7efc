"""Mails: written where they are wanted, handed over when the server takes them, kept when there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, formataddr, make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from heedful.associates import associates, company
from heedful.courier import backoff, smtp
from heedful.courier.models import Mail, MailServer, MailTry, Sending
from heedful.kit import names
from heedful.kit.actor import SYSTEM, By
from heedful.kit.characters import is_one_line, storable, straight
from heedful.kit.errors import Refused
from heedful.ledger import events, jobs
from heedful.ledger.references import Reference

GIVES_UP_AFTER = timedelta(days=2)
PAUSES_S = (60, 300, 900, 1800, 3600, 7200, 14400)
SERVER_PAUSES_S = (15, 60, 300, 900, 1800, 3600)
AT_ONCE = 200
"""Mails that one job hands over before it makes room for other work."""


@dataclass(frozen=True, slots=True)
class MailWritten:
    """A mail was written; it waits for the mail server, or is kept because there is none."""

    mail: int
    purpose: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class MailSent:
    """The mail server took a mail."""

    mail: int


@dataclass(frozen=True, slots=True)
class MailGivenUp:
    """A mail could not be handed over and will not be tried again by itself."""

    mail: int
    sentence: str


@transaction.atomic
def send(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    to_name: str = "",
    purpose: str,
    reference: Reference | None = None,
    headers: Mapping[str, str] | None = None,
    by: By,
    at: datetime,
) -> Mail:
    """Write a mail and see to it that it leaves; a second mail with the same reference is the first one."""
    waits = bool(settings.SMTP_URL)
    content = {
        "to": _checked_address(to),
        "to_name": names.one_line(to_name, most=200),
        "subject": straight(_checked_line(subject, "subject"))[:250],
        "text": storable(text),
        "html": storable(html),
        "headers": {
            _checked_line(name, "header"): _checked_line(value, "header") for name, value in (headers or {}).items()
        },
        "purpose": purpose,
        "message_id": make_msgid(domain=urlsplit(settings.PUBLIC_URL).hostname or "localhost"),
        "state": Sending.WAITING if waits else Sending.KEPT,
        "said": "" if waits else "Kept here: no mail server is set up.",
        "created_at": at,
        "next_try_at": at if waits else None,
    }
    if reference is None:
        mail, is_new = Mail.objects.create(**content), True
    else:
        mail, is_new = Mail.objects.get_or_create(reference=str(reference), defaults=content)
    if is_new:
        events.record(MailWritten(mail.pk, purpose, mail.reference), by=by, at=at)
        _wake(at=None)
    return mail


@transaction.atomic
def try_again(*, mail: Mail, by: By, at: datetime) -> None:
    """Hand over a mail that was kept or given up, now that there is a server that may take it."""
    associates.must(by, "mail.read")
    row = Mail.objects.select_for_update().get(pk=mail.pk)
    if row.state not in {Sending.KEPT, Sending.FAILED}:
        raise Refused("This mail is on its way already.")
    if not settings.SMTP_URL:
        raise Refused("No mail server is set up. Set HEEDFUL_SMTP first.")
    row.state, row.created_at, row.next_try_at, row.said = Sending.WAITING, at, at, ""
    row.save(update_fields=["state", "created_at", "next_try_at", "said"])
    events.record(MailWritten(row.pk, row.purpose, row.reference), by=by, at=at)
    _wake(at=None)


def drain() -> None:
    """Hand over all mails that are due, over one connection; runs in the worker, one at a time."""
    if not settings.SMTP_URL:
        return
    server = server_of(settings.SMTP_URL)
    if not backoff.take_lease(destination=server, at=timezone.now()):
        server.refresh_from_db()
        _wake(at=server.busy_until)
        return
    try:
        _hand_over_due(server)
    finally:
        backoff.release_lease(destination=server)
    _wake_for_the_next(server)


def server_of(url: str) -> MailServer:
    """Return the row that knows how the configured mail server fares."""
    try:
        shown = smtp.parse(url).shown
    except smtp.ServerFailed:
        shown = "HEEDFUL_SMTP"
    return MailServer.objects.get_or_create(address=shown)[0]


def compose(mail: Mail) -> EmailMessage:
    """Return the mail as it goes over the wire."""
    message = EmailMessage(policy=WIRE)
    found = company.find()
    message["From"] = formataddr((found.name if found else "", settings.MAIL_FROM))
    message["To"] = formataddr((mail.to_name, mail.to)) if is_one_line(mail.to_name) else mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _hand_over_due(server: MailServer) -> None:
    _give_up_on_old(server, at=timezone.now())
    if server.rests(at=timezone.now()):
        return
    try:
        address = smtp.parse(settings.SMTP_URL)
    except smtp.ServerFailed as failure:
        _server_failed(server, str(failure), at=timezone.now())
        return
    with smtp.Connection(address) as line:
        for _ in range(AT_ONCE):
            now = timezone.now()
            mail = Mail.objects.due(at=now).first()
            if (
                mail is None
                or not backoff.renew_lease(destination=server, at=now)
                or not _hand_over(mail, server, line)
            ):
                return


def _hand_over(mail: Mail, server: MailServer, line: smtp.Connection) -> bool:
    """Try one mail and write down how it went; false when the server takes no mail at all."""
    try:
        answer = line.hand_over(compose(mail), sender=settings.MAIL_FROM, to=mail.to)
    except smtp.ServerFailed as failure:
        _tried(mail, ok=False, answer=str(failure), at=timezone.now())
        _server_failed(server, str(failure), at=timezone.now())
        return False
    except smtp.MailRefused as refusal:
        _refused(mail, refusal, at=timezone.now())
    else:
        _sent(mail, answer, at=timezone.now())
    backoff.note_recovery(destination=server)
    return True


def _tried(mail: Mail, *, ok: bool, answer: str, at: datetime) -> None:
    MailTry.objects.create(mail=mail, at=at, ok=ok, answer=answer)


@transaction.atomic
def _sent(mail: Mail, answer: str, *, at: datetime) -> None:
    _tried(mail, ok=True, answer=answer, at=at)
    mail.state, mail.sent_at, mail.next_try_at, mail.said = Sending.SENT, at, None, ""
    mail.save(update_fields=["state", "sent_at", "next_try_at", "said"])
    events.record(MailSent(mail.pk), by=SYSTEM, at=at)


@transaction.atomic
def _refused(mail: Mail, refusal: smtp.MailRefused, *, at: datetime) -> None:
    _tried(mail, ok=False, answer=str(refusal), at=at)
    if refusal.for_good:
        _give_up(mail, f"{refusal}. It will not be tried again.", at=at)
        return
    mail.next_try_at = at + backoff.pause(PAUSES_S, mail.tries.count())
    mail.said = f"{refusal}. It will be tried again."[:300]
    mail.save(update_fields=["next_try_at", "said"])


def _server_failed(server: MailServer, sentence: str, *, at: datetime) -> None:
    server.answer = sentence
    server.save(update_fields=["answer"])
    backoff.note_failure(destination=server, schedule=SERVER_PAUSES_S, wait_s=None, at=at)


@transaction.atomic
def _give_up_on_old(server: MailServer, *, at: datetime) -> None:
    for mail in Mail.objects.filter(state=Sending.WAITING, created_at__lt=at - GIVES_UP_AFTER):
        last = mail.tries.order_by("-pk").first()
        why = (last.answer if last else server.answer) or "It was never its turn."
        _give_up(mail, f"Tried for two days without success. {why}", at=at)


def _give_up(mail: Mail, sentence: str, *, at: datetime) -> None:
    mail.state, mail.next_try_at, mail.said = Sending.FAILED, None, sentence[:300]
    mail.save(update_fields=["state", "next_try_at", "said"])
    events.record(MailGivenUp(mail.pk, mail.said), by=SYSTEM, at=at)


def _wake_for_the_next(server: MailServer) -> None:
    upcoming = Mail.objects.filter(state=Sending.WAITING).order_by("next_try_at").values_list("next_try_at", flat=True)
    first = upcoming.first()
    if first is not None:
        _wake(at=max(first, server.resting_until or first))


def _wake(*, at: datetime | None) -> None:
    """Have the mails handed over, now or at a time; only what waits for a time is looked up, so nobody waits here."""
    if settings.SMTP_URL:
        once = None if at is None else f"mails {at:%Y%m%d%H%M%S}"
        jobs.enqueue(drain, at=at, queueing_lock=once, queue=jobs.MAILS)


def _checked_address(address: str) -> str:
    try:
        validate_email(address)
        local, _, domain = address.rpartition("@")
        return f"{local}@{domain.encode('idna').decode()}"
    except (ValidationError, UnicodeError):
        raise Refused(f"{storable(address)[:80]!r} is not an e-mail address.", code="bad_address") from None


def _checked_line(text: str, what: str) -> str:
    if not is_one_line(text):
        raise Refused(f"A {what} is one line.", code="bad_header")
    return storable(text).strip()
