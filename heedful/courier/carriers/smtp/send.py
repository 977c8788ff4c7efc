"""How a mail is put together and given to the server."""

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, formataddr

from django.conf import settings

from heedful.associates import company
from heedful.courier.carrier import Receipt, Send
from heedful.courier.carriers.smtp import wire
from heedful.courier.models import Destination, Mail
from heedful.kit.characters import is_one_line


@contextmanager
def open(_: Destination) -> Iterator[Send]:  # noqa: A001
    """Open one connection for all mails of a turn; the first of them makes the call."""
    with wire.Connection(wire.parse(settings.SMTP_URL)) as connection:

        def send(mail: Mail) -> Receipt:
            return Receipt(connection.hand_over(compose(mail), sender=settings.MAIL_FROM, to=mail.to))

        yield send


def compose(mail: Mail) -> EmailMessage:
    """Return the mail as it goes over the wire."""
    message = EmailMessage(policy=WIRE)
    company_row = company.find()
    message["From"] = formataddr((company_row.name if company_row else "", settings.MAIL_FROM))
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
