"""Moments: kinds of touchpoint that the company names and places, and those that move customers from stage to stage."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.customers import kinds, people, stages, touchpoints
from heedful.customers.models import Customer, Stage, StageChange, TouchpointKind
from heedful.kit import statements
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.cast import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def place(slug: str, stage: str | None, *, moves_stage: bool = True, name: str = "") -> None:
    kind, _ = TouchpointKind.objects.get_or_create(slug=slug)
    where = Stage.objects.get(pk=stage) if stage else None
    kinds.place(kind=kind, name=name, stage=where, moves_stage=moves_stage, by=SYSTEM, at=NOON)
    kinds.forget()


def happen(*moments: tuple[str, datetime], message: str = "", at: datetime = NOON) -> Customer:
    drafts = [
        touchpoints.TouchpointDraft(kind, when, message or f"{kind} {when}", (("user_id", "u1"),))
        for kind, when in moments
    ]
    touchpoints.record(drafts=drafts, source="test", by=SYSTEM, at=at)
    return Customer.objects.get()


def history(customer: Customer) -> list[tuple[str, datetime]]:
    return [(change.stage_id, change.at) for change in stages.history(person=customer.pk)]


@pytest.fixture
def placed() -> None:
    place("order_placed", "purchase")
    place("activated", "use")
    place("trial_started", "discovery")


def test_a_kind_that_moves_customers_moves_who_does_it(placed: None) -> None:
    assert happen(("page", NOON - DAY)).stage_id is None

    customer = happen(("order_placed", NOON - DAY))

    assert customer.stage_id == "purchase"
    assert customer.facts["lifecycle_stage"] == ["purchase", (NOON - DAY).isoformat()]
    change = StageChange.objects.get()
    assert (change.stage_id, change.at, change.source) == ("purchase", NOON - DAY, "order_placed")


JOURNEY = (("trial_started", NOON - 9 * DAY), ("order_placed", NOON - 5 * DAY), ("activated", NOON - DAY))


@pytest.mark.parametrize("order", list(permutations(JOURNEY)))
def test_the_order_of_arrival_does_not_matter(placed: None, order: tuple[tuple[str, datetime], ...]) -> None:
    for moment in order:
        customer = happen(moment)

    assert customer.stage_id == "use"
    assert history(customer) == [("use", NOON - DAY), ("purchase", NOON - 5 * DAY), ("discovery", NOON - 9 * DAY)]


@pytest.mark.parametrize("order", list(permutations(JOURNEY)))
def test_one_batch_says_the_same_as_many(placed: None, order: tuple[tuple[str, datetime], ...]) -> None:
    customer = happen(*order)

    assert customer.stage_id == "use"
    assert [stage for stage, _ in history(customer)] == ["use", "purchase", "discovery"]


def test_what_somebody_said_later_stands_against_an_earlier_moment(placed: None) -> None:
    customer = happen(("page", NOON - 3 * DAY))
    people.describe(facts={customer.pk: {"lifecycle_stage": ("renewal", NOON - DAY)}})

    assert happen(("order_placed", NOON - 2 * DAY)).stage_id == "renewal"
    assert happen(("order_placed", NOON)).stage_id == "purchase"


def test_a_message_that_came_before_moves_nobody(placed: None) -> None:
    happen(("order_placed", NOON - 5 * DAY), message="m1")

    customer = happen(("activated", NOON - DAY), message="m1")

    assert customer.stage_id == "purchase"


def test_an_absurd_time_moves_at_the_time_that_is_kept(placed: None) -> None:
    customer = happen(("order_placed", NOON + 400 * DAY))

    assert history(customer) == [("purchase", NOON + DAY)]


def test_a_stage_that_is_come_into_again_and_again_is_told_once(placed: None) -> None:
    for days in (9, 7, 5):
        happen(("order_placed", NOON - days * DAY))
    happen(("activated", NOON - 4 * DAY))
    customer = happen(("order_placed", NOON - DAY))

    assert [stage for stage, _ in history(customer)] == ["purchase", "use", "purchase"]
    assert history(customer)[-1] == ("purchase", NOON - 9 * DAY)


def test_a_kind_that_is_only_placed_moves_nobody_and_gives_its_stage_to_what_has_none() -> None:
    place("order_placed", "purchase", moves_stage=False)

    customer = happen(("order_placed", NOON))

    assert customer.stage_id is None
    assert customer.touchpoints.get().stage_slug == "purchase"


def test_a_batch_without_such_a_kind_costs_nothing_more(placed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    happen(("page", NOON - DAY), ("order_placed", NOON - DAY))
    sent: list[str] = []
    fetch = statements.fetch

    def noting(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        sent.append(statement)
        return fetch(statement, parameters)

    monkeypatch.setattr(statements, "fetch", noting)
    happen(("page", NOON))
    plain = sent[:]
    happen(("order_placed", NOON))

    assert not [statement for statement in plain if "facts" in statement and "UPDATE" in statement]
    assert len(plain) < len(sent) - len(plain)


def test_when_a_kind_last_arrived_is_noted_to_the_hour() -> None:
    happen(("page", NOON))
    kinds.forget()
    happen(("page", NOON + timedelta(minutes=30)), at=NOON + timedelta(minutes=30))
    assert TouchpointKind.objects.get().last_arrived_at == NOON

    kinds.forget()
    happen(("page", NOON + timedelta(hours=2)), at=NOON + timedelta(hours=2))
    assert TouchpointKind.objects.get().last_arrived_at == NOON + timedelta(hours=2)


def test_this_process_knows_a_placing_at_once(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        happen(("page", NOON))
    kind = TouchpointKind.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        kinds.place(kind=kind, name="", stage=Stage.objects.get(pk="discovery"), moves_stage=True, by=SYSTEM, at=NOON)

    assert happen(("page", NOON - DAY)).stage_id == "discovery"


def test_to_move_customers_a_stage_is_needed() -> None:
    with pytest.raises(Refused, match="Choose the stage into which it moves customers"):
        place("order_placed", None)

    assert not TouchpointKind.objects.get().moves_stage


def test_who_may_not_edit_stages_places_nothing(mira: Associate, casey: Associate) -> None:
    kind = TouchpointKind.objects.create(slug="order_placed")
    stage = Stage.objects.get(pk="purchase")

    with pytest.raises(Forbidden):
        kinds.place(kind=kind, name="Order", stage=stage, moves_stage=True, by=mira.by, at=NOON)
    kinds.place(kind=kind, name=" An\x00  order ", stage=stage, moves_stage=True, by=casey.by, at=NOON)

    assert str(TouchpointKind.objects.get()) == "An order"
    entry = Entry.objects.get(kind="TouchpointKindPlaced")
    assert (entry.by_label, entry.data["stage"], entry.data["moves_stage"]) == ("Casey", "purchase", True)
