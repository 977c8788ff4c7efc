"""What is said of one person at the same moment is all known afterwards."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from heedful.customers import messages, people, profiles, touchpoints
from heedful.customers.identities import Name
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.models import Customer, Identity, Merge
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from tests.races import at_once
from tests.work import work

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEARD_S = 0.5
"""How long the first of two waits for the second, which must not get through before the first is done."""
HELD_S = 10
"""How long a row is held for one who must not wait for it."""


def say(*names: Name, organisation: str = "", **facts: str) -> Callable[[], object]:
    said = Description(tuple(names), NOON, dict(facts), organisation=organisation)
    return lambda: messages.record(messages=[SourceMessage(description=said)], source="shop", by=SYSTEM, at=NOON)


def person_of(user: str) -> Customer:
    person = Identity.objects.get(kind="user_id", value=user).customer.person
    assert person is not None
    return person


def test_what_is_said_while_the_whole_is_worked_out_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """One looks at all that is known of Ana while another learns her segment: both stand when both are done."""
    say(("user_id", "ana"), ("anonymous_id", "phone"), name="Ana")()
    working, heard, view = threading.Event(), threading.Event(), profiles._view

    def slowly(*known: Any) -> dict[str, Any]:
        if threading.current_thread().name == "first":
            working.set()
            heard.wait(HEARD_S)
        return view(*known)

    def first() -> None:
        threading.current_thread().name = "first"
        with transaction.atomic():
            profiles.refresh(people={person_of("ana").pk}, by=SYSTEM, at=NOON)

    def second() -> None:
        working.wait()
        say(("anonymous_id", "phone"), segment="pro")()
        heard.set()

    monkeypatch.setattr(profiles, "_view", slowly)
    assert at_once(first, second) == [None, None]
    assert (person_of("ana").name, person_of("ana").segment) == ("Ana", "pro")


def test_a_burst_about_one_person_leaves_what_a_second_look_finds() -> None:
    """A client that sends each event by itself says who somebody is, where they belong and what they were before."""
    for turn in range(8):
        user, visitor = ("user_id", f"u{turn}"), ("anonymous_id", f"v{turn}")
        said = at_once(
            say(user, ("email", f"u{turn}@example.com"), name="Ana", plan="pro"),
            say(user, organisation="acme"),
            say(user, visitor),
            say(user, segment="big"),
            say(visitor, language="de"),
        )
        assert not [one for one in said if isinstance(one, Exception)], said
        person = person_of(f"u{turn}")
        assert (person.name, person.segment, person.language) == ("Ana", "big", "de")
        assert person.organisation is not None
        profiles.refresh(people={person.pk}, by=SYSTEM, at=NOON)
        again = person_of(f"u{turn}")
        assert {name: getattr(again, name) for name in vars(person) if name[0] != "_"} == {
            name: value for name, value in vars(person).items() if name[0] != "_"
        }
    connection.close()


@pytest.mark.parametrize("held_row", ["ana", "phone"])
def test_what_happens_while_somebody_is_held_waits_for_nobody_and_is_seen_afterwards(held_row: str) -> None:
    say(("user_id", "ana"), ("anonymous_id", "phone"), name="Ana")()
    later, held, viewed = NOON + timedelta(hours=2), threading.Event(), threading.Event()

    def hold() -> bool:
        with transaction.atomic():
            Customer.objects.select_for_update().get(identities__value=held_row)
            held.set()
            return viewed.wait(HELD_S)

    def view() -> None:
        held.wait()
        draft = TouchpointDraft(kind="viewed", happened_at=later, message="v1", identities=(("user_id", "ana"),))
        touchpoints.record(drafts=[draft], source="shop", by=SYSTEM, at=later)
        viewed.set()

    assert set(at_once(hold, view)) == {True, None}, "the view waited"
    work()
    ana = Identity.objects.get(value="ana").customer
    assert not ana.is_root
    assert (person_of("ana").last_seen_at, ana.own_last_at) == (later, later)
    connection.close()


def test_a_merge_that_is_pressed_twice_is_one_and_undone_as_one() -> None:
    for turn in range(4):
        one, other = f"a{turn}", f"b{turn}"
        say(("user_id", one))(), say(("user_id", other))()
        pair = person_of(one), person_of(other)

        def merge(pair: tuple[Customer, Customer] = pair) -> object:
            return people.merge(a=pair[0], b=pair[1], by=SYSTEM, at=NOON)

        merged = at_once(*[merge] * 3)
        assert [type(each) for each in merged].count(Refused) == 2, merged
        people.undo(merge=Merge.objects.get(undone_at=None), by=SYSTEM, at=NOON)
        assert person_of(one) != person_of(other)
