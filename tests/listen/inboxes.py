"""A mailbox on a server that tests fill, and what becomes of the mails in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from heedful.associates.models import Company
from heedful.kit.actor import SYSTEM
from heedful.listen import conversations
from heedful.listen.channels.email import intake, mailboxes
from heedful.listen.channels.email.imap import ImapConnection, WaitingMail
from heedful.listen.models import (
    InboxItem,
    Mailbox,
    Message,
    Thread,
)
from tests.letters import letter

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Server:
    """A mailbox on a imap, as the wire shows it."""

    mails: dict[int, tuple[bytes, datetime]] = field(default_factory=dict)
    uid_validity: int = 7

    @property
    def uid_next(self) -> int:
        return max(self.mails, default=0) + 1

    def put(self, *mails: bytes, at: datetime = NOW) -> None:
        for mail in mails:
            self.mails[self.uid_next] = (mail, at)

    def uids_after(self, uid: int) -> list[int]:
        return sorted(number for number in self.mails if number > uid)

    def look_at(self, uids: Sequence[int]) -> list[WaitingMail]:
        return [WaitingMail(uid, len(self.mails[uid][0]), self.mails[uid][1]) for uid in uids]

    def fetch(self, uids: Sequence[int], part: str = "") -> dict[int, bytes]:
        found = {uid: self.mails[uid][0] for uid in uids}
        return {uid: mail.partition(b"\n\n")[0] + b"\n\n" if part else mail for uid, mail in found.items()}


@pytest.fixture
def imap() -> Server:
    return Server()


@pytest.fixture
def mailbox(acme: Company) -> Mailbox:
    place = mailboxes.MailboxSettings(name="Care", address="care@acme.test", host="imap.acme.test", secret="x")
    return mailboxes.add(settings=place, by=SYSTEM, at=NOW - timedelta(hours=1))


def take(mailbox: Mailbox, imap: Server, *mails: bytes) -> list[InboxItem]:
    """Let mails come in; returns what became of each."""
    imap.put(*mails)
    before = InboxItem.objects.count()
    list(intake.take_new(mailbox=mailbox, wire=cast("ImapConnection", imap)))
    return list(InboxItem.objects.order_by("pk")[before:])


def one(mailbox: Mailbox, imap: Server, **written: Any) -> Message:
    """Let one mail come in that becomes a message."""
    (item,) = take(mailbox, imap, letter(**written))
    assert item.message is not None, item.reason
    return item.message


def reply(thread: Thread) -> Message:
    """Let somebody of us answer."""
    return conversations.write(
        thread=thread, text="It comes tomorrow.", subject="Re: My parcel", purpose="case", by=SYSTEM, at=NOW
    )
