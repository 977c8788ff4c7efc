"""What is told of years gone by is kept as all else is, and nothing follows from it by itself."""

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.customers import messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer, Feedback, Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from tests.cast import NOON

VISITOR, USER = ("anonymous_id", "v1"), ("user_id", "u1")


def told(year: int) -> list[SourceMessage]:
    """A visitor who had been met before turns out to be a customer, who says something."""
    at = NOON - timedelta(days=365 * year)
    return [
        SourceMessage(
            TouchpointDraft("said", at, f"said:{year}", (USER,), scores={"recommend": 3}, verbatim="It broke.")
        ),
        SourceMessage(description=Description((USER, VISITOR), at, {"name": "Una"}, message=f"word:{year}")),
    ]


def followed() -> set[str]:
    reactions = ProcrastinateJob.objects.filter(args__function="heedful.ledger.events.react")
    return {job.args["arguments"]["reaction"].rpartition(".")[2] for job in reactions}


@pytest.fixture
def met(db: None) -> None:
    """The two identities, not known to be one."""
    for who in (VISITOR, USER):
        messages.record(
            messages=[SourceMessage(TouchpointDraft("page", NOON, who[1], (who,)))], source="shop", by=SYSTEM, at=NOON
        )


@pytest.mark.parametrize(
    ("take", "reactions"),
    [(messages.record, {"advance", "read", "reevaluate"}), (messages.backfill, set())],
    ids=["record", "backfill"],
)
@pytest.mark.usefixtures("met")
def test_the_past_is_kept_alike_and_sets_nothing_going(take: type, reactions: set[str]) -> None:
    take(messages=told(1), source="shop", by=SYSTEM, at=NOON)

    assert (Touchpoint.objects.count(), Feedback.objects.get().verbatim) == (3, "It broke.")
    assert Customer.objects.people().get().name == "Una"
    kinds = Entry.objects.values_list("kind", flat=True)
    assert {"TouchpointsRecorded", "PeopleRegrouped", "CustomersDescribed"} <= set(kinds)
    assert followed() == reactions


@pytest.mark.usefixtures("met")
def test_what_comes_beside_the_past_is_followed_as_ever() -> None:
    messages.backfill(messages=told(2), source="shop", by=SYSTEM, at=NOON)
    messages.record(messages=told(1), source="shop", by=SYSTEM, at=NOON)

    assert "read" in followed()
