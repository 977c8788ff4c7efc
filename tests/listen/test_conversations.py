"""Threads and their messages: what is written, received, refused, and taken in once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from heedful.associates.models import Associate
from heedful.courier.models import Mail, OutboxItem, Sending
from heedful.customers import people
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.listen import channels, conversations
from heedful.listen.channels import email
from heedful.listen.conversations import backfill
from heedful.listen.conversations.backfill import MessageDraft, ThreadDraft
from heedful.listen.models import Message, Thread
from tests.cast import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MAILBOX = By("system", label="Mailbox")


@pytest.fixture
def thread(alice: Customer) -> Thread:
    return conversations.start(customer=alice, channel="email", subject=" Your\norder ", at=NOON)


def write(thread: Thread, by: By = SYSTEM, at: datetime = NOON, **changed: Any) -> Message:
    said = {"text": "We are sorry.", "subject": "Your order", "purpose": "case", **changed}
    return conversations.write(thread=thread, **said, by=by, at=at)


def receive(thread: Thread, at: datetime = NOON, **changed: Any) -> Message:
    said = {"text": "Thank you.", "external_id": "<1@example.com>", "source": "mailbox:1", **changed}
    return conversations.receive(thread=thread, **said, by=MAILBOX, at=at)


def times(thread: Thread) -> tuple[datetime | None, datetime | None]:
    thread.refresh_from_db()
    return thread.last_in_at, thread.last_out_at


def test_a_thread_begins_with_nobody_having_spoken(thread: Thread, alice: Customer) -> None:
    assert (thread.customer, thread.channel, thread.subject, thread.started_at) == (alice, "email", "Your order", NOON)
    assert times(thread) == (None, None)


# Writing


def test_what_an_associate_writes_leaves_by_the_channel_of_the_thread(thread: Thread, mira: Associate) -> None:
    message = Message.objects.get(pk=write(thread, mira.by, NOON + HOUR, text=" We are\r\nsorry. ").pk)

    mail = Mail.objects.get()
    assert (mail.to, mail.to_name, mail.subject) == ("alice@example.com", "Alice", "Your order")
    assert (mail.text, mail.purpose, mail.reference) == ("We are\nsorry.", "case", f"message:{message.pk}")
    assert (message.direction, message.channel, message.source) == ("out", "email", "heedful")
    assert (message.author, message.associate, message.author_name) == ("associate", mira, "Mira")
    assert (message.text, message.subject, message.occurred_at) == ("We are\nsorry.", "Your order", NOON + HOUR)
    assert (message.outbox_item_id, message.external_id) == (mail.pk, mail.message_id)
    assert times(thread) == (None, NOON + HOUR)


def test_what_no_person_writes_is_the_systems(thread: Thread) -> None:
    message = write(thread, By("key", "7", "Shop"))
    assert (message.author, message.associate, message.author_name) == ("system", None, "")


@pytest.mark.parametrize(
    ("state", "has_left"),
    [(Sending.WAITING, False), (Sending.KEPT, False), (Sending.FAILED, False), (Sending.SENT, True)],
)
def test_a_message_knows_whether_it_left(thread: Thread, state: Sending, has_left: bool) -> None:
    written = write(thread)
    OutboxItem.objects.update(state=state)
    message = Message.objects.with_sending().get(pk=written.pk)
    assert (message.sending, message.has_left) == (state, has_left)


def test_without_a_mail_server_it_is_written_and_not_sent(thread: Thread, settings: Any) -> None:
    settings.SMTP_URL = ""
    message = write(thread)
    assert (message.sending, message.has_left) == (Sending.KEPT, False)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"to": "old@example.com"}, "The address became alice@example.com while you wrote."),
        ({"subject": " "}, "Give the mail a subject."),
        ({"text": " \x00"}, "Write something first."),
    ],
)
def test_what_cannot_be_sent_is_not_written_down(thread: Thread, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        write(thread, **changed)
    assert (Message.objects.count(), Mail.objects.count(), times(thread)) == (0, 0, (None, None))


def test_nobody_is_written_to_without_an_address(thread: Thread, alice: Customer) -> None:
    Customer.objects.update(email="")
    with pytest.raises(Refused, match="no e-mail address"):
        write(Thread.objects.get())
    stranger = conversations.start(customer=None, channel="email", at=NOON)
    with pytest.raises(Refused, match="We do not know who this is"):
        write(stranger)
    assert not Mail.objects.exists()


def test_a_person_is_written_to_at_the_address_of_today(thread: Thread, alice: Customer, bea: Customer) -> None:
    people.merge(a=alice, b=bea, by=SYSTEM, at=NOON)
    person = Customer.objects.get(pk=alice.pk).person
    assert person
    write(Thread.objects.get())
    assert Mail.objects.get().to == person.email
    assert list(Thread.objects.of_person(person.pk)) == [thread]


# Receiving


def test_what_comes_in_stands_in_its_thread_with_where_it_came_from(thread: Thread, bea: Customer) -> None:
    message = receive(thread, NOON + HOUR, customer=bea, occurred_at=NOON, subject="Re: Your order")

    row = Message.objects.get(pk=message.pk)
    assert (row.direction, row.is_incoming, row.channel, row.source) == ("in", True, "email", "mailbox:1")
    assert (row.author, row.customer, row.associate, row.external_id) == ("customer", bea, None, "<1@example.com>")
    assert (row.subject, row.text, row.occurred_at) == ("Re: Your order", "Thank you.", NOON)
    assert (row.outbox_item, row.sending, row.has_left) == (None, None, False)
    assert times(thread) == (NOON, None)
    entry = Entry.objects.get(kind="MessageReceived")
    assert (entry.data, entry.at) == ({"message": row.pk, "thread": thread.pk, "channel": "email"}, NOON + HOUR)


def test_what_comes_twice_is_taken_in_once(thread: Thread, bea: Customer) -> None:
    first = receive(thread)
    elsewhere = conversations.start(customer=bea, channel="email", at=NOON)
    assert receive(elsewhere, NOON + HOUR, text="Thank you, again.") == first
    assert (Message.objects.get().text, Entry.objects.filter(kind="MessageReceived").count()) == ("Thank you.", 1)
    assert (times(thread), times(elsewhere)) == ((NOON, None), (None, None))


def test_our_own_mail_that_comes_back_is_the_one_that_we_wrote(thread: Thread) -> None:
    written = write(thread)
    assert receive(thread, external_id=f" {written.external_id}\n") == written
    assert Message.objects.count() == 1


def test_what_has_no_name_outside_is_new_each_time(thread: Thread) -> None:
    assert receive(thread, external_id="") != receive(thread, external_id=" ")
    assert list(Message.objects.values_list("external_id", flat=True)) == [None, None]


def test_a_name_outside_that_is_too_long_to_be_kept_is_compared_all_the_same(thread: Thread) -> None:
    first = receive(thread, external_id="é" * 501)
    assert receive(thread, external_id="é" * 501) == first
    assert receive(thread, external_id="é" * 502) != first
    assert receive(thread, external_id="é" * 500).external_id == "é" * 500


def test_what_comes_late_does_not_turn_a_thread_back(thread: Thread) -> None:
    receive(thread, NOON + HOUR)
    receive(thread, NOON + HOUR, external_id="<2@example.com>", occurred_at=NOON)
    write(thread, at=NOON + 3 * HOUR)
    write(thread, at=NOON + 2 * HOUR)
    assert times(thread) == (NOON + HOUR, NOON + 3 * HOUR)


def test_the_database_keeps_what_must_be_true(thread: Thread) -> None:
    received, item = receive(thread), write(thread).outbox_item
    received.outbox_item = item
    with pytest.raises(IntegrityError, match="does_not_leave"), transaction.atomic():
        received.save()
    same = Message(thread=thread, channel="email", external_id=received.external_id, text="x", occurred_at=NOON)
    with pytest.raises(IntegrityError, match="arrives_once"), transaction.atomic():
        same.save()
    same.channel = "chat"
    same.save()


# Channels


def test_every_channel_has_a_name_of_its_own_by_which_it_is_found() -> None:
    assert [channel.name for channel in channels.CHANNELS] == ["email"]
    assert [conversations.channel_of(one.name) for one in channels.CHANNELS] == list(channels.CHANNELS)
    assert conversations.find_channel("carrier pigeon") is None


@pytest.fixture
def pigeons() -> Iterator[list[Message]]:
    """A second channel, which is a record of the same shape and nothing else."""
    sent: list[Message] = []

    def send(*, message: Message, person: Customer, purpose: str, by: By, at: datetime) -> OutboxItem:
        sent.append(message)
        return OutboxItem.objects.create(
            carrier="pigeon", purpose=purpose, message_id=f"pigeon-{message.pk}", created_at=at
        )

    pigeon = replace(email.CHANNEL, name="pigeon", check=lambda **_: None, send=send)
    conversations.offer([*channels.CHANNELS, pigeon])
    yield sent
    conversations.offer(channels.CHANNELS)


def test_a_second_channel_needs_nothing_but_its_record(alice: Customer, pigeons: list[Message]) -> None:
    thread = conversations.start(customer=alice, channel="pigeon", at=NOON)
    message = write(thread, subject="")
    assert pigeons == [message]
    assert (message.channel, message.external_id, message.sending) == (
        "pigeon",
        f"pigeon-{message.pk}",
        Sending.WAITING,
    )
    assert receive(thread, external_id="<1@example.com>").channel == "pigeon"
    assert not Mail.objects.exists()


# Years gone by, and years to come


def test_conversations_of_before_stand_as_they_went_and_nothing_leaves(alice: Customer, mira: Associate) -> None:
    said = [
        MessageDraft(text="Sorry.", subject="Re: Late", at=NOON + HOUR, associate=mira),
        MessageDraft(
            text="Late.",
            subject="Late",
            at=NOON,
            direction=Message.Direction.IN,
            customer=alice.pk,
            external_id="<9@example.com>",
        ),
        MessageDraft(text="Noted.", at=NOON + HOUR / 2),
    ]
    (thread,) = backfill.create(
        drafts=[ThreadDraft(customer=alice.pk, channel="email", messages=said)], source="import"
    )

    assert (thread.subject, thread.started_at, times(thread)) == ("Late", NOON, (NOON, NOON + HOUR))
    rows = thread.messages.order_by("occurred_at").values_list("author", "associate", "customer", "text", "source")
    assert list(rows) == [
        ("customer", None, alice.pk, "Late.", "import"),
        ("system", None, None, "Noted.", "import"),
        ("associate", mira.pk, None, "Sorry.", "import"),
    ]
    assert receive(thread, external_id="<9@example.com>").text == "Late."
    assert not OutboxItem.objects.exists()


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda: Message.objects.filter(thread=7).order_by("-occurred_at", "-pk")[:50], "listen_message_of_thread"),
        (lambda: Message.objects.filter(channel="email", external_id="<1@a>"), "listen_message_arrives_once"),
        (lambda: Message.objects.filter(customer=7), "listen_message_of_customer"),
        (lambda: Thread.objects.filter(customer=7).order_by("-started_at")[:50], "listen_thread_of_customer"),
    ],
)
def test_what_pages_ask_is_read_from_an_index_in_its_order(rows: Any, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    plan = rows().explain()
    assert index in plan
    assert "Sort" not in plan
