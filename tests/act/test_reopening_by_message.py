"""What a customer writes on a closed case makes it go on, or belongs to a case that names the earlier one."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from heedful.act import cases
from heedful.act.models import Case, CaseThread
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import conversations
from heedful.listen.models import Message
from tests.act.conftest import leave, trouble
from tests.work import work

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
type Write = Callable[..., Message]


@pytest.fixture
def closed(carla: Customer, mira: Associate, noon: datetime) -> Case:
    """A case that was answered by mail after an hour and closed after two."""
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    leave(cases.write(case=case, subject="So", text="Sorry.", by=mira.by, at=noon + HOUR), noon + HOUR)
    return cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + 2 * HOUR)


@pytest.fixture
def receive(closed: Case) -> Write:
    """Let something come in on the thread of the closed case, and let the worker hear of it."""
    thread = CaseThread.objects.get(case=closed).thread

    def come_in(at: datetime, text: str = "It is broken again.") -> Message:
        message = conversations.receive(thread=thread, text=text, source="box", by=SYSTEM, at=at)
        work(at=at)
        return message

    return come_in


def test_a_message_on_a_closed_case_makes_it_go_on_as_heard_again(
    closed: Case, receive: Write, mira: Associate, noon: datetime
) -> None:
    message = receive(noon + 3 * DAY)
    row = Case.objects.get()
    assert (row.is_open, row.is_waiting, row.is_heard_again, row.reopened) == (True, True, True, 1)
    assert (row.owner, row.with_lead, row.outcome) == (mira, False, "")
    assert (row.waits_since, row.due_at, row.clock) == (noon + 3 * DAY, noon + 4 * DAY, f"{row.pk}.1")
    assert Entry.objects.get(kind="CaseReopened").data["reason"] == "The customer wrote again."
    assert CaseThread.objects.get(thread=message.thread_id).case_id == row.pk


def test_a_message_that_is_heard_twice_changes_nothing_the_second_time(
    closed: Case, receive: Write, mira: Associate, noon: datetime
) -> None:
    message = receive(noon + 3 * DAY)
    heard = {"case": closed, "message": message, "heard_at": noon + 3 * DAY, "by": SYSTEM}
    cases.hear_message_after(**heard)  # type: ignore[arg-type]  # while the customer waits
    assert Case.objects.get().reopened == 1
    cases.log_call(case=closed, text="Well.", by=mira.by, at=noon + 3 * DAY + HOUR)
    cases.hear_message_after(**heard)  # type: ignore[arg-type]  # after the answer
    assert Case.objects.get().answered_at == noon + 3 * DAY + HOUR
    cases.close(case=closed, outcome="solved", cause="late", by=mira.by, at=noon + 3 * DAY + 2 * HOUR)
    cases.hear_message_after(**heard)  # type: ignore[arg-type]  # after the second closing
    assert not Case.objects.get().is_open


@pytest.mark.parametrize(("days", "is_reopened"), [(89, True), (90, True), (92, False), (400, False)])
def test_after_the_days_of_a_second_failure_a_new_case_names_the_earlier_one(
    closed: Case, receive: Write, carla: Customer, noon: datetime, days: int, is_reopened: bool
) -> None:
    message = receive(noon + days * DAY)
    closed.refresh_from_db()
    assert closed.is_open == is_reopened
    if not is_reopened:
        row = Case.objects.exclude(pk=closed.pk).get()
        assert row.title == f"Wrote again on case {closed.pk}, which was closed: {closed.title}"
        assert (row.customer, row.is_waiting, row.is_repeat, row.severity, row.source) == (carla, True, False, 1, "box")
        heard = row.troubles.get()
        assert (heard.words, heard.reference) == ("It is broken again.", f"message:{message.pk}")


def test_where_another_case_is_open_the_message_joins_it_and_the_customer_waits_again(
    closed: Case, receive: Write, carla: Customer, mira: Associate, noon: datetime
) -> None:
    said = trouble(carla, "feedback:2", what="Slow", happened_at=noon + DAY)
    other = cases.open_for_trouble(trouble=said, by=SYSTEM, at=noon + DAY)
    cases.log_call(case=other, text="Sorry.", by=mira.by, at=noon + DAY + HOUR)
    for day in (5, 6):
        receive(noon + day * DAY)
    closed.refresh_from_db()
    other.refresh_from_db()
    assert (closed.is_open, other.is_heard_again, other.title) == (False, True, "Slow")
    assert other.waits_since == noon + 5 * DAY
    assert [one.what.partition(",")[0] for one in other.troubles.order_by("pk")] == [
        "Slow",
        *[f"Wrote again on case {closed.pk}"] * 2,
    ]


def test_what_came_before_the_closing_was_there_when_it_was_closed(
    closed: Case, carla: Customer, noon: datetime
) -> None:
    thread = CaseThread.objects.get(case=closed).thread
    conversations.receive(thread=thread, text="Thanks!", source="box", by=SYSTEM, at=noon + 2 * HOUR)
    work()
    assert not Case.objects.get().is_open
