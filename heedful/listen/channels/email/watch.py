"""One mailbox is watched: opened, emptied of what is new, and listened to until there is more."""

import threading
import time
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

from heedful.kit import outage
from heedful.listen.channels.email import imap, intake, mailboxes
from heedful.listen.channels.email.models import Mailbox

LOCKS = 2534
"""The first of the two numbers of these advisory locks; the second is the mailbox."""
POLL_S = 15.0
"""How often a mailbox is asked whose server does not tell by itself."""
AGAIN_S = 2.0
"""How soon another machine sees that a mailbox is read by nobody."""
IDLE_S = 120.0
"""How often one is asked whose server does, should it forget to."""


def watch(mailbox: Mailbox, *, is_over: threading.Event) -> None:
    """Read a mailbox until `is_over`, or until it fails: then it is left alone for a while.

    Of several that would read it, on whichever machine, one does, which has a lock that is gone when it is.
    """
    try:
        if _is_ours(mailbox):
            _read(mailbox, is_over)
        else:
            is_over.wait(AGAIN_S)
    except imap.MailLeftBehind:
        pass  # the next connection begins behind it
    except imap.MailboxFailed as error:
        if not is_over.is_set():
            _leave_alone(mailbox, str(error))
    except outage.ERRORS as error:  # the database is away: whoever looks after the watchers begins anew
        outage.note(error)
    finally:
        connection.close()  # and with it the lock


def _leave_alone(mailbox: Mailbox, sentence: str) -> None:
    mailboxes.note_failure(mailbox=mailbox, sentence=sentence, at=timezone.now())


def _is_ours(mailbox: Mailbox) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, mailbox.pk % 2**31])
        return bool((cursor.fetchone() or [False])[0])


def _read(mailbox: Mailbox, is_over: threading.Event) -> None:
    with imap.ImapConnection(mailboxes.place_of(mailbox)) as wire:
        while not is_over.is_set():
            for _ in intake.take_new(mailbox=mailbox, wire=wire):
                if is_over.is_set():
                    return
            mailboxes.note_success(mailbox=mailbox, at=timezone.now())
            _wait(wire, is_over)


def _wait(wire: imap.ImapConnection, is_over: threading.Event) -> None:
    """Wait until something may have come."""
    if wire.can_idle:
        wire.idle(wait_s=IDLE_S, is_over=is_over.is_set)
    elif not is_over.wait(POLL_S):
        wire.stay()


class Watchers:
    """Those who watch the mailboxes, one each, beside one another."""

    def __init__(self) -> None:
        self._watchers: dict[int, tuple[threading.Thread, threading.Event, tuple[object, ...]]] = {}

    def look(self) -> None:
        """See to it that each mailbox that is to be read is watched as it is set up now, and no other."""
        now = timezone.now()
        rows = {row.pk: row for row in Mailbox.objects.all() if not row.is_resting(at=now)}
        for number, (thread, is_over, setup) in list(self._watchers.items()):
            if not thread.is_alive():
                del self._watchers[number]
            elif number not in rows or _setup(rows[number]) != setup:
                is_over.set()
        for number in rows.keys() - self._watchers.keys():
            self._start(rows[number])

    def end(self, *, within_s: float = 5.0) -> None:
        """Have all of them stop."""
        for _, is_over, _ in self._watchers.values():
            is_over.set()
        until = time.monotonic() + within_s
        for thread, _, _ in self._watchers.values():
            thread.join(max(until - time.monotonic(), 0))
        self._watchers.clear()

    def _start(self, row: Mailbox) -> None:
        is_over = threading.Event()
        work: Callable[[], None] = lambda: watch(row, is_over=is_over)  # noqa: E731
        thread = threading.Thread(target=work, daemon=True, name=f"mailbox {row.pk}")
        self._watchers[row.pk] = (thread, is_over, _setup(row))
        thread.start()


def _setup(row: Mailbox) -> tuple[object, ...]:
    """Everything by which a mailbox is opened."""
    return (
        row.host, row.port, row.cover, row.login, row.user, row.address, row.secret, row.token_url, row.client_id,
        row.client_secret, row.folder,
    )  # fmt: skip
