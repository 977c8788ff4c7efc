"""What each change of a case writes down, says and tells, to the value."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from heedful.act import cases
from heedful.act.models import Case, CaseTrouble
from heedful.associates import teams
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers import people, touchpoints
from heedful.customers.models import Customer, Feedback
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit import live
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.understand.models import Reading
from tests.act.conftest import meet, trouble
from tests.work import work

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    return cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What open pages were told."""
    heard: list[tuple[str, object]] = []
    monkeypatch.setattr(live, "publish", lambda topic, id: heard.append((topic, id)))  # noqa: A006
    return heard


def close(case: Case, by: Associate, at: datetime) -> Case:
    return cases.close(case=case, outcome="solved", cause="late", by=by.by, at=at)


def last(kind: str) -> dict[str, Any]:
    data: dict[str, Any] = Entry.objects.filter(kind=kind).latest("pk").data
    return data


# Each change is written down, and open pages hear of it

type Change = Callable[[Case, Associate, Associate, datetime], object]
CHANGES: dict[str, tuple[Change, dict[str, Any]]] = {
    "CaseClaimed": (lambda case, mira, tom, at: cases.claim(case=case, by=tom.by, at=at), {"owner": "tom"}),
    "CaseGivenBack": (
        lambda case, mira, tom, at: cases.give_back(case=case, by=mira.by, at=at),
        {"owner": "mira", "team": "team"},
    ),
    "CaseHandedOver": (
        lambda case, mira, tom, at: cases.hand_over(case=case, to=tom, reason=" Off. ", by=mira.by, at=at),
        {"owner": "tom", "team": "team", "reason": "Off."},
    ),
    "CaseNoted": (lambda case, mira, tom, at: cases.note(case=case, text="x", by=mira.by, at=at), {}),
    "CustomerWrittenTo": (
        lambda case, mira, tom, at: cases.write(case=case, subject="x", text="x", by=mira.by, at=at),
        {},
    ),
    "CustomerCalled": (lambda case, mira, tom, at: cases.log_call(case=case, text="x", by=mira.by, at=at), {}),
    "CaseClosed": (
        lambda case, mira, tom, at: close(case, mira, at),
        {"customer": "customer", "outcome": "solved", "cause": "late"},
    ),
    "CaseReopened": (
        lambda case, mira, tom, at: cases.reopen(case=case, reason=" Too early. ", by=mira.by, at=at),
        {"customer": "customer", "reason": "Too early.", "with_lead": False},
    ),
    "CustomerSaidWhetherItHelped": (
        lambda case, mira, tom, at: cases.hear_whether_it_helped(case=case, helped=True, by=SYSTEM, at=at),
        {"helped": True},
    ),
    "CaseJoined": (
        lambda case, mira, tom, at: cases.open_for_trouble(
            trouble=trouble(case.customer, "feedback:2"), by=SYSTEM, at=at
        ),
        {"customer": "customer", "priority": 2, "reference": "feedback:2"},
    ),
}
UNOWNED, CLOSED = {"CaseClaimed"}, {"CaseReopened", "CustomerSaidWhetherItHelped"}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_is_in_the_ledger_and_on_open_pages(
    kind: str, case: Case, mira: Associate, tom: Associate, noon: datetime, told: list[tuple[str, object]]
) -> None:
    if kind not in UNOWNED:
        cases.claim(case=case, by=mira.by, at=noon)
    if kind in CLOSED:
        close(case, mira, noon)
    told.clear()
    change, data = CHANGES[kind]
    change(case, mira, tom, noon + HOUR)
    names = {"mira": mira.pk, "tom": tom.pk, "team": case.team_id, "customer": case.customer_id}
    assert (
        last(kind).items() >= {"case": case.pk, **{key: names.get(value, value) for key, value in data.items()}}.items()
    )
    assert set(told) >= {("cases", case.pk), ("customer", case.customer_id)}


def test_a_called_lead_is_in_the_ledger_and_on_open_pages(case: Case, told: list[tuple[str, object]]) -> None:
    told.clear()
    assert cases.escalate(case=case, by=SYSTEM, at=case.escalate_at)
    assert last("CaseEscalated") == {"case": case.pk}
    assert told == [("cases", case.pk)]


# Heard and first acted on


def test_a_case_was_heard_when_the_customer_said_it(carla: Customer, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla, happened_at=noon - HOUR), by=SYSTEM, at=noon)
    assert (case.heard_at, case.opened_at) == (noon - HOUR, noon)
    cases.open_for_trouble(trouble=trouble(carla, "feedback:2", happened_at=noon - 2 * HOUR), by=SYSTEM, at=noon)
    case.refresh_from_db()
    assert case.heard_at == noon - HOUR


def test_nothing_is_heard_before_it_is_there_though_a_clock_runs_ahead(carla: Customer, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla, happened_at=noon + HOUR), by=SYSTEM, at=noon)
    assert case.heard_at == noon


def test_the_first_act_stays_when_the_case_goes_on(case: Case, mira: Associate, noon: datetime) -> None:
    cases.log_call(case=case, text="Hello.", by=mira.by, at=noon + HOUR)
    close(case, mira, noon + 2 * HOUR)
    cases.reopen(case=case, by=mira.by, at=noon + 3 * HOUR)
    cases.log_call(case=case, text="Hello again.", by=mira.by, at=noon + 4 * HOUR)
    row = Case.objects.get()
    assert (row.first_act_at, row.answered_at) == (noon + HOUR, noon + 4 * HOUR)


# Going on


@pytest.mark.parametrize(("before", "after"), [(1, 3), (2, 3), (3, 3), (4, 4)])
def test_a_no_makes_a_case_at_least_high(case: Case, mira: Associate, noon: datetime, before: int, after: int) -> None:
    close(case, mira, noon)
    Case.objects.update(priority=before)
    cases.hear_whether_it_helped(case=case, helped=False, by=SYSTEM, at=noon + DAY)
    row = Case.objects.get()
    assert (row.priority, row.escalate_at, row.due_at) == (after, noon + DAY + 9 * HOUR, noon + DAY + 12 * HOUR)


def test_who_reopens_a_case_leaves_its_priority(case: Case, mira: Associate, noon: datetime) -> None:
    close(case, mira, noon)
    row = cases.reopen(case=case, by=mira.by, at=noon + DAY)
    assert (row.priority, row.escalate_at, row.due_at) == (2, noon + DAY + 18 * HOUR, noon + 2 * DAY)


def test_a_second_failure_that_is_reopened_has_the_short_clock_again(
    case: Case, carla: Customer, mira: Associate, lena: Associate, noon: datetime
) -> None:
    close(case, mira, noon)
    second = cases.open_for_trouble(trouble=trouble(carla, "feedback:2"), by=SYSTEM, at=noon + 30 * DAY)
    close(second, lena, noon + 31 * DAY)
    Case.objects.filter(pk=second.pk).update(with_lead=False)
    row = cases.reopen(case=second, by=lena.by, at=noon + 32 * DAY)
    assert (row.with_lead, row.due_at) == (False, noon + 32 * DAY + 12 * HOUR)


# The clock that calls a lead


def test_a_clock_that_was_replaced_calls_nobody_and_the_new_one_does(
    case: Case, mira: Associate, noon: datetime
) -> None:
    close(case, mira, noon + HOUR)
    row = cases.reopen(case=case, by=mira.by, at=noon + 2 * HOUR)
    work(at=noon + 18 * HOUR)
    assert Case.objects.get().escalated_at is None
    work(at=row.escalate_at)
    assert Case.objects.get().escalated_at is not None


def test_a_clock_calls_a_lead_for_its_own_case_alone(case: Case, noon: datetime) -> None:
    later = cases.open_for_trouble(trouble=trouble(meet("otto@example.org"), "feedback:2"), by=SYSTEM, at=noon + HOUR)
    work(at=later.escalate_at - MINUTE)
    assert list(Case.objects.filter(escalated_at__isnull=False)) == [case]
    work(at=later.escalate_at)
    assert Case.objects.filter(escalated_at__isnull=False).count() == 2


# What is heard late, and twice


@pytest.fixture
def asked_again(carla: Customer, noon: datetime) -> Feedback:
    """A sheet with a score of two, beside another one whose words are no trouble."""
    for number, signals in enumerate([[], [{"signal": "cancellation", "words": ["leave"]}]]):
        at = noon - number * MINUTE
        draft = TouchpointDraft(
            "survey_answered", at, f"said {number}", customer=carla.pk, subject=f"sheet {number}", scores={"ease": 3}
        )
        touchpoints.record(drafts=[draft], source="test", by=SYSTEM, at=noon)
        sheet = Feedback.objects.get(subject=f"sheet {number}")
        Reading.objects.create(
            feedback=sheet,
            customer=carla,
            happened_at=at,
            language="en",
            language_confidence=1,
            sentiment="negative",
            sentiment_confidence=1,
            signals=signals,
            read_at=noon,
        )
    return sheet


def test_a_sheet_that_is_heard_again_is_as_grave_as_it_stands_now(
    asked_again: Feedback, carla: Customer, noon: datetime
) -> None:
    mild = trouble(carla, f"feedback:{asked_again.pk}", severity=1, what="Ease: 3 of 7")
    cases.open_for_trouble(trouble=mild, by=SYSTEM, at=noon)
    cases.open_for_trouble(trouble=mild, by=SYSTEM, at=noon)
    row, heard = Case.objects.get(), CaseTrouble.objects.get()
    assert (row.severity, row.title) == (3, "Wants to leave")
    assert (heard.severity, heard.what, heard.words) == (3, "Wants to leave", "leave")
    assert Entry.objects.filter(kind="CaseJoined").count() == 1


def test_trouble_after_a_no_that_is_heard_twice_is_written_down_once(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    close(case, mira, noon)
    for _ in range(2):
        cases.hear_trouble_after(case=case, trouble=trouble(carla, "feedback:2"), by=SYSTEM, at=noon + DAY)
    assert list(CaseTrouble.objects.order_by("pk").values_list("reference", flat=True)) == ["feedback:1", "feedback:2"]
    assert (Case.objects.get().reopened, Entry.objects.filter(kind="CaseReopened").count()) == (1, 1)


def test_a_word_that_is_heard_twice_is_written_down_once_and_an_earlier_one_not_at_all(
    case: Case, mira: Associate, noon: datetime
) -> None:
    close(case, mira, noon)
    for helped, said_at in ((True, noon + HOUR), (True, noon + HOUR), (False, noon + HOUR), (False, noon)):
        cases.hear_whether_it_helped(case=case, helped=helped, said_at=said_at, by=SYSTEM, at=noon + DAY)
    assert Entry.objects.filter(kind="CustomerSaidWhetherItHelped").count() == 1
    assert Case.objects.get().helped is True
    cases.hear_whether_it_helped(
        case=case, helped=False, said_at=noon + HOUR + timedelta(microseconds=1), by=SYSTEM, at=noon + DAY
    )
    assert (Case.objects.get().helped, Case.objects.get().is_open) == (False, True)


# Whose


def test_who_has_a_case_reads_that_it_is_theirs_already(
    case: Case, mira: Associate, tom: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    for who, code, sentence in (
        (mira, "already_yours", "This case is yours already."),
        (tom, "already_claimed", "Mira has claimed this case already."),
    ):
        with pytest.raises(Refused) as no:
            cases.claim(case=case, by=who.by, at=noon + HOUR)
        assert (no.value.code, no.value.sentence) == (code, sentence)
    assert (Case.objects.get().claimed_at, Entry.objects.filter(kind="CaseClaimed").count()) == (noon, 1)


def test_a_case_without_a_team_is_of_the_team_of_who_claims_it_and_any_other_keeps_its_own(
    case: Case, mira: Associate, noon: datetime
) -> None:
    Case.objects.update(team=None)
    cases.claim(case=case, by=mira.by, at=noon)
    assert Case.objects.get().team == mira.team
    other = teams.add(name="Other", by=SYSTEM, at=noon)
    Case.objects.update(team=other, owner=None)
    cases.claim(case=case, by=mira.by, at=noon)
    assert Case.objects.get().team == other


@pytest.mark.parametrize(("to", "sent"), [("", 1), ("carla@example.org", 1), ("former@example.org", 0)])
def test_a_mail_goes_to_the_address_that_its_writer_saw_or_nowhere(
    case: Case, mira: Associate, noon: datetime, to: str, sent: int
) -> None:
    if sent:
        written = cases.write(case=case, subject="Order", text="Sorry.", to=to, by=mira.by, at=noon)
        written.refresh_from_db()
        assert written.outbox_item_id == Mail.objects.get().pk
    else:
        with pytest.raises(Refused, match="The address became carla@example"):
            cases.write(case=case, subject="Order", text="Sorry.", to=to, by=mira.by, at=noon)
    assert Mail.objects.count() == sent


# Joining


@pytest.mark.parametrize(("after", "is_repeat"), [(DAY - MINUTE, False), (DAY, True)])
def test_trouble_is_a_second_failure_from_a_day_on(
    case: Case, carla: Customer, noon: datetime, after: timedelta, is_repeat: bool
) -> None:
    row = cases.open_for_trouble(trouble=trouble(carla, "feedback:2"), by=SYSTEM, at=noon + after)
    assert (row.is_repeat, row.with_lead) == (is_repeat, is_repeat)


def test_where_a_merge_brought_two_cases_together_trouble_joins_the_older(
    case: Case, carla: Customer, noon: datetime
) -> None:
    twin = meet("carla.private@example.org")
    older = cases.open_for_trouble(trouble=trouble(twin, "feedback:2"), by=SYSTEM, at=noon - HOUR)
    people.merge(a=carla, b=twin, by=SYSTEM, at=noon)
    for customer, reference in ((carla, "feedback:3"), (twin, "feedback:4")):
        assert cases.open_for_trouble(trouble=trouble(customer, reference), by=SYSTEM, at=noon) == older


# Taking


@pytest.fixture
def feedback(carla: Customer, noon: datetime) -> Feedback:
    said = TouchpointDraft(
        "survey_answered", noon, "said", customer=carla.pk, subject="sheet", scores={"recommend": 2}, stage="purchase"
    )
    touchpoints.record(drafts=[said], source="test", by=SYSTEM, at=noon)
    return Feedback.objects.get()


def test_what_is_taken_is_as_grave_as_the_rules_find_it_and_the_takers_own(
    feedback: Feedback, mira: Associate, noon: datetime
) -> None:
    case = cases.take(feedback=feedback, by=mira.by, at=noon + HOUR)
    row = Case.objects.get()
    assert (row.owner, row.claimed_at, row.severity) == (mira, noon + HOUR, 3)
    assert (row.title, row.heard_at) == ("Would recommend: 2 of 10", noon)
    assert last("CaseClaimed") == {"case": case.pk, "owner": mira.pk}


def test_a_program_takes_nothing_and_what_was_closed_is_not_taken(
    feedback: Feedback, mira: Associate, noon: datetime
) -> None:
    with pytest.raises(Refused, match="Only an associate"):
        cases.take(feedback=feedback, by=SYSTEM, at=noon)
    assert not Case.objects.exists()
    close(cases.take(feedback=feedback, by=mira.by, at=noon), mira, noon + HOUR)
    with pytest.raises(Refused, match="There was a case for this already"):
        cases.take(feedback=feedback, by=mira.by, at=noon + 2 * HOUR)
