"""Whose thread a mail joins, who wrote it, and what opens nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.courier.models import OutboxItem
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.listen.channels.email import intake, marks, take_in
from heedful.listen.models import (
    Mailbox,
    MailThread,
    Message,
    UndeliverableAddress,
)
from tests.letters import letter
from tests.listen.inboxes import NOW, Server, one, reply, take
from tests.listen.inboxes import imap as _imap
from tests.listen.inboxes import mailbox as _mailbox

pytestmark = pytest.mark.django_db
imap: Callable[..., Server] = _imap
mailbox: Callable[..., Mailbox] = _mailbox


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
