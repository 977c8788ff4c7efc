"""Deliveries are signed by the standard, tried again with growing pauses, and stop where nobody listens."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from standardwebhooks import Webhook

from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.courier import backoff, deliveries, outbox, webhooks
from heedful.courier.carriers import webhook
from heedful.courier.carriers.webhook import destination, signing
from heedful.courier.carriers.webhook.destination import EndpointDisabled
from heedful.courier.carriers.webhook.send import wait_s
from heedful.courier.models import Delivery, Destination, Endpoint, Mail, OutboxTry, Sending
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger import events, jobs
from heedful.ledger.models import Entry
from tests.courier.conftest import Receiver

pytestmark = pytest.mark.django_db
RECORDED = json.loads((Path(__file__).parent / "standard_webhooks.json").read_text())["cases"]


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A stand-in for what other stages record."""

    case: int


def endpoint_at(url: str, **changed: Any) -> Endpoint:
    given: dict[str, Any] = {"url": url, "name": "Ours", "by": SYSTEM, "at": timezone.now()}
    return webhooks.add(**(given | changed))


def happen(case: int = 1) -> Entry:
    event = CaseOpened(case)
    entry = events.record(event, by=SYSTEM, at=timezone.now())
    if deliveries.is_heard(event):
        deliveries.dispatch(event, entry=entry)
    return entry


def due_again() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(state=Sending.WAITING).update(next_try_at=past)
    Destination.objects.update(resting_until=None)


@pytest.mark.parametrize("case", [case for case in RECORDED if case["valid_signature"]], ids=lambda case: case["name"])
def test_our_signature_is_the_recorded_one(case: dict[str, Any]) -> None:
    sent = {name.lower(): value for name, value in case["headers"].items()}
    ours = signing.sign(
        secret=case["secret"],
        message=sent["webhook-id"],
        timestamp=int(sent["webhook-timestamp"]),
        body=case["body"].encode(),
    )
    assert ours in sent["webhook-signature"].split()


@pytest.mark.parametrize(
    "case",
    [case for case in RECORDED if not case["valid_signature"] and "webhook-id" in case["headers"]],
    ids=lambda case: case["name"],
)
def test_a_signature_that_receivers_reject_is_not_ours(case: dict[str, Any]) -> None:
    ours = signing.sign(
        secret=case["secret"],
        message=case["headers"]["webhook-id"],
        timestamp=int(case["headers"].get("webhook-timestamp", "0") or 0)
        if case["headers"].get("webhook-timestamp", "0").isdigit()
        else 0,
        body=case["body"].encode(),
    )
    assert ours not in case["headers"].get("webhook-signature", "").split()


def test_an_event_arrives_signed_and_named(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    entry = happen(case=7)
    outbox.drain(destination=endpoint.destination_id)
    ((headers, body),) = receiver.heard
    told = Webhook(endpoint.secret).verify(body, headers)
    assert told == {"type": "case.opened", "timestamp": entry.at.isoformat(), "data": {"case": 7}}
    assert Delivery.objects.get().state == Sending.SENT
    assert OutboxTry.objects.get().status == 204


def test_after_a_rotation_both_secrets_open_it_for_a_day(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    old = endpoint.secret
    new = webhooks.rotate(endpoint=endpoint, by=SYSTEM, at=timezone.now())
    happen()
    outbox.drain(destination=endpoint.destination_id)
    headers, body = receiver.heard[0]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    Endpoint.objects.update(rotated_at=timezone.now() - timedelta(hours=25))
    happen()
    outbox.drain(destination=endpoint.destination_id)
    headers, body = receiver.heard[1]
    Webhook(new).verify(body, headers)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old).verify(body, headers)


def test_a_secret_is_as_long_as_the_standard_asks_and_the_old_one_ends_after_a_day(receiver: Receiver) -> None:
    endpoint, now = endpoint_at(receiver.url), timezone.now()
    assert 24 <= len(base64.b64decode(endpoint.secret.removeprefix("whsec_"))) <= 64
    new = webhooks.rotate(endpoint=endpoint, by=SYSTEM, at=now)
    old, row = endpoint.secret, Endpoint.objects.get()
    day = timedelta(days=1)
    assert destination.secrets_of(row, at=now + day - timedelta(microseconds=1)) == [new, old]
    assert destination.secrets_of(row, at=now + day) == [new]


def test_without_an_endpoint_an_event_costs_one_look() -> None:
    happen()
    assert not Delivery.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_an_endpoint_hears_only_the_kinds_it_chose(receiver: Receiver) -> None:
    endpoint_at(receiver.url, kinds=["case.closed"])
    happen()
    assert not Delivery.objects.exists()


def test_one_event_is_put_on_its_way_once(receiver: Receiver) -> None:
    endpoint_at(receiver.url)
    entry = happen()
    deliveries.dispatch(CaseOpened(1), entry=entry)
    assert Delivery.objects.count() == 1


def test_a_failure_is_tried_again_under_the_same_id(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    happen()
    receiver.status = 500
    outbox.drain(destination=endpoint.destination_id)
    delivery = Delivery.objects.get()
    assert delivery.next_try_at is not None
    assert timedelta(seconds=4) < delivery.next_try_at - timezone.now() + timedelta(seconds=1) < timedelta(seconds=7)
    due_again()
    receiver.status = 200
    outbox.drain(destination=endpoint.destination_id)
    assert [headers["webhook-id"] for headers, _ in receiver.heard] == [delivery.message_id] * 2
    assert Delivery.objects.get().state == Sending.SENT
    assert Destination.objects.get().failures == 0


def test_after_ten_tries_a_delivery_is_given_up(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    happen()
    receiver.status = 500
    for _ in range(12):
        due_again()
        outbox.drain(destination=endpoint.destination_id)
    assert len(receiver.heard) == 10
    assert Delivery.objects.get().state == Sending.FAILED


def test_pauses_follow_the_standard_within_a_tenth() -> None:
    for failures, seconds in enumerate(webhook.PAUSES_S, start=1):
        pause = backoff.pause(webhook.PAUSES_S, failures).total_seconds()
        assert 0.9 * seconds <= pause <= 1.1 * seconds


def test_of_many_that_failed_together_no_two_come_back_at_once() -> None:
    pauses = {backoff.pause(webhook.PAUSES_S, 2) for _ in range(50)}
    assert len(pauses) == 50
    assert max(pauses) - min(pauses) > timedelta(seconds=0.1 * webhook.PAUSES_S[1])


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 503])
def test_whatever_is_not_2xx_is_a_failure_and_redirects_are_not_followed(receiver: Receiver, status: int) -> None:
    endpoint = endpoint_at(receiver.url)
    happen()
    receiver.status = status
    receiver.headers = {"Location": receiver.url}
    outbox.drain(destination=endpoint.destination_id)
    assert len(receiver.heard) == 1
    assert Delivery.objects.get().state == Sending.WAITING


def test_an_endpoint_that_asks_for_a_pause_gets_it(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    happen()
    happen(2)
    receiver.status, receiver.headers = 429, {"Retry-After": "120"}
    outbox.drain(destination=endpoint.destination_id)
    endpoint.refresh_from_db()
    assert len(receiver.heard) == 1
    assert endpoint.resting_until is not None
    assert endpoint.resting_until >= timezone.now() + timedelta(seconds=110)
    assert ProcrastinateJob.objects.filter(scheduled_at=endpoint.resting_until).exists()


def test_a_pause_may_be_asked_for_by_date_and_is_never_absurd() -> None:
    at = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
    assert wait_s(503, format_datetime(at + timedelta(minutes=5)), at=at) == 300
    assert [wait_s(status, "", at=at) for status in (429, 502, 503, 504)] == [60] * 4
    assert wait_s(500, "", at=at) is None
    assert wait_s(500, "99999999999999", at=at) == 86_400
    assert wait_s(500, "soon", at=at) is None
    assert wait_s(500, "-5", at=at) is None
    assert wait_s(503, format_datetime(at - timedelta(days=5)), at=at) == 0


def test_a_failing_endpoint_holds_no_other_up(receiver: Receiver) -> None:
    dead = endpoint_at("http://127.0.0.1:1/")
    alive = endpoint_at(receiver.url)
    happen()
    outbox.drain(destination=dead.destination_id)
    outbox.drain(destination=alive.destination_id)
    assert len(receiver.heard) == 1
    assert Destination.objects.get(pk=dead.destination_id).is_backing_off(at=timezone.now())


def test_one_that_is_gone_is_disabled_and_the_administrator_told(receiver: Receiver) -> None:
    associates.add(email="root@example.com", name="Root", role="admin", by=SYSTEM, at=timezone.now())
    endpoint = endpoint_at(receiver.url)
    happen()
    happen(2)
    receiver.status = 410
    outbox.drain(destination=endpoint.destination_id)
    endpoint.refresh_from_db()
    assert endpoint.disabled_reason == "It answered that it is gone (410)."
    assert len(receiver.heard) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {Sending.FAILED}
    disabled = Entry.objects.get(kind="EndpointDisabled")
    for _ in range(2):
        webhooks.tell_administrators(EndpointDisabled(**disabled.data), entry=disabled)
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == ("root@example.com", "The webhook Ours was disabled")


def test_one_delivery_is_made_a_turn_and_the_next_turn_is_asked_for(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    happen(1), happen(2)
    turns = ProcrastinateJob.objects.filter(args__function="heedful.courier.outbox.drain")
    turns._raw_delete("default")
    outbox.drain(destination=endpoint.destination_id)
    assert len(receiver.heard) == 1
    job = turns.get()
    assert job.args["arguments"]["destination"] == endpoint.destination_id
    assert job.scheduled_at is not None
    assert job.scheduled_at <= timezone.now()


def test_an_endpoint_is_slow_until_it_was_quick_once_and_the_slow_share_one_hand(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = endpoint_at(receiver.url)

    turns = ProcrastinateJob.objects.filter(args__function="heedful.courier.outbox.drain")

    def queue_of_the_next() -> str:
        turns._raw_delete("default")
        happen()
        return str(turns.get().queue_name)

    assert queue_of_the_next() == jobs.SLOW_WEBHOOKS
    outbox.drain(destination=endpoint.destination_id)
    assert queue_of_the_next() == jobs.WEBHOOKS
    monkeypatch.setattr(outbox, "SLOW_S", -1.0)
    outbox.drain(destination=endpoint.destination_id, patient=False)
    assert queue_of_the_next() == jobs.SLOW_WEBHOOKS
    heard = len(receiver.heard)
    outbox.drain(destination=endpoint.destination_id, patient=False)  # asked for while it was quick
    assert len(receiver.heard) == heard
    assert {job.queue_name for job in turns.all()} == {jobs.SLOW_WEBHOOKS}


def test_no_administrator_is_told_of_what_one_of_them_did_and_nobody_who_has_left(receiver: Receiver) -> None:
    now = timezone.now()
    for name in ("root", "gone"):
        associates.add(email=f"{name}@example.com", name=name, role="admin", by=SYSTEM, at=now)
    root, gone = Associate.objects.order_by("pk")
    associates.deactivate(associate=gone, by=root.by, at=now)
    by_hand, by_itself = endpoint_at(receiver.url), endpoint_at(receiver.url)
    destination.disable(endpoint=by_hand, reason="Not needed.", by=root.by, at=now)
    destination.disable(endpoint=by_itself, reason="It failed.", by=SYSTEM, at=now)
    one, other = Entry.objects.filter(kind="EndpointDisabled").order_by("pk")
    webhooks.tell_administrators(EndpointDisabled(**one.data), entry=one)
    assert not Mail.objects.exists()
    webhooks.tell_administrators(EndpointDisabled(**other.data), entry=other)
    assert Mail.objects.get().to == "root@example.com"


def test_who_finds_somebody_delivering_comes_again_when_their_time_is_up(receiver: Receiver) -> None:
    """They may have been killed, and nobody else would come."""
    endpoint = endpoint_at(receiver.url)
    happen()
    until = timezone.now() + timedelta(seconds=50)
    Destination.objects.update(busy_until=until)
    ProcrastinateJob.objects.all().delete()
    outbox.drain(destination=endpoint.destination_id)
    assert not receiver.heard
    assert [job.scheduled_at for job in ProcrastinateJob.objects.all()] == [until]


def test_one_that_fails_for_four_days_is_disabled(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    happen()
    Destination.objects.update(failing_since=timezone.now() - timedelta(days=4, minutes=1), failures=20)
    receiver.status = 500
    outbox.drain(destination=endpoint.destination_id)
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is not None
    assert endpoint.disabled_reason.startswith("It failed for four days.")
    happen(2)
    assert Delivery.objects.count() == 1
    webhooks.enable(endpoint=endpoint, by=SYSTEM, at=timezone.now())
    happen(3)
    assert Delivery.objects.count() == 2


def test_a_name_that_came_to_lead_inside_is_not_called(receiver: Receiver, settings: Any) -> None:
    endpoint = endpoint_at(receiver.url)
    happen()
    settings.ALLOW_PRIVATE_WEBHOOKS = []
    outbox.drain(destination=endpoint.destination_id)
    assert receiver.heard == []
    assert "private network" in OutboxTry.objects.get().answer


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://100.64.0.1/",
        "https://0x7f000001/",
        "https://[fec0::1]/",
        "https://[::ffff:0:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://93.184.216.34:6379/",
        "https://user:password@93.184.216.34/",
        "http://93.184.216.34/",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "https://",
        "nonsense",
        "https://93.184.216.34/" + "x" * 600,
    ],
)
def test_an_address_inside_or_without_sense_is_refused(url: str, settings: Any) -> None:
    settings.ALLOW_PRIVATE_WEBHOOKS = ["192.168.7.0/24"]  # one network that is allowed opens no other
    with pytest.raises(Refused):
        endpoint_at(url)
    assert not Endpoint.objects.exists()


def test_a_ping_arrives_whatever_kinds_are_heard(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url, kinds=["case.closed"])
    deliveries.ping(endpoint=endpoint, by=SYSTEM, at=timezone.now())
    outbox.drain(destination=endpoint.destination_id)
    assert json.loads(receiver.heard[0][1])["type"] == "endpoint.pinged"


def test_changes_of_endpoints_are_written_down_and_only_for_administrators(receiver: Receiver) -> None:
    endpoint = endpoint_at(receiver.url)
    now = timezone.now()
    webhooks.change(endpoint=endpoint, url=receiver.url, name="Other", kinds=["case.closed"], by=SYSTEM, at=now)
    destination.disable(endpoint=endpoint, reason="Moved.", by=By("system", label="Root"), at=now)
    with pytest.raises(Refused, match="disabled already"):
        destination.disable(endpoint=endpoint, reason="", by=SYSTEM, at=now)
    endpoint.refresh_from_db()
    with pytest.raises(Refused, match="Enable it first"):
        deliveries.ping(endpoint=endpoint, by=SYSTEM, at=now)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["EndpointAdded", "EndpointChanged", "EndpointDisabled"]
    mallory = associates.add(email="m@example.com", name="Mallory", role="lead", by=SYSTEM, at=now)
    for refused in (
        lambda: endpoint_at(receiver.url, by=mallory.by),
        lambda: webhooks.rotate(endpoint=endpoint, by=mallory.by, at=now),
        lambda: webhooks.enable(endpoint=endpoint, by=mallory.by, at=now),
        lambda: deliveries.ping(endpoint=endpoint, by=mallory.by, at=now),
    ):
        with pytest.raises(Forbidden):
            refused()
