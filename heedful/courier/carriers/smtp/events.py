"""What becomes of a mail, as the ledger hears it."""

from dataclasses import dataclass
from datetime import datetime

from heedful.courier.models import Mail
from heedful.kit.actor import SYSTEM, By
from heedful.ledger import events


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
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class MailGivenUp:
    """A mail could not be handed over and will not be tried again by itself."""

    mail: int
    sentence: str
    purpose: str = ""


def written(mail: Mail, by: By, at: datetime) -> None:
    """Write down that a mail waits to leave."""
    events.record(MailWritten(mail.pk, mail.purpose, mail.reference), by=by, at=at)


def sent(mail: Mail, at: datetime) -> None:
    """Write down that a mail left, and forget here the secret that it brought."""
    if secret := mail.payload.pop("secret", ""):
        mail.payload |= {part: mail.payload[part].replace(secret, "…") for part in ("text", "html")}
        mail.save(update_fields=["payload"])
    events.record(MailSent(mail.pk, mail.purpose), by=SYSTEM, at=at)


def given_up(mail: Mail, at: datetime) -> None:
    """Write down that a mail will not be tried again by itself."""
    events.record(MailGivenUp(mail.pk, mail.said, mail.purpose), by=SYSTEM, at=at)
