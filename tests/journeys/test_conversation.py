"""One conversation, from the page of a case to the customer's mailbox and back, by a real mail server."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.listen import conversations
from heedful.listen.models import Message, Thread
from heedful.understand.detection import Trouble
from tests.courier.conftest import Postbox, hand_over_mails
from tests.courier.conftest import postbox as _postbox
from tests.work import work

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]
postbox: Callable[..., Iterator[Postbox]] = _postbox


@pytest.fixture
def case(alice: Customer) -> Case:
    now = timezone.now()
    trouble = Trouble(reference="feedback:7", customer=alice.pk, severity=2, what="Nobody came", happened_at=now)
    return cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=now)


def say(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_mira_writes_it_leaves_and_alice_answers(as_: As, mira: Associate, case: Case, postbox: Postbox) -> None:
    client, address = as_(mira), f"/cases/{case.pk}"
    typed = {"subject": "Your router", "text": "It comes tomorrow.", "to": "alice@example.test"}
    assert client.post(f"{address}/mails", typed).status_code == 302
    assert "Mira</b> wrote to the customer" in (page := say(client.get(address)))
    assert ("On its way" in page, "Written, not sent" in page, postbox.taken) == (True, True, [])
    assert Case.objects.get().is_waiting

    hand_over_mails()
    (mail,) = (message_from_bytes(envelope.content or b"") for envelope in postbox.taken)  # type: ignore[arg-type]
    assert (mail["To"], mail["Subject"]) == ("alice@example.test", "Your router")
    work()
    page = say(client.get(address))
    assert ("Sent" in page, "On its way" in page, "Written, not sent" in page) == (True, False, False)
    assert Case.objects.get().answered_at == Mail.objects.get().sent_at

    written = Message.objects.get(channel="email", external_id=mail["Message-ID"])
    assert written.has_left
    at = timezone.now() + timedelta(minutes=5)
    answer: dict[str, Any] = {"text": "At what time?", "external_id": "<a1@example.test>", "source": "mailbox"}
    for _ in range(2):
        conversations.receive(thread=written.thread, **answer, by=SYSTEM, at=at)
    assert "Answered" in say(client.get("/cases"))
    work()
    assert "Heard again" in say(client.get("/cases"))
    page = say(client.get(address))
    assert ("Heard again" in page, "heard more from the customer" in page) == (True, True)
    assert page.count("At what time?") == 1
    assert page.index("It comes tomorrow.") < page.index("The customer</b> wrote") < page.index("At what time?")
    assert "The customer wrote" in say(client.get(f"/customers/{case.who.pk}"))

    client.post(f"{address}/mails", {"subject": "Re: Your router", "text": "At ten."})
    thread = Thread.objects.get()
    assert [message.text for message in thread.messages.order_by("pk")] == [
        "It comes tomorrow.",
        "At what time?",
        "At ten.",
    ]


def test_mallory_writes_nothing(as_: As, mallory: Associate, case: Case, postbox: Postbox) -> None:
    refused = as_(mallory).post(f"/cases/{case.pk}/mails", {"subject": "Hello", "text": "It is me."})
    assert refused["Location"].startswith("/accounts/login/")
    hand_over_mails()
    assert (Thread.objects.count(), Message.objects.count(), postbox.taken) == (0, 0, [])
