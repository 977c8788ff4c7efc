"""A clock stops when words to the customer leave, or a call is logged, and never before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from heedful.act import cases, clock
from heedful.act.models import Case
from heedful.associates.models import Associate
from heedful.courier import outbox
from heedful.courier.carriers import smtp
from heedful.courier.models import Mail, OutboxItem, Sending
from heedful.customers.models import Customer, Touchpoint
from heedful.kit.actor import SYSTEM, By
from heedful.ledger import events
from heedful.listen import conversations
from heedful.listen.models import Message
from heedful.prove import loop_speed, periods
from tests.act.conftest import leave, trouble
from tests.work import work

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    return cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)


def write(case: Case, by: By, at: datetime, text: str = "I am sorry.") -> Message:
    return cases.write(case=case, subject="Your order", text=text, by=by, at=at)


def answers(customer: Customer) -> list[tuple[datetime, str]]:
    """The stops of clocks in the customer's log: when, and of which."""
    rows = Touchpoint.objects.filter(customer=customer, kind=clock.ANSWERED).order_by("happened_at")
    return [(row.happened_at, row.properties["case"]) for row in rows]


def wait(item: Message) -> None:
    OutboxItem.objects.filter(pk=item.outbox_item_id or 0).update(state=Sending.WAITING)


def give_up(item: Message) -> None:
    OutboxItem.objects.filter(pk=item.outbox_item_id or 0).update(state=Sending.FAILED, said="Nobody there.")
    smtp.events.given_up(Mail.objects.get(pk=item.outbox_item_id or 0), item.occurred_at + HOUR)


@pytest.mark.parametrize("fate", [lambda item: None, wait, give_up])
def test_words_that_did_not_leave_stop_no_clock(
    case: Case, carla: Customer, mira: Associate, noon: datetime, fate: Callable[[Message], None]
) -> None:
    fate(write(case, mira.by, noon + HOUR))
    work()
    row = Case.objects.get()
    assert (row.is_waiting, row.first_act_at, row.due_at, row.owner) == (True, None, noon + DAY, mira)
    assert answers(carla) == []
    assert cases.escalate(case=case, by=SYSTEM, at=noon + 18 * HOUR)


def test_a_mail_that_leaves_later_stops_the_clock_when_it_leaves_and_once(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    message = write(case, mira.by, noon + HOUR)
    for _ in range(2):  # a worker that was killed reads it again
        leave(message, noon + 5 * HOUR)
    row = Case.objects.get()
    assert (row.answered_at, row.first_act_at) == (noon + 5 * HOUR, noon + 5 * HOUR)
    assert answers(carla) == [(noon + 5 * HOUR, str(case.pk))]
    speed = loop_speed.speed(period=periods.last("30", at=noon + 2 * DAY), at=noon + 2 * DAY)
    assert speed.to_first_act == 5 * HOUR


def test_a_second_mail_answers_nothing_again(case: Case, carla: Customer, mira: Associate, noon: datetime) -> None:
    for hours in (1, 2):
        leave(write(case, mira.by, noon + hours * HOUR), noon + hours * HOUR)
    assert Case.objects.get().answered_at == noon + HOUR
    assert answers(carla) == [(noon + HOUR, str(case.pk))]


@pytest.mark.parametrize("act", ["escalate", "call", "close"])
def test_the_time_of_leaving_counts_though_the_worker_reads_of_it_late(
    case: Case, carla: Customer, mira: Associate, noon: datetime, act: str
) -> None:
    message = write(case, mira.by, noon + HOUR)
    OutboxItem.objects.update(state=Sending.SENT, sent_at=noon + 17 * HOUR)
    later: dict[str, Callable[[], Any]] = {
        "escalate": lambda: cases.escalate(case=case, by=SYSTEM, at=noon + 19 * HOUR),
        "call": lambda: cases.log_call(case=case, text="Hello.", by=mira.by, at=noon + 19 * HOUR),
        "close": lambda: cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + 19 * HOUR),
    }
    later[act]()
    leave(message, noon + 17 * HOUR)
    row = Case.objects.get()
    assert (row.answered_at, row.first_act_at, row.escalated_at) == (noon + 17 * HOUR, noon + 17 * HOUR, None)
    assert answers(carla) == [(noon + 17 * HOUR, str(case.pk))]


def test_words_of_before_a_reopening_answer_nothing_after_it(case: Case, mira: Associate, noon: datetime) -> None:
    message = write(case, mira.by, noon + HOUR)
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + 2 * HOUR)
    cases.reopen(case=case, by=mira.by, at=noon + 3 * HOUR)
    leave(message, noon + 4 * HOUR)
    assert Case.objects.get().is_waiting


def test_what_came_while_words_waited_to_leave_has_a_clock_of_its_own(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    message = write(case, mira.by, noon + HOUR)
    cases.open_for_trouble(trouble=trouble(carla, "feedback:2"), by=SYSTEM, at=noon + 2 * HOUR)
    leave(message, noon + 3 * HOUR)
    row = Case.objects.get()
    assert (row.is_heard_again, row.first_act_at, row.due_at) == (True, noon + 3 * HOUR, noon + 2 * HOUR + DAY)
    assert answers(carla) == [(noon + 3 * HOUR, str(case.pk))]

    leave(write(case, mira.by, noon + 4 * HOUR), noon + 4 * HOUR)
    row = Case.objects.get()
    assert (row.is_heard_again, row.answered_at, row.first_act_at) == (False, noon + 4 * HOUR, noon + 3 * HOUR)
    assert answers(carla)[1:] == [(noon + 4 * HOUR, f"{case.pk}.1")]


def test_a_mail_that_was_given_up_and_is_tried_again_stops_the_clock_when_it_leaves(
    case: Case, mira: Associate, lena: Associate, noon: datetime, settings: Any
) -> None:
    message = write(case, mira.by, noon + HOUR)
    give_up(message)
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    outbox.try_again(item=Mail.objects.get(pk=message.outbox_item_id or 0), by=lena.by, at=noon + 9 * HOUR)
    assert Case.objects.get().is_waiting
    leave(message, noon + 10 * HOUR)
    assert Case.objects.get().answered_at == noon + 10 * HOUR


def test_a_mail_that_is_of_no_case_is_of_no_concern(case: Case, noon: datetime) -> None:
    event = smtp.events.MailSent(7, "survey")
    events.record(event, by=SYSTEM, at=noon)
    assert work() >= 0
    thread = conversations.start(customer=case.customer, channel="email", at=noon)
    conversations.receive(thread=thread, text="Hm.", source="box", by=SYSTEM, at=noon)
    work()
    assert Case.objects.get().is_waiting
