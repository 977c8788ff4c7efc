"""What a mailbox has new: fetched in batches, each mail written down with the place that was reached, in one go."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import compat32

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from heedful.associates import associates
from heedful.kit import emails, live, names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.listen.channels.email import imap, mailboxes, reading
from heedful.listen.channels.email.models import InboxItem, Mailbox
from heedful.listen.channels.email.reading.mail import IncomingMail, UnreadableMail
from heedful.listen.channels.email.take_in import MailArrival, MailOutcome, take_in
from heedful.listen.conversations import files

LOOKED_AT = 500
"""Mails whose size and time are asked for at once."""
BATCH = 20
BATCH_BYTES = 8 * 1024 * 1024
LARGEST = reading.LARGEST
"""A larger mail is put aside by its headers alone."""
LONGEST_ID = 500
STUMBLES = 2
"""Times that a server may fail before the mail over which it fails is put aside."""
BEYOND = "54"
"""States in which a value is beyond what the database works with; any other is about the database itself."""


@dataclass(frozen=True, slots=True)
class MailTriedAgain:
    """Somebody asked for a mail to be taken in that had been put aside."""

    item: int
    mailbox: int
    state: str


log = logging.getLogger(__name__)


def take_new(*, mailbox: Mailbox, wire: imap.ImapConnection) -> Iterator[int]:
    """Take in what is new in a mailbox; yields after each batch how many mails it had."""
    _adopt(mailbox, wire)
    uids = wire.uids_after(mailbox.last_uid)
    _note_waiting(mailbox, wire, [uid for uid in uids if uid >= mailbox.old_below])
    step = 1 if mailbox.failures else LOOKED_AT  # one by one, so that the one that it stumbles over is known
    for start in range(0, len(uids), step):
        part = uids[start : start + step]
        try:
            yield from _take_part(mailbox, wire, part)
        except imap.FetchFailed as error:
            if len(part) > 1 or mailbox.failures < STUMBLES:
                raise
            _leave_behind(mailbox, part[0], str(error))
            raise imap.MailLeftBehind(str(error)) from error
        _reach(mailbox, part[-1])
    if uids:
        Mailbox.objects.filter(pk=mailbox.pk).update(waiting=0, waiting_since=None)


def _take_part(mailbox: Mailbox, wire: imap.ImapConnection, part: Sequence[int]) -> Iterator[int]:
    there = wire.look_at(part)
    for batch in _batches(_without_old(mailbox, wire, there)):
        _take_batch(mailbox, wire, batch)
        yield len(batch)


def _adopt(mailbox: Mailbox, wire: imap.ImapConnection) -> None:
    """Begin at the beginning where the server numbers its mails anew, or was never asked before."""
    mailbox.refresh_from_db()
    if mailbox.uid_validity != wire.uid_validity:
        mailbox.uid_validity, mailbox.last_uid, mailbox.old_below = wire.uid_validity, 0, wire.uid_next
        mailbox.save(update_fields=["uid_validity", "last_uid", "old_below"])


def _without_old(
    mailbox: Mailbox, wire: imap.ImapConnection, there: Sequence[imap.WaitingMail]
) -> list[imap.WaitingMail]:
    """Leave out what was in the mailbox before we were to read it, and what we dealt with under another number."""
    old = [one for one in there if one.uid < mailbox.old_below]
    late = [one for one in old if one.received_at >= mailbox.since]
    if late and mailbox.items.exclude(uid_validity=wire.uid_validity).exists():
        heads = wire.fetch([one.uid for one in late], "HEADER")
        ids = {uid: _message_id(head) for uid, head in heads.items()}
        same = mailbox.items.filter(external_id__in=set(ids.values()) - {""})
        dealt_with = set(same.values_list("external_id", "size"))
        late = [one for one in late if (ids.get(one.uid, ""), one.size) not in dealt_with]
    return [*late, *(one for one in there if one.uid >= mailbox.old_below)]


def _message_id(head: bytes) -> str:
    written = BytesHeaderParser(policy=compat32).parsebytes(head)["Message-ID"]
    return names.one_line(str(written or ""), most=LONGEST_ID)


def _batches(there: Sequence[imap.WaitingMail]) -> Iterator[list[imap.WaitingMail]]:
    batch: list[imap.WaitingMail] = []
    for one in there:
        if batch and (len(batch) == BATCH or sum(other.size for other in batch) + one.size > BATCH_BYTES):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _take_batch(mailbox: Mailbox, wire: imap.ImapConnection, batch: Sequence[imap.WaitingMail]) -> None:
    small = [one.uid for one in batch if one.size <= LARGEST]
    large = [one.uid for one in batch if one.size > LARGEST]
    raw, heads = wire.fetch(small), wire.fetch(large, "HEADER")
    for one in batch:
        if one.uid in raw:
            _deal_with(mailbox, one, raw[one.uid], is_whole=True)
        elif one.uid in heads:
            _deal_with(mailbox, one, heads[one.uid], is_whole=False)


def _leave_behind(mailbox: Mailbox, uid: int, sentence: str) -> None:
    """Put a mail aside that the server cannot hand over, so that those behind it come in."""
    at = timezone.now()
    _deal_with(mailbox, imap.WaitingMail(uid, 0, at), b"", is_whole=False, why=f"It could not be fetched. {sentence}")


def _deal_with(mailbox: Mailbox, there: imap.WaitingMail, raw: bytes, *, is_whole: bool, why: str = "") -> None:
    """Write down one mail, what became of it, and that the mailbox is read up to it: all of it or nothing."""
    at = timezone.now()
    with transaction.atomic():
        row = Mailbox.objects.select_for_update(of=["self"]).select_related("team").get(pk=mailbox.pk)
        if row.uid_validity != mailbox.uid_validity or row.last_uid >= there.uid:
            return
        item = InboxItem(
            mailbox=row,
            uid_validity=row.uid_validity or 0,
            uid=there.uid,
            size=there.size,
            received_at=there.received_at,
            taken_at=at,
            raw=files.store(raw) if is_whole else None,
        )
        if why:
            _put_aside(item, why)
        else:
            _decide(item, raw, at=at)
        item.save(force_insert=True)
        row.last_uid, row.last_mail_at = there.uid, at
        row.waiting = max(row.waiting - 1, 0)
        row.save(update_fields=["last_uid", "last_mail_at", "waiting"])
    mailbox.last_uid = there.uid


def _decide(item: InboxItem, raw: bytes, *, by_hand: bool = False, at: datetime) -> None:
    """Take a mail in, leave it out, or put it aside with the reason; nothing that one mail holds stops the others."""
    item.external_id = _message_id(raw) or f"sha256:{hashlib.sha256(raw).hexdigest()}"
    if item.raw_id is None:
        _put_aside(
            item, f"It is too large: {item.size / 1024 / 1024:.0f} MB, and {LARGEST // 1024 // 1024} MB is the most."
        )
        return
    try:
        with transaction.atomic():
            mail = reading.read(raw)
            outcome = _take(item, mail, by_hand=by_hand, at=at)
    except InterfaceError:
        raise
    except OperationalError as error:
        if not str(getattr(error.__cause__, "sqlstate", "") or "").startswith(BEYOND):
            raise
        _put_aside(item, "It holds more than the database can.")
    except (Refused, UnreadableMail) as no:
        _put_aside(item, str(no))
    except Exception as error:
        log.exception("A mail of mailbox %s could not be taken in", item.mailbox_id)
        _put_aside(item, f"It could not be read. {type(error).__name__}: {error}")
    else:
        item.message, item.reason = outcome.message, outcome.reason[:300]
        item.state = InboxItem.State.TAKEN if outcome.message else InboxItem.State.LEFT_OUT


def _take(item: InboxItem, mail: IncomingMail, *, by_hand: bool, at: datetime) -> MailOutcome:
    item.kind = str(mail.kind)[:20]
    item.subject = names.one_line(mail.subject, most=250)
    item.sender = emails.normal(mail.sender.address)[:254]
    arrival = MailArrival(
        mail=mail,
        mailbox=item.mailbox,
        external_id=item.external_id,
        received_at=item.received_at,
        by_hand=by_hand,
    )
    return take_in(arrival=arrival, at=at)


def _put_aside(item: InboxItem, reason: str) -> None:
    item.state, item.reason, item.message = InboxItem.State.ASIDE, names.one_line(reason, most=300), None
    live.publish("mailboxes", item.mailbox_id)


def _note_waiting(mailbox: Mailbox, wire: imap.ImapConnection, uids: Sequence[int]) -> None:
    first = wire.look_at(uids[:1])
    Mailbox.objects.filter(pk=mailbox.pk).update(
        checked_at=timezone.now(), waiting=len(uids), waiting_since=first[0].received_at if first else None
    )


def _reach(mailbox: Mailbox, uid: int) -> None:
    """Note that everything up to a number was dealt with, be it that it was old or gone."""
    Mailbox.objects.filter(pk=mailbox.pk, uid_validity=mailbox.uid_validity, last_uid__lt=uid).update(last_uid=uid)
    mailbox.last_uid = max(mailbox.last_uid, uid)


def _fetch_again(item: InboxItem) -> bytes:
    """Ask the server for a mail that is not here yet."""
    if item.size > LARGEST:
        raise Refused("Only its headers are here, since it is too large. It is still in the mailbox itself.")
    try:
        with imap.ImapConnection(mailboxes.place_of(item.mailbox), timeout_s=mailboxes.TEST_S) as wire:
            raw = wire.fetch([item.uid]).get(item.uid) if wire.uid_validity == item.uid_validity else None
    except imap.MailboxFailed as error:
        raise Refused(str(error)) from None
    if raw is None:
        raise Refused("It is no longer in the mailbox.")
    item.raw, item.size = files.store(raw), len(raw)
    return raw


@transaction.atomic
def try_again(*, item: InboxItem, by: By, at: datetime) -> InboxItem:
    """Take in a mail that was put aside or left out, however many there are of its kind."""
    associates.must(by, "mailbox.edit")
    row = InboxItem.objects.select_for_update(of=["self"]).select_related("mailbox__team", "raw").get(pk=item.pk)
    if row.state == InboxItem.State.TAKEN:
        raise Refused("This mail was taken in already.")
    raw = bytes(row.raw.data) if row.raw is not None else _fetch_again(row)
    _decide(row, raw, by_hand=True, at=at)
    row.save()
    events.record(MailTriedAgain(row.pk, row.mailbox_id, row.state), by=by, at=at)
    return row
