"""What is said of an organisation: the later saying of each attribute stands, whatever came first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from heedful.customers import messages
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Organisation
from heedful.kit.actor import SYSTEM

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def said(hours: float, **traits: Any) -> SourceMessage:
    at = NOON + timedelta(hours=hours)
    return SourceMessage(
        description=Description((("user_id", "ana"),), at, organisation="acme", organisation_traits=traits)
    )


def take(*told: SourceMessage) -> None:
    messages.record(messages=told, source="shop", by=SYSTEM, at=NOON)


def known() -> tuple[str, dict[str, Any]]:
    row = Organisation.objects.get(external_id="acme")
    return row.name, row.attributes


SAYINGS = [
    said(-3, name="Acme", plan="free", seats=3),
    said(-2, plan="pro", city="Bonn"),
    said(-1.5, name="Acme Ltd", plan=None, seats=5),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_what_was_said_last_stands_in_whatever_order_it_comes(order: tuple[int, ...], together: bool) -> None:
    told = [SAYINGS[number] for number in order]
    for batch in [told] if together else [[one] for one in told]:
        take(*batch)
    assert known() == ("Acme Ltd", {"plan": None, "seats": 5, "city": "Bonn"})


def test_an_empty_name_says_nothing() -> None:
    take(said(-3, name="Acme"))
    take(said(-2, name=" "))
    take(said(-4, name="Old"))
    assert known() == ("Acme", {})


def test_a_saying_from_the_future_holds_nobody_up_for_longer_than_a_day() -> None:
    take(said(24 * 365, plan="free"))
    messages.record(messages=[said(25, plan="pro")], source="shop", by=SYSTEM, at=NOON + timedelta(hours=25))
    assert known()[1] == {"plan": "pro"}


def test_what_was_known_before_times_were_kept_stays_until_more_is_said() -> None:
    Organisation.objects.create(external_id="acme", name="Acme", attributes={"plan": "free"}, created_at=NOON)
    take(said(-3, seats=3))
    assert known() == ("Acme", {"plan": "free", "seats": 3})
    take(said(-4, plan="pro"))
    assert known()[1] == {"plan": "pro", "seats": 3}
