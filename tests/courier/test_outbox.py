"""The outbox takes what leaves, whoever carries it; what is broken stands aside and holds nobody up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.courier import carriers, deliveries, mails, outbox, webhooks
from heedful.courier.carrier import Carrier, Receipt
from heedful.courier.carriers.smtp import wire
from heedful.courier.models import Delivery, Destination, Mail, OutboxItem, Sending
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.ledger import jobs
from tests.courier.conftest import Postbox, Receiver, hand_over_mails
from tests.work import work

pytestmark = pytest.mark.django_db


def test_a_mail_that_cannot_be_put_together_is_set_aside_and_the_next_leaves_at_once(postbox: Postbox) -> None:
    now = timezone.now()
    broken = mails.send(
        to="ada@example.com", subject="S", text="T", purpose="case", headers={"Subject": "Two"}, by=SYSTEM, at=now
    )
    mails.send(to="bea@example.com", subject="S", text="T", purpose="case", by=SYSTEM, at=now)
    hand_over_mails()
    assert [envelope.rcpt_tos for envelope in postbox.taken] == [["bea@example.com"]]
    broken = Mail.objects.get(pk=broken.pk)
    assert broken.state == Sending.FAILED
    assert broken.said.startswith("It could not be sent and was set aside")
    assert [attempt.ok for attempt in broken.tries.all()] == [False]
    assert not ProcrastinateJob.objects.filter(scheduled_at__gt=timezone.now()).exists()


def test_what_was_set_aside_is_tried_again_when_somebody_asks(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> str:
        raise RuntimeError("half\x00way")

    mail = mails.send(to="ada@example.com", subject="S", text="T", purpose="case", by=SYSTEM, at=timezone.now())
    with monkeypatch.context() as patched:
        patched.setattr(wire.Connection, "hand_over", break_down)
        hand_over_mails()
    mail.refresh_from_db()
    assert mail.said == "It could not be sent and was set aside. RuntimeError: halfway"
    hand_over_mails()
    assert postbox.taken == []
    outbox.try_again(item=mail, by=SYSTEM, at=timezone.now())
    hand_over_mails()
    mail.refresh_from_db()
    assert (mail.state, mail.said, len(postbox.taken)) == (Sending.SENT, "", 1)
    with pytest.raises(Refused, match="on its way"):
        outbox.try_again(item=mail, by=SYSTEM, at=timezone.now())


def test_a_database_that_is_away_says_nothing_about_a_mail(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: Any, **__: Any) -> str:
        raise OperationalError("the server closed the connection")

    mail = mails.send(to="ada@example.com", subject="S", text="T", purpose="case", by=SYSTEM, at=timezone.now())
    with monkeypatch.context() as patched:
        patched.setattr(wire.Connection, "hand_over", break_down)
        with pytest.raises(OperationalError):
            hand_over_mails()
    mail.refresh_from_db()
    assert (mail.state, mail.tries.count()) == (Sending.WAITING, 0)
    assert Destination.objects.get().busy_until is None


def test_what_waits_for_a_former_mail_server_leaves_by_the_one_that_is_set_up_now(
    postbox: Postbox, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://former.example"
    mails.send(to="ada@example.com", subject="S", text="T", purpose="case", by=SYSTEM, at=timezone.now())
    former = Destination.objects.get()
    settings.SMTP_URL = postbox.url
    outbox.drain(destination=former.pk)
    assert [envelope.rcpt_tos for envelope in postbox.taken] == [["ada@example.com"]]


def test_a_delivery_that_cannot_be_put_together_lets_the_next_through(receiver: Receiver) -> None:
    endpoint = webhooks.add(url=receiver.url, name="Ours", by=SYSTEM, at=timezone.now())
    for number in (1, 2):
        deliveries.ping(endpoint=endpoint, by=SYSTEM, at=timezone.now())
        if number == 1:
            OutboxItem.objects.update(payload={})
    for _ in range(2):
        outbox.drain(destination=endpoint.destination_id)
    assert len(receiver.heard) == 1
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [Sending.FAILED, Sending.SENT]
    first = Delivery.objects.order_by("pk")[0]
    assert first.said == "It could not be sent and was set aside. KeyError: 'body'"


def test_a_carrier_is_a_record_and_its_folder_and_needs_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    @contextmanager
    def open_the_window(destination: Destination) -> Iterator[Callable[[OutboxItem], Receipt]]:
        def send(item: OutboxItem) -> Receipt:
            taken.append(f"{item.payload['words']} to {destination.key}")
            return Receipt("It flew.")

        yield send

    pigeon = Carrier(
        name="pigeon",
        noun="letter",
        permission="mail.read",
        without="There is no pigeon.",
        queue=jobs.MAILS,
        check=dict,
        current=lambda there: there,
        open=open_the_window,
        pauses_s=(60,),
        destination_pauses_s=(60,),
    )
    monkeypatch.setitem(outbox._carriers, "pigeon", pigeon)
    roof = Destination.objects.create(carrier="pigeon", key="roof")
    for reference in ("a", "b", "a"):
        draft = outbox.Draft(roof, "test", f"{reference}{timezone.now()}", {"words": f"coo {reference}"}, reference)
        outbox.put(drafts=[draft], carrier=pigeon, by=SYSTEM, at=timezone.now())
    work(at=timezone.now())
    assert taken == ["coo a to roof", "coo b to roof"]
    assert set(OutboxItem.objects.values_list("state", flat=True)) == {Sending.SENT}


def test_all_carriers_have_the_same_shape() -> None:
    folders = [folder for folder in Path(carriers.__file__).parent.iterdir() if (folder / "__init__.py").exists()]
    assert sorted(folder.name for folder in folders) == sorted(carrier.name for carrier in carriers.CARRIERS)
    for folder in folders:
        assert {"check.py", "destination.py", "send.py"} <= {file.name for file in folder.iterdir()}
