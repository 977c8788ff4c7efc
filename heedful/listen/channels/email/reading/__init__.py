"""What a mail says: who wrote it to whom, in answer to what, and which of its words are new."""

import email
import email.policy
import hashlib
from email.utils import getaddresses, parsedate_to_datetime

from heedful.listen.channels.email.reading.mail import (
    NO_SUBJECT,
    Attachment,
    IncomingMail,
    MailAddress,
    MailKind,
    UnreadableMail,
)


def read(raw: bytes) -> IncomingMail:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    if not mail["From"]:
        raise UnreadableMail("It names nobody who wrote it.")

    def people(name: str) -> tuple[MailAddress, ...]:
        return tuple(MailAddress(n, a.lower()) for n, a in getaddresses([str(v) for v in mail.get_all(name, [])]))

    body = mail.get_body(("plain", "html"))
    text = body.get_content() if body else ""
    files = [
        Attachment(p.get_filename() or "", p.get_content_type(), len(data), hashlib.sha256(data).hexdigest(), data)
        for p in mail.iter_attachments()
        if (data := p.get_payload(decode=True) or b"") is not None
    ]
    return IncomingMail(
        message_id=(mail["Message-ID"] or "").strip(),
        in_reply_to=str(mail["In-Reply-To"] or ""),
        references=tuple(str(mail["References"] or "").split()),
        thread_index=str(mail["Thread-Index"] or ""),
        subject=str(mail["Subject"] or NO_SUBJECT),
        sender=people("From")[0],
        reply_to=people("Reply-To"),
        to=people("To"),
        cc=people("Cc"),
        sent_at=parsedate_to_datetime(mail["Date"]) if mail["Date"] else None,
        text=text,
        visible=text,
        folded="",
        html="",
        attachments=tuple(files),
        kind=MailKind.AUTO_REPLY if str(mail["Auto-Submitted"] or "no").lower() != "no" else MailKind.PERSON,
        reason="",
    )
