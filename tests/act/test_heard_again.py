"""Who is heard again after our last word waits again, with a clock, on top; praise is no failure."""

from datetime import datetime, timedelta

import pytest

from heedful.act import cases, clock
from heedful.act.cases import backfill
from heedful.act.cases.backfill import PastCase, PastNote
from heedful.act.models import URGENCY, Case, Note
from heedful.associates.models import Associate
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Feedback, Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import conversations
from heedful.promise.models import Promise
from heedful.prove import loop_speed, periods
from tests.act.conftest import leave, meet, trouble
from tests.work import work

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def case(carla: Customer, mira: Associate, noon: datetime) -> Case:
    """A case that was answered an hour after it was opened."""
    case = hear(carla, 1, noon)
    cases.log_call(case=case, text="I am sorry.", by=mira.by, at=noon + HOUR)
    return Case.objects.get()


def hear(customer: Customer, number: int, at: datetime, severity: int = 2, **changes: object) -> Case:
    said = trouble(customer, f"feedback:{90_000 + number}", severity=severity, happened_at=at, **changes)
    return cases.open_for_trouble(trouble=said, by=SYSTEM, at=at)


def starts(customer: Customer) -> list[tuple[datetime, str]]:
    rows = Touchpoint.objects.filter(customer=customer, kind=clock.OPENED).order_by("happened_at")
    return [(row.happened_at, row.properties["case"]) for row in rows]


def praise(customer: Customer, at: datetime, **said: object) -> Feedback:
    draft = TouchpointDraft("survey_answered", at, f"praise {at}", customer=customer.pk, subject=f"s{at}", **said)  # type: ignore[arg-type]
    touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=at)
    work()
    return Feedback.objects.latest("pk")


# Trouble after our last word


def test_new_trouble_after_our_last_word_waits_with_a_clock_on_top(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    other = hear(meet("otto@example.org"), 9, noon, severity=3)
    row = hear(carla, 2, noon + 3 * HOUR)
    row.refresh_from_db()
    assert (row.pk, row.is_waiting, row.is_heard_again, row.owner) == (case.pk, True, True, mira)
    assert (row.due_at, row.escalate_at) == (noon + 3 * HOUR + DAY, noon + 21 * HOUR)
    assert list(Case.objects.order_by(URGENCY, "due_at")) == [row, other]
    assert starts(carla) == [(noon, str(case.pk)), (noon + 3 * HOUR, f"{case.pk}.1")]
    assert Entry.objects.get(kind="CaseHeardAgain").data == {"case": case.pk, "customer": carla.pk}
    work(at=noon + 21 * HOUR)
    assert Case.objects.get(pk=case.pk).escalated_at is not None


def test_who_is_answered_again_is_answered(case: Case, carla: Customer, mira: Associate, noon: datetime) -> None:
    hear(carla, 2, noon + 3 * HOUR)
    leave(cases.write(case=case, subject="So", text="Sorry.", by=mira.by, at=noon + 4 * HOUR), noon + 4 * HOUR)
    row = hear(carla, 2, noon + 5 * HOUR)
    assert (row.answered_at, row.is_heard_again, row.first_act_at) == (noon + 4 * HOUR, False, noon + HOUR)
    assert hear(carla, 3, noon + 6 * HOUR).clock == f"{case.pk}.2"


@pytest.mark.parametrize(("hours", "in_time"), [(1, 1.0), (30, 0.0)])
def test_the_first_answer_is_as_late_as_it_was_though_the_case_goes_on(
    carla: Customer, mira: Associate, noon: datetime, hours: int, in_time: float
) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    cases.log_call(case=case, text="Sorry.", by=mira.by, at=noon + hours * HOUR)
    hear(carla, 2, noon + 40 * HOUR)
    speed = loop_speed.speed(period=periods.last("30", at=noon + 3 * DAY), at=noon + 3 * DAY)
    assert speed.in_time is not None
    assert (speed.in_time.value, speed.to_first_act, case.pk) == (in_time, hours * HOUR, case.pk)


def test_a_second_failure_that_is_heard_again_has_the_short_clock(case: Case, carla: Customer, noon: datetime) -> None:
    row = hear(carla, 2, noon + 2 * DAY)
    assert (row.is_repeat, row.with_lead, row.is_heard_again) == (True, True, True)
    assert row.due_at == noon + 2 * DAY + 12 * HOUR


def test_words_of_the_same_sheet_are_heard_again_where_they_are_worse(
    case: Case, carla: Customer, noon: datetime
) -> None:
    assert not hear(carla, 1, noon + 2 * HOUR, words="slow").is_heard_again
    assert hear(carla, 1, noon + 3 * HOUR, severity=3, words="cancel").is_heard_again


def test_a_promise_to_answer_that_was_broken_is_not_heard_again(case: Case, carla: Customer, noon: datetime) -> None:
    mine = Promise.objects.create(slug="answer", words="We answer.", made_at=noon, is_case_clock=True)
    assert not hear(carla, 2, noon + 3 * HOUR, promise=mine.pk).is_heard_again
    other = Promise.objects.create(slug="online", words="Online.", made_at=noon)
    assert hear(carla, 3, noon + 3 * HOUR, promise=other.pk).is_heard_again


def test_a_closed_case_is_not_heard_again(case: Case, carla: Customer, mira: Associate, noon: datetime) -> None:
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + 2 * HOUR)
    row = hear(carla, 1, noon + 3 * HOUR, severity=3, words="cancel")
    assert (row.is_open, row.is_heard_again) == (False, False)


# A message


def test_a_customer_who_writes_waits_again_and_is_heard_once(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    written = cases.write(case=case, subject="So", text="Sorry.", by=mira.by, at=noon + 2 * HOUR)
    leave(written, noon + 2 * HOUR)
    for _ in range(2):
        conversations.receive(
            thread=written.thread, text="And?", external_id="<1@x>", source="box", by=SYSTEM, at=noon + 3 * HOUR
        )
        work()
    row = Case.objects.get()
    assert (row.is_heard_again, row.due_at, row.clock) == (True, noon + 3 * HOUR + DAY, f"{case.pk}.1")
    cases.log_call(case=case, text="Well.", by=mira.by, at=noon + 4 * HOUR)
    cases.hear_message(case=case, heard_at=noon + 3 * HOUR, by=SYSTEM)  # the worker was killed and reads it again
    assert Case.objects.get().answered_at == noon + 4 * HOUR


def test_a_message_that_came_before_words_that_were_written_later_is_answered_by_them(
    case: Case, mira: Associate, noon: datetime
) -> None:
    leave(cases.write(case=case, subject="So", text="Sorry.", by=mira.by, at=noon + 3 * HOUR), noon + 5 * HOUR)
    cases.hear_message(case=case, heard_at=noon + 2 * HOUR, by=SYSTEM)
    assert not Case.objects.get().is_heard_again
    cases.hear_message(case=case, heard_at=noon + 4 * HOUR, by=SYSTEM)
    assert Case.objects.get().is_heard_again


# The title


@pytest.mark.parametrize(
    ("first", "then", "title"), [(3, 3, "then"), (2, 3, "then"), (3, 2, "first"), (2, 2, "then"), (2, 1, "first")]
)
def test_the_title_is_the_latest_of_the_worst(
    carla: Customer, noon: datetime, first: int, then: int, title: str
) -> None:
    hear(carla, 1, noon, severity=first, what="first")
    assert hear(carla, 2, noon + HOUR, severity=then, what="then").title == title


def test_what_happened_before_and_is_heard_later_gives_no_title(carla: Customer, noon: datetime) -> None:
    hear(carla, 1, noon, severity=3, what="first")
    said = trouble(carla, "feedback:2", severity=3, what="then", happened_at=noon - HOUR)
    assert cases.open_for_trouble(trouble=said, by=SYSTEM, at=noon + HOUR).title == "first"


# Praise


@pytest.mark.parametrize(
    "said", [{"scores": {"recommend": 10}}, {"verbatim": "Wonderful, thank you so much!"}, {"scores": {"ease": 7}}]
)
def test_praise_that_is_taken_is_no_second_failure(
    case: Case, carla: Customer, mira: Associate, noon: datetime, said: dict[str, object]
) -> None:
    joined = cases.take(feedback=praise(carla, noon + 2 * DAY, **said), by=mira.by, at=noon + 2 * DAY)
    assert (joined.pk, joined.is_repeat, joined.is_heard_again) == (case.pk, False, False)
    assert Case.objects.get().title == case.title
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + 3 * DAY)
    taken = cases.take(feedback=praise(carla, noon + 4 * DAY, **said), by=mira.by, at=noon + 4 * DAY)
    assert (taken.is_repeat, taken.with_lead, taken.owner) == (False, False, mira)


def test_after_praise_the_first_failure_is_the_first(carla: Customer, mira: Associate, noon: datetime) -> None:
    case = cases.take(feedback=praise(carla, noon, scores={"recommend": 10}), by=mira.by, at=noon)
    assert not hear(carla, 2, noon + 2 * DAY).is_repeat
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon + 3 * DAY)
    assert hear(carla, 3, noon + 4 * DAY).is_repeat


def test_unhappy_words_that_no_rule_found_are_a_failure_all_the_same(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    said = praise(carla, noon + 2 * DAY, scores={"recommend": 7}, verbatim="The engineer came an hour late.")
    assert cases.take(feedback=said, by=mira.by, at=noon + 2 * DAY).is_repeat


# Years gone by


@pytest.mark.parametrize(("hours", "again"), [(0.5, False), (3, True)])
def test_cases_of_before_wait_again_where_more_was_heard(
    carla: Customer, mira: Associate, noon: datetime, hours: float, again: bool
) -> None:
    later = trouble(carla, "feedback:2", happened_at=noon + hours * HOUR)
    call = PastNote(text="Sorry.", at=noon + HOUR, author=mira, kind=Note.Kind.CALL)
    past = PastCase(troubles=[trouble(carla), later], opened_at=noon, answered_at=noon + HOUR, notes=[call])
    (row,) = backfill.create(history=[past], by=SYSTEM, at=noon + 4 * HOUR)
    assert (row.is_heard_again, row.is_waiting, row.first_act_at) == (again, again, noon + HOUR)
    assert starts(carla) == [(noon, str(row.pk)), (noon + 3 * HOUR, f"{row.pk}.1")][: 1 + again]
