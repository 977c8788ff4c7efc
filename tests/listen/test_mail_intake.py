"""What becomes of mails: whose thread each joins, what opens nothing, and what is put aside; each exactly once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from heedful.act.models import Case, CaseThread
from heedful.associates.models import Associate, Company, Team
from heedful.courier.models import OutboxItem
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.listen import conversations
from heedful.listen.channels.email import intake, mailboxes, marks, reading, standing, take_in
from heedful.listen.channels.email.imap import FetchFailed, ImapConnection, MailLeftBehind, WaitingMail
from heedful.listen.conversations import files
from heedful.listen.models import (
    Attachment,
    Blob,
    InboxItem,
    Mailbox,
    MailThread,
    Message,
    Thread,
    UndeliverableAddress,
)
from tests.letters import letter
from tests.work import work

pytestmark = pytest.mark.django_db
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


# Who


def test_a_stranger_becomes_a_customer_with_the_name_of_the_mail(mailbox: Mailbox, imap: Server) -> None:
    message = one(mailbox, imap, sender='"Zoe Zimmer" <Zoe@New.example>')
    person = Customer.objects.get(email="zoe@new.example")
    assert (person.name, message.customer, message.thread.customer) == ("Zoe Zimmer", person, person)
    assert message.sender == "Zoe Zimmer <zoe@new.example>"
    assert message.source == f"mailbox:{mailbox.pk}"


def test_who_is_a_customer_already_keeps_the_name(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap)
    second = one(mailbox, imap, sender="Somebody Else <Alice@example.test>", message_id="<2@x>")
    assert second.customer == first.customer
    assert Customer.objects.get(email="alice@example.test").name == "Alice Archer"


FORWARD = """Please look at this.

---------- Forwarded message ---------
From: Zoe Zimmer <zoe@new.example>
Date: Mon, 2 Mar 2026 at 10:00
Subject: Broken lamp
To: <mira@acme.test>

The lamp that came is broken.
"""


def test_what_an_associate_hands_on_is_of_who_wrote_it(mailbox: Mailbox, imap: Server, mira: Associate) -> None:
    words = {"subject": "Fwd: Broken lamp", "text": FORWARD}
    message = one(mailbox, imap, sender=f"Mira <{mira.email}>", **words)
    assert message.customer == Customer.objects.get(email="zoe@new.example")
    assert message.text == "The lamp that came is broken."
    assert "Please look at this." in message.folded


def test_what_a_customer_hands_on_is_the_customers(mailbox: Mailbox, imap: Server) -> None:
    message = one(mailbox, imap, subject="Fwd: Broken lamp", text=FORWARD)
    assert message.customer == Customer.objects.get(email="alice@example.test")


# Threads


@pytest.mark.parametrize("header", ["in_reply_to", "references"])
def test_an_answer_joins_by_the_id_of_any_mail_of_the_thread(mailbox: Mailbox, imap: Server, header: str) -> None:
    thread = one(mailbox, imap).thread
    ours = reply(thread)
    assert one(mailbox, imap, message_id="<2@x>", **{header: str(ours.external_id)}).thread == thread
    assert one(mailbox, imap, message_id="<3@x>", **{header: "<m-1@example.test>"}).thread == thread


def test_the_same_subject_alone_joins_nothing(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap, subject="Case 1: My parcel")
    assert one(mailbox, imap, subject="Re: Case 1: My parcel", message_id="<2@x>").thread != first.thread


def test_outlooks_index_joins(mailbox: Mailbox, imap: Server) -> None:
    index = "Adq0c0FyZm9vYmFyYmF6cXV4cXV4cQ=="
    first = one(mailbox, imap, thread_index=index)
    longer = "Adq0c0FyZm9vYmFyYmF6cXV4cXV4cQAAAAAB"
    assert MailThread.objects.get(thread=first.thread).conversation_index
    assert one(mailbox, imap, message_id="<2@x>", thread_index=longer).thread == first.thread


def test_a_mark_in_the_reply_address_joins(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap)
    to = marks.in_address("Care@acme.test", first.thread_id)
    assert one(mailbox, imap, message_id="<2@x>", to=to.upper()).thread == first.thread


def test_a_mark_in_the_subject_joins_and_is_not_shown(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap)
    subject = "AW: " + marks.in_subject("My parcel", first.thread_id)
    second = one(mailbox, imap, message_id="<2@x>", subject=subject)
    assert (second.thread, second.subject) == (first.thread, "AW: My parcel")


def test_a_mark_that_was_not_made_here_joins_nothing(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap)
    mark = marks.mark_of(first.thread_id)
    guess = mark[:-1] + ("a" if mark[-1] != "a" else "b")
    assert one(mailbox, imap, message_id="<2@x>", subject=f"My parcel [#{guess}]").thread != first.thread


def test_a_stranger_with_the_right_id_begins_a_thread_of_their_own_that_says_so(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap)
    second = one(mailbox, imap, sender="eve@evil.example", message_id="<2@x>", in_reply_to="<m-1@example.test>")
    assert second.thread != first.thread
    assert MailThread.objects.get(thread=second.thread).refers_to == first.thread


def test_who_was_copied_in_takes_part_and_stays_in_the_answer(mailbox: Mailbox, imap: Server) -> None:
    first = one(mailbox, imap, cc="Bob <bob@example.test>, care+x@acme.test")
    second = one(mailbox, imap, sender="bob@example.test", message_id="<2@x>", in_reply_to="<m-1@example.test>")
    assert second.thread == first.thread
    mail = OutboxItem.objects.get(pk=reply(first.thread).outbox_item_id or 0)
    assert mail.payload["cc"] == [["Bob", "bob@example.test"]]


def test_an_answer_says_what_it_answers_and_comes_from_the_mailbox(mailbox: Mailbox, imap: Server) -> None:
    long = f"<{'a' * 90}@mail.example.test>"
    thread = one(mailbox, imap).thread
    one(mailbox, imap, message_id=long, in_reply_to="<m-1@example.test>")
    mail = OutboxItem.objects.get(pk=reply(thread).outbox_item_id or 0).payload
    assert (mail["sender"], mail["headers"]["Reply-To"]) == ("care@acme.test", "care@acme.test")
    assert (mail["headers"]["In-Reply-To"], mail["headers"]["References"]) == (long, f"<m-1@example.test> {long}")
    assert mail["subject"] == marks.in_subject("Re: My parcel", thread.pk)


def test_a_mark_in_the_address_leaves_the_subject_as_it_is(mailbox: Mailbox, imap: Server) -> None:
    Mailbox.objects.update(mark="address")
    thread = one(mailbox, imap).thread
    mail = OutboxItem.objects.get(pk=reply(thread).outbox_item_id or 0).payload
    assert mail["headers"]["Reply-To"] == f"care+{marks.mark_of(thread.pk)}@acme.test"
    assert mail["subject"] == "Re: My parcel"


# What opens nothing


BOUNCE = b"""From: Mail Delivery System <MAILER-DAEMON@mx.example.test>
To: care@acme.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mx.example.test>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.test

Final-Recipient: rfc822; alice@example.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b--
"""


@pytest.mark.parametrize(
    "headers",
    [
        {"auto_submitted": "auto-replied"},
        {"precedence": "bulk", "list_id": "<news.example.test>"},
        {"sender": "care@acme.test"},
    ],
)
def test_what_no_person_wrote_to_us_opens_nothing(mailbox: Mailbox, imap: Server, headers: dict[str, Any]) -> None:
    (item,) = take(mailbox, imap, letter(**headers))
    assert (item.state, item.message, bool(item.reason)) == ("left_out", None, True)
    assert not Message.objects.exists()
    assert not OutboxItem.objects.exists()


def test_our_own_mail_that_comes_back_is_left_out(mailbox: Mailbox, imap: Server) -> None:
    ours = reply(one(mailbox, imap).thread)
    (item,) = take(mailbox, imap, letter(message_id=str(ours.external_id), sender="x@relay.example"))
    assert item.state == "left_out"


def test_a_bounce_marks_the_address_until_somebody_writes_from_it(mailbox: Mailbox, imap: Server) -> None:
    reply(one(mailbox, imap).thread)
    (item,) = take(mailbox, imap, BOUNCE)
    assert (item.state, item.kind) == ("left_out", "bounce")
    assert UndeliverableAddress.objects.get().address == "alice@example.test"
    one(mailbox, imap, message_id="<2@x>")
    assert not UndeliverableAddress.objects.exists()


def test_a_bounce_of_what_we_never_sent_marks_nobody(mailbox: Mailbox, imap: Server) -> None:
    take(mailbox, imap, BOUNCE)
    assert not UndeliverableAddress.objects.exists()


def test_a_loop_is_put_aside(mailbox: Mailbox, imap: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_in, "MOST_NEW", 2)
    items = take(mailbox, imap, *(letter(message_id=f"<{n}@x>") for n in range(3)))
    assert [item.state for item in items] == ["taken", "taken", "aside"]
    assert Message.objects.count() == 2
    assert intake.try_again(item=items[2], by=SYSTEM, at=NOW).state == "taken"


# Put aside


def test_one_that_cannot_be_read_is_put_aside_and_holds_up_nothing(
    mailbox: Mailbox, imap: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reading.read

    def broken(raw: bytes) -> Any:
        if b"Trap" in raw:
            raise RecursionError("parts without end")
        return whole(raw)

    with monkeypatch.context() as patched:
        patched.setattr(reading, "read", broken)
        items = take(mailbox, imap, letter(subject="Trap"), letter(message_id="<2@x>"))
    assert [item.state for item in items] == ["aside", "taken"]
    assert items[0].reason == "It could not be read. RecursionError: parts without end"
    again = intake.try_again(item=items[0], by=SYSTEM, at=NOW)
    assert (again.state, again.message and again.message.subject) == ("taken", "Trap")
    with pytest.raises(Refused, match="already"):
        intake.try_again(item=again, by=SYSTEM, at=NOW)


def test_a_huge_one_is_put_aside_without_being_fetched(
    mailbox: Mailbox, imap: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST", 2_000)
    items = take(mailbox, imap, letter(text="x" * 5_000), letter(message_id="<2@x>"))
    assert [(item.state, item.raw_id is None) for item in items] == [("aside", True), ("taken", False)]
    with pytest.raises(Refused, match="too large"):
        intake.try_again(item=items[0], by=SYSTEM, at=NOW)


def test_somebody_who_may_not_is_refused(mailbox: Mailbox, imap: Server, mira: Associate) -> None:
    (item,) = take(mailbox, imap, letter(auto_submitted="auto-replied"))
    with pytest.raises(Refused):
        intake.try_again(item=item, by=mira.by, at=NOW)


# Each exactly once


def test_what_was_there_before_stays_there(mailbox: Mailbox, imap: Server) -> None:
    imap.put(*(letter(message_id=f"<old-{n}@x>") for n in range(30)), at=NOW - timedelta(days=9))
    assert [item.external_id for item in take(mailbox, imap, letter())] == ["<m-1@example.test>"]
    assert (Mailbox.objects.get().last_uid, Message.objects.count()) == (31, 1)


def test_what_is_moved_in_later_is_taken_in_however_old_it_is(mailbox: Mailbox, imap: Server) -> None:
    take(mailbox, imap, letter())
    imap.put(letter(message_id="<2@x>"), at=NOW - timedelta(days=9))
    assert len(take(mailbox, imap)) == 1


def test_a_mailbox_that_numbers_anew_doubles_and_skips_nothing(mailbox: Mailbox, imap: Server) -> None:
    take(mailbox, imap, *(letter(message_id=f"<{n}@x>") for n in range(3)), letter(message_id="", subject="Bare"))
    moved = Server(uid_validity=8)
    moved.put(letter(message_id="<ancient@x>"), at=NOW - timedelta(days=9))
    moved.put(letter(message_id="<while-away@x>"), *(mail for mail, _ in imap.mails.values()))
    items = take(mailbox, moved, letter(message_id="<new@x>"))
    assert {item.external_id for item in items if item.message} >= {"<while-away@x>", "<new@x>"}
    assert Message.objects.count() == 6
    assert Message.objects.filter(subject="Bare").count() == 1


def test_one_mail_to_two_mailboxes_is_one_message(mailbox: Mailbox, imap: Server) -> None:
    place = mailboxes.MailboxSettings(name="Sales", address="sales@acme.test", host="imap.acme.test", secret="x")
    other = mailboxes.add(settings=place, by=SYSTEM, at=NOW - timedelta(hours=1))
    first, second = take(mailbox, imap, letter()), take(other, Server(), letter())
    assert first[0].message == second[0].message
    assert Message.objects.count() == 1


def test_files_are_stored_once_and_typed_by_what_they_are(mailbox: Mailbox, imap: Server) -> None:
    pdf = ("invoice.exe", b"%PDF-1.4\n%%EOF")
    one(mailbox, imap, files=(pdf, ("same.pdf", pdf[1])))
    first, second = Attachment.objects.select_related("blob").order_by("pk")
    assert (first.name, first.content_type, first.blob == second.blob) == ("invoice.exe", "application/pdf", True)
    assert Blob.objects.count() == 2  # the file, and the mail to the letter


def test_only_new_words_are_shown_and_the_rest_is_folded(mailbox: Mailbox, imap: Server) -> None:
    text = "Yes, please.\n\nOn Mon, 2 Mar 2026 at 10:00, Care wrote:\n> Shall we send another?\n"
    message = one(mailbox, imap, text=text)
    assert message.text == "Yes, please."
    assert "Shall we send another?" in message.folded


def test_the_team_of_the_mailbox_gets_the_thread(mailbox: Mailbox, imap: Server, care: Team) -> None:
    Mailbox.objects.update(team=care)
    assert one(mailbox, imap).thread.team == care


def test_what_nothing_points_to_any_more_is_forgotten(mailbox: Mailbox, imap: Server) -> None:
    one(mailbox, imap, files=(("label.pdf", b"%PDF-1.4\n"),))
    assert files.forget(at=NOW) == 0
    mailboxes.remove(mailbox=mailbox, by=SYSTEM, at=NOW)
    assert files.forget(at=NOW) == 1  # the mail to the letter; the file stays with its message
    assert Attachment.objects.get().blob == Blob.objects.get()


def test_what_we_begin_leaves_from_the_only_mailbox_and_its_answer_comes_back(
    mailbox: Mailbox, imap: Server, alice: Customer
) -> None:
    thread = conversations.start(customer=one(mailbox, imap).customer, channel="email", subject="Hello", at=NOW)
    ours = reply(thread)
    assert OutboxItem.objects.get(pk=ours.outbox_item_id or 0).payload["sender"] == "care@acme.test"
    assert one(mailbox, imap, message_id="<2@x>", in_reply_to=str(ours.external_id)).thread == thread


def test_a_case_of_the_same_person_gets_both_of_their_threads(mailbox: Mailbox, imap: Server) -> None:
    one(mailbox, imap)
    one(mailbox, imap, message_id="<2@x>", subject="Another thing")
    work(at=NOW)
    assert Case.objects.count() == 1
    assert CaseThread.objects.count() == 2


def test_each_mailbox_says_how_it_stands(mailbox: Mailbox, imap: Server) -> None:
    assert list(standing.findings(at=NOW)) == [
        (False, "Nobody reads the mailbox care@acme.test. Is `heedful up` running?")
    ]
    mailboxes.note_failure(mailbox=mailbox, sentence="The password is wrong.", at=NOW)
    row = Mailbox.objects.get()
    assert list(standing.findings(at=NOW)) == [
        (False, "The mailbox care@acme.test cannot be read. The password is wrong.")
    ]
    assert row.is_resting(at=NOW + timedelta(seconds=4))
    mailboxes.try_now(mailbox=row, by=SYSTEM, at=NOW)
    assert not Mailbox.objects.get().is_resting(at=NOW)
    mailboxes.note_success(mailbox=row, at=NOW)
    assert list(standing.findings(at=NOW)) == [(True, "The mailbox care@acme.test is read.")]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"address": "care"}, "Give the address"),
        ({"host": "https://imap"}, "Give the name of the mail server"),
        ({"port": 0}, "A port is a number"),
        ({"secret": ""}, "Give the password"),
        ({"login": "xoauth2"}, "For OAuth 2"),
        ({"mark": "nowhere"}, "Choose where the mark"),
    ],
)
def test_a_mailbox_that_cannot_be_is_refused(acme: Company, changed: dict[str, Any], sentence: str) -> None:
    place = {"name": "Care", "address": "care@acme.test", "host": "imap.acme.test", "secret": "x"}
    with pytest.raises(Refused, match=sentence):
        mailboxes.add(settings=mailboxes.MailboxSettings(**{**place, **changed}), by=SYSTEM, at=NOW)


def test_two_mails_with_one_id_are_two_messages_and_each_once(mailbox: Mailbox, imap: Server) -> None:
    mails = [letter(message_id="<same@x>", text=f"Meter {number}") for number in range(3)]
    take(mailbox, imap, *mails)
    take(mailbox, Server(uid_validity=8), *mails)
    assert sorted(Message.objects.values_list("text", flat=True)) == ["Meter 0", "Meter 1", "Meter 2"]


def test_a_mail_that_only_brings_a_file_has_words_that_say_so(mailbox: Mailbox, imap: Server) -> None:
    assert one(mailbox, imap, text="\n", files=(("label.pdf", b"%PDF-1.4\n"),)).text == "(no words)"


def test_a_mail_without_a_subject_is_called_by_its_first_words(mailbox: Mailbox, imap: Server) -> None:
    one(mailbox, imap, subject="", text="My lamp is broken.\nWhat now?")
    work(at=NOW)
    assert Case.objects.get().title == "My lamp is broken. What now?"


class Stumbling(Server):
    """A server that hangs up when it is asked for one of its mails."""

    def look_at(self, uids: Sequence[int]) -> list[WaitingMail]:
        if 2 in uids:
            raise FetchFailed("The mail server said: Internal error.")
        return super().look_at(uids)


def test_one_that_the_server_cannot_hand_over_holds_up_nothing_for_long(mailbox: Mailbox) -> None:
    server = Stumbling()
    server.put(*(letter(message_id=f"<{number}@x>") for number in range(3)))
    for _ in range(intake.STUMBLES):
        with pytest.raises(FetchFailed):
            take(mailbox, server)
        mailboxes.note_failure(mailbox=mailbox, sentence="It fails.", at=NOW)
    assert Mailbox.objects.get().last_uid == 1
    with pytest.raises(MailLeftBehind):
        take(mailbox, server)
    take(mailbox, server)
    assert list(InboxItem.objects.order_by("uid").values_list("uid", "state")) == [
        (1, "taken"),
        (2, "aside"),
        (3, "taken"),
    ]
    assert InboxItem.objects.get(uid=2).reason == "It could not be fetched. The mail server said: Internal error."
