"""What an associate begins by hand: a case with its reason and cause, and words to a customer."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from heedful.act import cases
from heedful.act.models import Case, CaseThread
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers import people
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from heedful.listen.models import Message, Thread
from tests.act.conftest import Kinds, leave, meet, trouble

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def open_one(customer: Customer, by: By, at: datetime, **said: Any) -> Case:
    return cases.open_by_hand(customer=customer, **{"reason": "The line is dead.", **said}, by=by, at=at)


def test_a_case_is_opened_by_hand_with_reason_cause_and_clock(
    carla: Customer, mira: Associate, noon: datetime, kinds_of: Kinds
) -> None:
    case = open_one(carla, mira.by, noon, cause="late", severity=3)
    row = Case.objects.get()
    assert (row.title, row.cause, row.severity, row.owner, row.due_at) == (
        "The line is dead.", "late", 3, mira, noon + DAY,
    )  # fmt: skip
    assert kinds_of(carla) == ["order_placed", "heedful_case_opened"]
    opened = Entry.objects.get(kind="CaseOpened")
    assert (opened.by_label, opened.data["case"], opened.data["customer"]) == ("Mira", case.pk, carla.pk)
    assert cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + HOUR).cause == "late"


def test_who_has_an_open_case_has_one_and_is_heard_again(
    carla: Customer, mira: Associate, tom: Associate, noon: datetime
) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    cases.claim(case=case, by=tom.by, at=noon)
    cases.log_call(case=case, text="Hello.", by=tom.by, at=noon + HOUR)
    row = open_one(carla, mira.by, noon + 2 * HOUR)
    assert (row, row.owner, row.is_heard_again, row.title) == (case, tom, True, "The line is dead.")
    assert row.troubles.count() == 2


def test_a_second_failure_that_is_opened_by_hand_is_with_the_lead(
    carla: Customer, mira: Associate, noon: datetime
) -> None:
    case = open_one(carla, mira.by, noon)
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + HOUR)
    again = open_one(carla, mira.by, noon + DAY)
    assert (again.is_repeat, again.with_lead, again.owner) == (True, True, None)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"reason": "  "}, "Say what is wrong"),
        ({"cause": "weather"}, "Choose a cause"),
        ({"severity": 9}, "Choose how bad"),
    ],
)
def test_a_case_without_reason_or_with_what_is_none_is_not_opened(
    carla: Customer, mira: Associate, noon: datetime, said: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        open_one(carla, mira.by, noon, **said)
    assert not Case.objects.exists()


def test_a_customer_is_written_to_on_a_thread(carla: Customer, mira: Associate, noon: datetime) -> None:
    message = cases.write_to(customer=carla, subject="Your move", text="Welcome.", by=mira.by, at=noon)
    assert (Thread.objects.get().customer, message.associate, Mail.objects.get().to) == (carla, mira, carla.email)
    assert (Case.objects.count(), CaseThread.objects.count()) == (0, 0)
    entry = Entry.objects.get(kind="CustomerApproached")
    assert (entry.by_label, entry.data) == (
        "Mira", {"customer": carla.pk, "message": message.pk, "mail": message.outbox_item_id},
    )  # fmt: skip
    leave(message, noon)


def test_who_has_an_open_case_is_written_to_on_it(carla: Customer, mira: Associate, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    twin = meet("carla.private@example.org")
    people.merge(a=carla, b=twin, by=SYSTEM, at=noon)
    leave(cases.write_to(customer=twin, subject="So", text="Sorry.", by=mira.by, at=noon + HOUR), noon + HOUR)
    row = Case.objects.get()
    assert (row.answered_at, row.owner, CaseThread.objects.get().case) == (noon + HOUR, mira, case)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": "On [date]."}, "something to fill in"),
        ({"text": "Dear {first name}"}, "There is no blank"),
        ({"to": "former@example.org"}, "The address became"),
        ({"subject": ""}, "a subject"),
    ],
)
def test_what_is_refused_on_a_case_is_refused_beside_one(
    carla: Customer, mira: Associate, noon: datetime, said: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        cases.write_to(customer=carla, **{"subject": "Hi", "text": "Hi", **said}, by=mira.by, at=noon)
    assert (Thread.objects.count(), Message.objects.count(), Mail.objects.count()) == (0, 0, 0)


def test_mallory_begins_nothing(carla: Customer, mallory: Associate, noon: datetime) -> None:
    with pytest.raises(Forbidden):
        open_one(carla, mallory.by, noon)
    with pytest.raises(Forbidden):
        cases.write_to(customer=carla, subject="Hi", text="Hi", by=mallory.by, at=noon)
    assert (Case.objects.count(), Thread.objects.count()) == (0, 0)
