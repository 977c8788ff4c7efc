"""How the mailboxes stand, in sentences for whoever looks after the installation."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from heedful.listen.channels.email.models import InboxItem, Mailbox

QUIET = timedelta(minutes=5)
"""For how long a mailbox that is to be read may not have been asked."""

type Finding = tuple[bool, str]
"""Whether all is well, and the sentence."""


def findings(*, at: datetime) -> Iterator[Finding]:
    """Say of each mailbox whether it is read, and of all how many mails wait to be looked at."""
    for row in Mailbox.objects.order_by("name", "pk"):
        yield _finding(row, at=at)
    if aside := InboxItem.objects.filter(state=InboxItem.State.ASIDE).count():
        yield False, f"{aside:,} mails could not be taken in. They stand in Setup, Mailboxes, each with its reason."


def _finding(row: Mailbox, *, at: datetime) -> Finding:
    if row.paused_at is not None:
        return True, f"The mailbox {row.address} is paused: what comes waits in it."
    if row.failures:
        return False, f"The mailbox {row.address} cannot be read. {row.answer}"
    if row.checked_at is None or at - row.checked_at > QUIET:
        return False, f"Nobody reads the mailbox {row.address}. Is `heedful up` running?"
    return True, f"The mailbox {row.address} is read."
