"""What was written before there was one outbox is in it afterwards, and finds its way back."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.courier import deliveries, mails, outbox, webhooks
from heedful.courier.models import Delivery, Destination, Endpoint, OutboxItem, OutboxTry
from heedful.kit.actor import SYSTEM
from heedful.ledger.references import Reference
from tests.courier.conftest import Postbox, Receiver, hand_over_mails

pytestmark = pytest.mark.django_db
BEFORE = [("act", "0011_names_in_rows"), ("courier", "0003_held_by_whom_and_slow")]
FIELDS = [
    field.attname for field in OutboxItem._meta.concrete_fields if field.name not in {"id", "destination", "said"}
]


def kept() -> dict[str, list[Any]]:
    """All that must be the same on both sides."""
    return {
        "items": list(OutboxItem.objects.exclude(carrier="webhook").order_by("pk").values_list("pk", *FIELDS)),
        "deliveries": list(Delivery.objects.exclude(next_try_at=None).order_by("pk").values_list(*FIELDS)),
        "tries": list(OutboxTry.objects.order_by("at").values_list("item__message_id", "at", "ok", "status", "answer")),
        "rests": list(
            Destination.objects.order_by("pk").values_list("carrier", "failures", "resting_until", "is_slow")
        ),
        "endpoints": list(Endpoint.objects.values_list("pk", "url", "destination__carrier")),
    }


def migrate(*targets: tuple[str, str]) -> None:
    """Go to these migrations, else to the latest. Rows that wait to be checked keep their tables from being changed."""
    executor = MigrationExecutor(connection)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    executor.migrate(list(targets) or executor.loader.graph.leaf_nodes())


def test_mails_and_deliveries_move_into_the_outbox_and_back(postbox: Postbox, receiver: Receiver) -> None:
    now = timezone.now()
    postbox.answers["bea@example.com"] = "451 Greylisted"
    for number, name in enumerate(("ada", "bea"), start=1):
        to, about = f"{name}@example.com", Reference("invitation", number)
        mails.send(to=to, subject="Sé", text="100 %", purpose="survey", reference=about, by=SYSTEM, at=now)
    hand_over_mails()
    endpoint = webhooks.add(url=receiver.url, name="Ours", by=SYSTEM, at=now)
    deliveries.ping(endpoint=endpoint, by=SYSTEM, at=now)
    receiver.status = 500
    outbox.drain(destination=endpoint.destination_id)
    before = kept()
    assert (len(before["items"]), len(before["deliveries"]), len(before["tries"])) == (2, 1, 3)

    migrate(*BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(subject) FROM courier_mail")
        assert cursor.fetchone() == (2, "Sé")
        cursor.execute(
            "SELECT d.endpoint_id, t.status FROM courier_delivery d JOIN courier_deliverytry t ON t.delivery_id = d.id"
        )
        assert cursor.fetchone() == (endpoint.pk, 500)
    names = {job.args["function"] for job in ProcrastinateJob.objects.all()}
    assert {"heedful.courier.mails.drain", "heedful.courier.deliveries.drain"} <= names

    migrate()
    assert kept() == before
    there = {
        job.args["arguments"]["destination"]
        for job in ProcrastinateJob.objects.filter(args__function="heedful.courier.outbox.drain")
    }
    assert there == set(Destination.objects.values_list("pk", flat=True))
    assert not ProcrastinateJob.objects.filter(args__function__in=["heedful.courier.mails.drain"]).exists()


def test_the_rows_are_as_the_models_say() -> None:
    call_command("makemigrations", "courier", "act", check=True, dry_run=True, verbosity=0)
