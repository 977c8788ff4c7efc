"""How a mail is put together and given to the server."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings

from heedful.associates import company
from heedful.courier.carrier import Receipt, Send
from heedful.courier.carriers.smtp import headers, wire
from heedful.courier.models import Destination, Mail
from heedful.kit import emails, names
from heedful.kit.characters import is_one_line


@contextmanager
def open(_: Destination) -> Iterator[Send]:  # noqa: A001
    """Open one connection for all mails of a turn; the first of them makes the call."""
    sender = _sender()
    with wire.Connection(wire.parse(settings.SMTP_URL)) as connection:

        def send(mail: Mail) -> Receipt:
            own, usual = mail.sender or sender, not mail.sender or mail.sender == sender
            message, cc = compose(mail), _others(mail)
            return Receipt(connection.hand_over(message, sender=own, to=mail.to, cc=cc, is_usual=usual))

        yield send


def compose(mail: Mail) -> EmailMessage:
    """Return the mail as it goes over the wire."""
    message = EmailMessage(policy=headers.WIRE)
    company_row = company.find()
    message["From"] = headers.address(
        names.one_line(company_row.name if company_row else ""), mail.sender or _shown_sender()
    )
    message["To"] = headers.address(names.one_line(mail.to_name), mail.to)
    if mail.cc:
        message["Cc"] = ", ".join(headers.address(names.one_line(name), address) for name, address in mail.cc)
    message["Subject"] = headers.text(names.one_line(mail.subject))
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = mail.message_id
    for name, value in mail.headers.items():
        message[name] = value if name in headers.OF_THREADS and value.isascii() else headers.text(value)
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return message


def _others(mail: Mail) -> list[str]:
    """Who gets a copy."""
    return [address for _, address in mail.cc if address != mail.to]


def _shown_sender() -> str:
    """The address that mails come from, where they can be read though none can leave."""
    try:
        return _sender()
    except wire.ServerFailed:
        return headers.text(names.one_line(settings.MAIL_FROM))


def _sender() -> str:
    """The address that mails come from, as it goes over the wire."""
    with contextlib.suppress(ValueError):
        return emails.wire(settings.MAIL_FROM)
    if "@" in settings.MAIL_FROM and settings.MAIL_FROM.isascii() and is_one_line(settings.MAIL_FROM):
        return str(settings.MAIL_FROM)  # an address inside the company, such as care@mailhost
    raise wire.ServerFailed("HEEDFUL_MAIL_FROM must be one e-mail address, such as care@example.com.")
