"""What is put aside, and that every other mail is taken in exactly once."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from heedful.act.models import Case, CaseThread
from heedful.associates.models import Associate, Company, Team
from heedful.courier.models import OutboxItem
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.listen import conversations
from heedful.listen.channels.email import intake, mailboxes, reading, standing
from heedful.listen.channels.email.imap import FetchFailed, MailLeftBehind, WaitingMail
from heedful.listen.conversations import files
from heedful.listen.models import (
    Attachment,
    Blob,
    InboxItem,
    Mailbox,
    Message,
)
from tests.letters import letter
from tests.listen.inboxes import NOW, Server, one, reply, take
from tests.listen.inboxes import imap as _imap
from tests.listen.inboxes import mailbox as _mailbox
from tests.work import work

pytestmark = pytest.mark.django_db
imap: Callable[..., Server] = _imap
mailbox: Callable[..., Mailbox] = _mailbox


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
