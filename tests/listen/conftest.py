"""Alice and Bea, who are asked; a survey that waits for deliveries; and a way to let things happen."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from heedful.associates.models import Company
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation, Survey


def meet(name: str, *, at: datetime | None = None, **facts: Any) -> Customer:
    """Let a customer be known by user id and e-mail."""
    now = at or timezone.now()
    happen(name, kind="signed_up", at=now)
    record = Customer.objects.get(identities__kind="user_id", identities__value=name)
    said = {"name": name.capitalize(), "email": f"{name}@example.com"} | facts
    people.describe(facts={record.pk: {key: (value, now) for key, value in said.items()}})
    return Customer.objects.get(pk=record.pk)


def happen(name: str, *, kind: str = "delivered", at: datetime | None = None, **more: Any) -> list[Invitation]:
    """Let a touchpoint arrive, and do what the reaction to it does."""
    now = at or timezone.now()
    draft = touchpoints.TouchpointDraft(
        kind=kind,
        happened_at=more.pop("happened_at", now),
        message=more.pop("message", f"{kind}:{name}:{now.timestamp()}"),
        identities=(("user_id", name),),
        **more,
    )
    recorded = touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=now)
    if recorded.batch is None:
        return []
    entry = Entry.objects.filter(kind="TouchpointsRecorded").latest("pk")
    from heedful.ledger import events

    event = events.read(entry)
    return invitations.plan(event=event, at=now) if event.watched else []


@pytest.fixture
def make(acme: Company) -> Callable[..., Survey]:
    """Make a survey: how satisfied, and why, when something was delivered."""

    def made(**changed: Any) -> Survey:
        given: dict[str, Any] = {
            "name": "Delivery",
            "questions": [{"code": "satisfaction"}, {"code": "open"}],
            "languages": ["en", "de"],
            "moment_kind": "delivered",
        }
        return surveys.make(design=surveys.Design(**(given | changed)), by=SYSTEM, at=timezone.now())

    return made


@pytest.fixture
def alice(acme: Company) -> Customer:
    """A customer with an e-mail address."""
    return meet("alice")


@pytest.fixture
def bea(acme: Company) -> Customer:
    """Another."""
    return meet("bea", language="de-AT")
