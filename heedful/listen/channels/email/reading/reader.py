"""One mail, read."""

import base64
import binascii
from collections.abc import Collection

from heedful.listen.channels.email.reading import automatic, bodies, forwards, headers, parts, quoting
from heedful.listen.channels.email.reading.bodies import MailBody
from heedful.listen.channels.email.reading.mail import NO_SUBJECT, Doubts, IncomingMail, MailKind, UnreadableMail
from heedful.listen.channels.email.reading.parts import MimePart

LARGEST = 40 * 1024 * 1024
"""Bytes; a mail that is larger is not read."""
LONGEST_TEXT = 2_000_000
LONGEST_SUBJECT = 1_000
THREAD_INDEX = 22
"""So many bytes of Outlook's Thread-Index are the same in every mail of a thread."""


def read(raw: bytes, *, limit: int = LARGEST, own: Collection[str] = ()) -> IncomingMail:
    """Return a mail as a person reads it; `own` are addresses that we ourselves write from, in lower case."""
    if len(raw) > limit:
        raise UnreadableMail(
            f"The mail has {len(raw) / 1_048_576:.1f} MB; more than {limit / 1_048_576:.0f} MB are not read."
        )
    if not raw or raw.isspace():
        raise UnreadableMail("The mail is empty: there is not a single word in it.")
    doubts = Doubts()
    mail = parts.parse(_with_newlines(raw), doubts)
    if not mail.headers.values and b"\x00" in raw[:1_000]:
        raise UnreadableMail("This is no mail: it has no headers, and what is in it are no words.")
    return _mail(mail, own, doubts)


def _with_newlines(raw: bytes) -> bytes:
    """Lines may end as they did on old computers."""
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _mail(mail: MimePart, own: Collection[str], doubts: Doubts) -> IncomingMail:
    found = mail.headers
    body = bodies.gather(mail, doubts)
    text = _text(body, doubts)
    subject = headers.text_of(found, "subject", doubts)[:LONGEST_SUBJECT]
    sender = forwards.sender_of(found, doubts)
    verdict = automatic.judge(mail, text=text, subject=subject, sender=sender, own=own)
    reply = quoting.split(text)
    is_report = verdict.kind in (MailKind.BOUNCE, MailKind.DELIVERY_REPORT)
    forwarded = forwards.read(text=text, subject=subject, mails=body.mails, is_report=is_report, doubts=doubts)
    return IncomingMail(
        message_id=next(iter(headers.ids(found.get("message-id"))), ""),
        in_reply_to=next(iter(headers.ids(found.get("in-reply-to"))), ""),
        references=headers.ids(" ".join(found.all("references"))),
        thread_index=_thread_index(found.get("thread-index")),
        subject=subject or NO_SUBJECT,
        sender=sender,
        reply_to=headers.addresses(found.all("reply-to"), doubts),
        to=headers.addresses(found.all("to"), doubts),
        cc=headers.addresses(found.all("cc"), doubts),
        sent_at=headers.sent_at(found.get("date"), doubts),
        text=text,
        visible=reply.visible,
        folded=reply.folded,
        html=body.html,
        attachments=tuple(body.files),
        kind=verdict.kind,
        reason=verdict.reason,
        bounced=verdict.bounced,
        invitation=body.meeting,
        forwarded=forwarded,
        doubts=doubts.sentences(),
    )


def _text(body: MailBody, doubts: Doubts) -> str:
    """The words; those of an invitation or of a mail inside where there are no others."""
    text = body.text
    if not text.strip() and body.meeting:
        text = body.meeting.sentence
    if not text.strip() and body.mails:
        text = bodies.gather(body.mails[0], doubts).text
    if len(text) > LONGEST_TEXT:
        doubts.add(f"The mail has {len(text):,} letters; the first {LONGEST_TEXT:,} are shown.")
    return text[:LONGEST_TEXT]


def _thread_index(value: str) -> str:
    """Outlook's name of the thread: the beginning of its index, which every answer makes longer."""
    try:
        data = base64.b64decode(value[:2_000].encode("ascii", "ignore"))
    except (binascii.Error, ValueError):
        return ""
    return base64.b64encode(data[:THREAD_INDEX]).decode("ascii") if len(data) >= THREAD_INDEX else ""
