"""Shared by the tests of act: a small company, a customer, and trouble."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from heedful.associates.models import Team
from heedful.courier.carriers import smtp
from heedful.courier.models import Mail, OutboxItem, Sending
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.listen.models import Message
from heedful.understand.detection import Trouble
from tests.cast import NOON as NOON
from tests.work import work


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    cache.delete("act.high_value")


def meet(email: str, *, value: int | None = None) -> Customer:
    """Make a customer by way of the log."""
    recorded = touchpoints.record(
        drafts=[
            touchpoints.TouchpointDraft(
                kind="order_placed",
                happened_at=NOON - timedelta(days=30),
                message=f"order of {email}",
                identities=(("email", email),),
            )
        ],
        source="shop",
        by=SYSTEM,
        at=NOON - timedelta(days=30),
    )
    facts: dict[str, Any] = {"name": (email.partition("@")[0].capitalize(), NOON)}
    if value is not None:
        facts["value"] = ({"amount": str(Decimal(value)), "currency": "GBP"}, NOON)
    people.describe(facts={recorded.customers[0]: facts})
    return Customer.objects.get(pk=recorded.customers[0])


@pytest.fixture
def carla(care: Team) -> Customer:
    return meet("carla@example.org", value=600)


def trouble(customer: Customer, reference: str = "feedback:1", **changes: Any) -> Trouble:
    """Trouble that a customer has."""
    said: dict[str, Any] = {
        "reference": reference,
        "customer": customer.pk,
        "severity": 2,
        "what": "Would recommend: 3 of 10",
        "happened_at": NOON,
    }
    return Trouble(**{**said, **changes})


def leave(message: Message, at: datetime) -> None:
    """Let a message leave the building, as its carrier does when it was taken, and let the worker read of it."""
    OutboxItem.objects.filter(pk=message.outbox_item_id or 0).update(state=Sending.SENT, sent_at=at)
    smtp.events.sent(Mail.objects.get(pk=message.outbox_item_id or 0), at)
    work()


type Kinds = Callable[[Customer], list[str]]


@pytest.fixture
def kinds_of() -> Kinds:
    """The kinds of touchpoint in a customer's log, in order."""
    return lambda customer: list(customer.touchpoints.order_by("happened_at", "id").values_list("kind", flat=True))
