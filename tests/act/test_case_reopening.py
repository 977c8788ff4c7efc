"""A case comes back: it is reopened, the customer says no, or a lead is called before its answer is late."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from tests.act.conftest import Kinds, trouble
from tests.work import work

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    return cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)


def close(case: Case, by: By, at: datetime, outcome: str = "solved") -> Case:
    return cases.close(case=case, outcome=outcome, cause="late", by=by, at=at)


# Reopening


def test_a_reopened_case_has_a_clock_of_its_own(
    case: Case, carla: Customer, mira: Associate, noon: datetime, kinds_of: Kinds
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    close(case, mira.by, noon + HOUR)
    row = cases.reopen(case=case, reason="Closed by mistake.", by=mira.by, at=noon + 2 * HOUR)
    assert row.is_waiting
    assert (row.outcome, row.reopened, row.owner, row.due_at) == ("", 1, mira, noon + 2 * HOUR + DAY)
    assert row.first_act_at == noon + HOUR
    assert kinds_of(carla) == ["order_placed", "heedful_case_opened", "heedful_case_answered", "heedful_case_opened"]
    opened = carla.touchpoints.filter(kind="heedful_case_opened").order_by("id")
    assert [touchpoint.properties["case"] for touchpoint in opened] == [str(case.pk), f"{case.pk}.1"]


def test_an_open_case_is_not_reopened(case: Case, mira: Associate, noon: datetime) -> None:
    with pytest.raises(Refused, match="open"):
        cases.reopen(case=case, by=mira.by, at=noon)


def test_a_no_reopens_the_case_with_the_lead(case: Case, mira: Associate, noon: datetime) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    close(case, mira.by, noon + HOUR)
    row = cases.hear_whether_it_helped(case=case, helped=False, by=SYSTEM, at=noon + DAY)
    assert row.is_waiting
    assert (row.with_lead, row.owner, row.helped, row.due_at) == (True, None, False, noon + DAY + 12 * HOUR)


def test_a_lead_keeps_the_case_to_which_the_customer_said_no(case: Case, lena: Associate, noon: datetime) -> None:
    cases.claim(case=case, by=lena.by, at=noon)
    close(case, lena.by, noon)
    assert cases.hear_whether_it_helped(case=case, helped=False, by=SYSTEM, at=noon).owner == lena


def test_a_yes_is_kept_and_nothing_is_reopened(case: Case, mira: Associate, noon: datetime) -> None:
    close(case, mira.by, noon)
    row = cases.hear_whether_it_helped(case=case, helped=True, by=SYSTEM, at=noon + DAY)
    assert (row.is_open, row.helped, row.helped_at) == (False, True, noon + DAY)


def test_a_no_that_is_heard_twice_reopens_once(case: Case, mira: Associate, noon: datetime) -> None:
    close(case, mira.by, noon)
    for _ in range(2):
        cases.hear_whether_it_helped(case=case, helped=False, by=SYSTEM, at=noon + DAY)
    assert Case.objects.get().reopened == 1


def test_a_second_no_after_another_closing_reopens_the_case_again(case: Case, lena: Associate, noon: datetime) -> None:
    for day in (1, 2):
        close(case, lena.by, noon + day * DAY)
        for _ in range(2):
            cases.hear_whether_it_helped(case=case, helped=False, by=SYSTEM, at=noon + day * DAY + HOUR)
    row = Case.objects.get()
    assert (row.is_open, row.reopened, row.helped_at) == (True, 2, noon + 2 * DAY + HOUR)


def test_the_word_that_was_said_last_stands_though_it_is_heard_first(
    case: Case, mira: Associate, noon: datetime
) -> None:
    close(case, mira.by, noon)
    for helped, said_at in ((True, noon + 2 * HOUR), (False, noon + HOUR)):
        cases.hear_whether_it_helped(case=case, helped=helped, said_at=said_at, by=SYSTEM, at=noon + DAY)
    row = Case.objects.get()
    assert (row.is_open, row.helped, row.helped_at) == (False, True, noon + 2 * HOUR)


@pytest.mark.parametrize("trouble_first", [True, False])
def test_a_no_and_its_words_make_of_a_case_the_same_in_either_order(
    case: Case, carla: Customer, mira: Associate, noon: datetime, trouble_first: bool
) -> None:
    close(case, mira.by, noon + HOUR)
    at = noon + 3 * DAY

    def say_why() -> None:
        said = trouble(carla, "feedback:2", severity=3, what="Wants to leave", happened_at=at)
        cases.hear_trouble_after(case=case, trouble=said, by=SYSTEM, at=at)

    def say_no() -> None:
        cases.hear_whether_it_helped(case=case, helped=False, by=SYSTEM, at=at)

    for say in (say_why, say_no) if trouble_first else (say_no, say_why):
        say()
    row = Case.objects.get()
    assert (row.is_open, row.reopened, row.with_lead, row.is_repeat) == (True, 1, True, False)
    assert (row.severity, row.title, row.priority) == (3, "Wants to leave", Case.Priority.URGENT)
    assert row.due_at == at + 12 * HOUR


# The clock


def test_a_lead_is_called_before_the_answer_is_late(case: Case, noon: datetime) -> None:
    assert not cases.escalate(case=case, by=SYSTEM, at=noon + 17 * HOUR)
    assert cases.escalate(case=case, by=SYSTEM, at=noon + 18 * HOUR)
    row = Case.objects.get()
    assert (row.escalated_at, row.priority) == (noon + 18 * HOUR, Case.Priority.HIGH)
    assert list(Case.objects.for_leads()) == [case]
    assert not cases.escalate(case=case, by=SYSTEM, at=noon + 19 * HOUR)


def test_a_lead_is_called_though_the_worker_s_clock_is_behind_that_of_the_database(
    case: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job comes by the clock of the database, and only once."""
    monkeypatch.setattr(timezone, "now", lambda: case.escalate_at - timedelta(milliseconds=5))
    assert work(at=case.escalate_at)
    assert Case.objects.get().escalated_at == case.escalate_at


def test_nobody_is_called_once_the_customer_was_answered(case: Case, mira: Associate, noon: datetime) -> None:
    cases.log_call(case=case, text="All is well.", by=mira.by, at=noon)
    assert not cases.escalate(case=case, by=SYSTEM, at=noon + DAY)
