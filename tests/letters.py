"""Mails as customers' programs write them, for tests."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

SENT = datetime(2026, 3, 2, 11, 58, tzinfo=UTC)


def letter(
    *,
    sender: str = "Alice Archer <alice@example.test>",
    to: str = "care@acme.test",
    subject: str = "My parcel",
    text: str = "Where is my parcel?",
    message_id: str = "<m-1@example.test>",
    files: tuple[tuple[str, bytes], ...] = (),
    **headers: Any,
) -> bytes:
    """One mail to the letter; headers are named with underscores, such as `in_reply_to`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(SENT)
    if message_id:
        mail["Message-ID"] = message_id
    for name, value in headers.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
