"""What a mail is once it was read: plain values, with nothing of the wire left in them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

NO_SUBJECT = "(no subject)"


class UnreadableMail(Exception):
    """What came is no mail, or too large; its words say so to a person."""


class MailKind(StrEnum):
    """Who or what wrote a mail."""

    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELIVERY_REPORT = "delivery_report"
    MAILING_LIST = "mailing_list"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class MailAddress:
    """A name, which may be empty, and the address in lower case."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail; its type is what its content says, whatever the mail said."""

    name: str
    content_type: str
    size: int
    digest: str
    """SHA-256 of the data, in hexadecimal."""
    data: bytes = field(repr=False)
    content_id: str = ""
    """By what the mail's HTML calls it, without its angle brackets."""


@dataclass(frozen=True, slots=True)
class BouncedAddress:
    """An address that a mail could not be brought to, with the status code where there is one: 5.1.1."""

    address: str
    status: str = ""
    reason: str = ""
    is_permanent: bool = True


@dataclass(frozen=True, slots=True)
class ForwardedMail:
    """The mail that was handed on: who wrote it first, about what, and their words."""

    sender: MailAddress
    subject: str
    text: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a calendar invitation says."""

    method: str
    """REQUEST, REPLY, CANCEL and so on, in capitals; empty where it is not said."""
    summary: str
    starts: str
    ends: str
    """As they are written, in words that a person reads."""
    location: str
    organizer: str

    @property
    def sentence(self) -> str:
        """The meeting in one line."""
        kind = {"CANCEL": "Cancelled meeting", "REPLY": "Answer to a meeting"}.get(self.method, "Meeting")
        when = " to ".join(part for part in (self.starts, self.ends) if part)
        where = f"at {self.location}" if self.location else ""
        return f"{kind}: {', '.join(part for part in (self.summary, when, where) if part)}"


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """One mail as a person reads it."""

    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    thread_index: str
    """Outlook's name of the thread, the same in each mail of it; empty where there is none."""
    subject: str
    """Never empty."""
    sender: MailAddress
    reply_to: tuple[MailAddress, ...]
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    sent_at: datetime | None
    text: str
    """All of it, readable."""
    visible: str
    """Only the new words."""
    folded: str
    """The rest: quotations, signatures, headers of mails before."""
    html: str
    """Cleaned; empty where there was none. What comes from elsewhere is not in it: see `cleaning`."""
    attachments: tuple[Attachment, ...]
    kind: MailKind
    reason: str
    """Why it is of this kind, in words."""
    bounced: tuple[BouncedAddress, ...] = ()
    invitation: Meeting | None = None
    forwarded: ForwardedMail | None = None
    doubts: tuple[str, ...] = ()
    """What could not be read as it stood, each as a sentence."""

    @property
    def is_automatic(self) -> bool:
        """Whether no person wrote it to us, so that it opens nothing and is not answered."""
        return self.kind is not MailKind.PERSON


class Doubts:
    """What could not be read as it stood, each sentence once, in order."""

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        """Keep a sentence for the reader."""
        self._sentences.setdefault(sentence)

    def sentences(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self._sentences)
