"""Every way in which a case can change."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from heedful.act import case_policy, cases
from heedful.act.models import Case, CaseTrouble, Note, Route
from heedful.associates.models import Associate, Team
from heedful.courier.models import Mail
from heedful.customers import people
from heedful.customers.models import Customer, Feedback
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.act.conftest import Kinds, leave, meet, trouble

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    return cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)


def close(case: Case, by: By, at: datetime, outcome: str = "solved") -> Case:
    return cases.close(case=case, outcome=outcome, cause="late", by=by, at=at)


def kinds_in_the_ledger(case: Case) -> list[str]:
    return list(Entry.objects.about(case=case.pk).order_by("id").values_list("kind", flat=True))


# Opening


def test_trouble_opens_a_case_with_team_clock_and_priority(
    case: Case, care: Team, noon: datetime, carla: Customer, kinds_of: Kinds
) -> None:
    assert (case.team, case.owner, case.priority, case.severity) == (care, None, Case.Priority.NORMAL, 2)
    assert (case.due_at, case.escalate_at) == (noon + DAY, noon + 18 * HOUR)
    assert not case.with_lead
    assert kinds_of(carla) == ["order_placed", "heedful_case_opened"]
    assert kinds_in_the_ledger(case) == ["CaseOpened"]


def test_the_same_sign_is_heard_once(case: Case, carla: Customer, noon: datetime) -> None:
    again = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon + HOUR)
    assert again == case
    assert CaseTrouble.objects.count() == 1
    assert kinds_in_the_ledger(case) == ["CaseOpened"]


def test_more_trouble_joins_the_open_case(case: Case, carla: Customer, noon: datetime) -> None:
    again = cases.open_for_trouble(
        trouble=trouble(carla, "feedback:2", severity=3, what="Wants to leave"), by=SYSTEM, at=noon + HOUR
    )
    assert again == case
    assert (again.severity, again.priority, again.title) == (3, Case.Priority.HIGH, "Wants to leave")
    assert (again.is_repeat, again.due_at) == (False, noon + DAY)
    assert case.troubles.count() == 2


def test_words_that_come_after_the_score_make_the_case_worse(case: Case, carla: Customer, noon: datetime) -> None:
    grave = trouble(carla, severity=3, what="Wants to leave", words="cancel")
    again = cases.open_for_trouble(trouble=grave, by=SYSTEM, at=noon + HOUR)
    assert (again.severity, again.title) == (3, "Wants to leave")
    assert case.troubles.get().words == "cancel"


def test_words_that_come_after_the_case_was_closed_are_kept_with_it(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    close(case, mira.by, noon + HOUR)
    again = cases.open_for_trouble(trouble=trouble(carla, severity=3, words="cancel"), by=SYSTEM, at=noon + HOUR)
    assert not again.is_open
    assert case.troubles.get().words == "cancel"


def test_trouble_of_a_merged_record_joins_the_case_of_the_person(case: Case, carla: Customer, noon: datetime) -> None:
    twin = meet("carla.private@example.org")
    people.merge(a=carla, b=twin, by=SYSTEM, at=noon)
    assert cases.open_for_trouble(trouble=trouble(twin, "feedback:2"), by=SYSTEM, at=noon) == case


def test_trouble_of_another_customer_opens_another_case(case: Case, noon: datetime) -> None:
    assert cases.open_for_trouble(trouble=trouble(meet("otto@example.org"), "feedback:2"), by=SYSTEM, at=noon) != case


def test_the_customer_of_highest_value_comes_first(carla: Customer, noon: datetime) -> None:
    for number in range(20):
        meet(f"small{number}@example.org", value=10)
    small = cases.open_for_trouble(
        trouble=trouble(meet("small@example.org", value=10), "feedback:2"), by=SYSTEM, at=noon
    )
    big = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    assert (small.priority, big.priority) == (Case.Priority.NORMAL, Case.Priority.HIGH)


def test_the_companys_own_line_of_high_value_is_used(carla: Customer, casey: Associate, noon: datetime) -> None:
    case_policy.change(
        high_value=Decimal(5000),
        at_risk="join",
        flood_cases=5,
        repeat_days=90,
        answer_within_s=3600,
        by=casey.by,
        at=noon,
    )
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    assert (case.priority, case.due_at) == (Case.Priority.NORMAL, noon + HOUR)


def test_a_route_sends_a_case_to_its_team(carla: Customer, noon: datetime) -> None:
    billing = Team.objects.create(name="Billing", created_at=noon)
    Route.objects.create(team=billing, topic="billing")
    case = cases.open_for_trouble(trouble=trouble(carla, topics=("staff", "billing")), by=SYSTEM, at=noon)
    assert case.team == billing


# The second failure


def test_a_second_failure_goes_to_the_lead_with_half_the_time(
    case: Case, carla: Customer, mira: Associate, noon: datetime
) -> None:
    close(case, mira.by, noon + HOUR)
    at = noon + 30 * DAY
    second = cases.open_for_trouble(trouble=trouble(carla, "feedback:2", happened_at=at), by=SYSTEM, at=at)
    assert (second.is_repeat, second.with_lead, second.due_at) == (True, True, at + 12 * HOUR)
    assert second.priority == Case.Priority.HIGH


@pytest.mark.parametrize(("outcome", "days"), [("no_trouble", 30), ("solved", 91)])
def test_what_was_no_trouble_or_is_long_past_is_not_a_first_failure(
    case: Case, carla: Customer, mira: Associate, noon: datetime, outcome: str, days: int
) -> None:
    close(case, mira.by, noon + HOUR, outcome)
    at = noon + days * DAY
    assert not cases.open_for_trouble(trouble=trouble(carla, "feedback:2"), by=SYSTEM, at=at).is_repeat


def test_trouble_a_day_into_an_open_case_is_a_second_failure(case: Case, carla: Customer, noon: datetime) -> None:
    again = cases.open_for_trouble(trouble=trouble(carla, "commitment:1:broken"), by=SYSTEM, at=noon + DAY)
    assert again == case
    assert (again.is_repeat, again.with_lead) == (True, True)
    assert again.due_at == noon + DAY


# Claiming and handing over


def test_who_claims_first_has_it_and_the_other_reads_who(
    case: Case, mira: Associate, tom: Associate, noon: datetime
) -> None:
    assert cases.claim(case=case, by=mira.by, at=noon).owner == mira
    with pytest.raises(Refused, match="Mira has claimed this case already"):
        cases.claim(case=case, by=tom.by, at=noon)
    assert Case.objects.get().owner == mira
    assert kinds_in_the_ledger(case) == ["CaseOpened", "CaseClaimed"]


def test_a_claim_does_not_stop_the_clock(case: Case, mira: Associate, noon: datetime) -> None:
    assert cases.claim(case=case, by=mira.by, at=noon).is_waiting


def test_what_is_with_the_lead_is_claimed_by_a_lead(
    case: Case, mira: Associate, lena: Associate, noon: datetime
) -> None:
    Case.objects.update(with_lead=True)
    with pytest.raises(Refused, match="with the lead"):
        cases.claim(case=case, by=mira.by, at=noon)
    assert cases.claim(case=case, by=lena.by, at=noon).owner == lena


def test_a_program_cannot_have_a_case(case: Case, noon: datetime) -> None:
    with pytest.raises(Refused, match="Only an associate"):
        cases.claim(case=case, by=SYSTEM, at=noon)


def test_a_case_is_handed_to_a_colleague_with_a_reason(
    case: Case, mira: Associate, tom: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    row = cases.hand_over(case=case, to=tom, reason="I am off tomorrow.", by=mira.by, at=noon + HOUR)
    assert (row.owner, row.claimed_at) == (tom, noon + HOUR)
    assert row.notes.get().text == "I am off tomorrow."


def test_a_case_is_handed_to_a_team_where_nobody_has_it(case: Case, mira: Associate, noon: datetime) -> None:
    billing = Team.objects.create(name="Billing", created_at=noon)
    cases.claim(case=case, by=mira.by, at=noon)
    row = cases.hand_over(case=case, team=billing, by=mira.by, at=noon)
    assert (row.owner, row.team) == (None, billing)


def test_a_case_is_not_handed_to_nobody_to_its_owner_or_to_somebody_who_left(
    case: Case, mira: Associate, tom: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    Associate.objects.filter(pk=tom.pk).update(is_active=False)
    tom.refresh_from_db()
    for to in (None, mira, tom):
        with pytest.raises(Refused):
            cases.hand_over(case=case, to=to, by=mira.by, at=noon)
    assert Case.objects.get().owner == mira


def test_who_has_a_case_gives_it_back_to_the_team(
    case: Case, care: Team, mira: Associate, tom: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    row = cases.give_back(case=case, by=mira.by, at=noon + HOUR)
    assert (row.owner, row.claimed_at, row.team) == (None, None, care)
    assert (row.is_waiting, row.due_at) == (True, noon + DAY)
    assert Entry.objects.get(kind="CaseGivenBack").data == {"case": case.pk, "owner": mira.pk, "team": care.pk}
    assert cases.claim(case=case, by=tom.by, at=noon + HOUR).owner == tom
    assert kinds_in_the_ledger(case) == ["CaseOpened", "CaseClaimed", "CaseGivenBack", "CaseClaimed"]


def test_a_case_without_a_team_goes_back_to_the_team_of_who_had_it(case: Case, mira: Associate, noon: datetime) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    Case.objects.update(team=None)
    assert cases.give_back(case=case, by=mira.by, at=noon).team == mira.team


def test_a_case_of_another_is_given_back_by_a_lead_alone(
    case: Case, mira: Associate, tom: Associate, lena: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    with pytest.raises(Refused, match="Only they, or a lead"):
        cases.give_back(case=case, by=tom.by, at=noon)
    assert Case.objects.get().owner == mira
    assert cases.give_back(case=case, by=lena.by, at=noon).owner is None


def test_what_nobody_has_is_not_given_back(case: Case, mira: Associate, noon: datetime) -> None:
    with pytest.raises(Refused, match="Nobody has claimed this case"):
        cases.give_back(case=case, by=mira.by, at=noon)
    with pytest.raises(Refused, match="Only an associate"):
        cases.give_back(case=case, by=SYSTEM, at=noon)
    assert kinds_in_the_ledger(case) == ["CaseOpened"]


# Answering


def test_a_mail_stops_the_clock_and_makes_the_case_the_writers(
    case: Case, carla: Customer, mira: Associate, noon: datetime, kinds_of: Kinds
) -> None:
    written = cases.write(case=case, subject="Your order", text="I am sorry.", by=mira.by, at=noon)
    leave(written, noon + HOUR)
    row = Case.objects.get()
    assert (row.owner, row.answered_at, row.first_act_at) == (mira, noon + HOUR, noon + HOUR)
    mail = Mail.objects.get()
    assert (mail.to, mail.subject, mail.text) == ("carla@example.org", "Your order", "I am sorry.")
    assert written.outbox_item_id == mail.pk
    assert kinds_of(carla) == ["order_placed", "heedful_case_opened", "heedful_case_answered"]


def test_a_customer_without_an_address_is_called(case: Case, mira: Associate, noon: datetime) -> None:
    Customer.objects.update(email="")
    with pytest.raises(Refused, match="no e-mail address"):
        cases.write(case=case, subject="Your order", text="I am sorry.", by=mira.by, at=noon)
    assert (Mail.objects.count(), Note.objects.count()) == (0, 0)
    cases.log_call(case=case, text="She was glad that I called.", by=mira.by, at=noon)
    assert Case.objects.get().answered_at == noon


@pytest.mark.parametrize(("subject", "text"), [("", "I am sorry."), ("Your order", "  ")])
def test_an_empty_mail_is_not_sent(case: Case, mira: Associate, noon: datetime, subject: str, text: str) -> None:
    with pytest.raises(Refused):
        cases.write(case=case, subject=subject, text=text, by=mira.by, at=noon)
    assert Note.objects.count() == 0


def test_a_note_does_not_stop_the_clock(case: Case, mira: Associate, noon: datetime) -> None:
    cases.note(case=case, text="Waiting for the warehouse.", by=mira.by, at=noon)
    assert Case.objects.get().is_waiting


# Closing


def test_closing_keeps_outcome_and_cause_and_stops_the_clock(case: Case, mira: Associate, noon: datetime) -> None:
    row = close(case, mira.by, noon + HOUR)
    assert (row.outcome, row.cause, row.closed_at, row.answered_at) == ("solved", "late", noon + HOUR, noon + HOUR)
    assert kinds_in_the_ledger(case) == ["CaseOpened", "CaseClosed"]


def test_a_case_is_not_closed_twice(case: Case, mira: Associate, noon: datetime) -> None:
    close(case, mira.by, noon)
    with pytest.raises(Refused, match="closed already"):
        close(case, mira.by, noon + HOUR)
    assert Case.objects.get().closed_at == noon


@pytest.mark.parametrize(("outcome", "cause"), [("", "late"), ("won", "late"), ("solved", ""), ("solved", "weather")])
def test_a_case_is_not_closed_without_outcome_and_cause(
    case: Case, mira: Associate, noon: datetime, outcome: str, cause: str
) -> None:
    with pytest.raises(Refused, match="Choose"):
        cases.close(case=case, outcome=outcome, cause=cause, by=mira.by, at=noon)
    assert Case.objects.get().is_open


def test_a_closed_case_is_not_worked_on(case: Case, mira: Associate, tom: Associate, noon: datetime) -> None:
    close(case, mira.by, noon)
    verbs: list[Any] = [
        lambda: cases.claim(case=case, by=mira.by, at=noon),
        lambda: cases.give_back(case=case, by=mira.by, at=noon),
        lambda: cases.hand_over(case=case, to=tom, by=mira.by, at=noon),
        lambda: cases.write(case=case, subject="Hello", text="Hello.", by=mira.by, at=noon),
        lambda: cases.log_call(case=case, text="Hello.", by=mira.by, at=noon),
    ]
    for verb in verbs:
        with pytest.raises(Refused, match="Reopen"):
            verb()
    cases.note(case=case, text="For the record.", by=mira.by, at=noon)


# Taking a case from what was said


def test_a_leader_takes_a_case_from_what_was_said(carla: Customer, lena: Associate, noon: datetime) -> None:
    feedback = Feedback.objects.create(
        subject="ask:1", customer=carla, touchpoint_id=1, happened_at=noon, kind="survey_answered", verbatim="Hm."
    )
    case = cases.take(feedback=feedback, by=lena.by, at=noon)
    assert (case.owner, case.severity) == (lena, 1)
    assert case.troubles.get().feedback_id == feedback.pk


def test_what_somebody_else_works_on_is_not_taken(
    carla: Customer, mira: Associate, lena: Associate, noon: datetime
) -> None:
    feedback = Feedback.objects.create(
        subject="ask:1", customer=carla, touchpoint_id=1, happened_at=noon, kind="survey_answered", verbatim="Hm."
    )
    cases.take(feedback=feedback, by=mira.by, at=noon)
    with pytest.raises(Refused, match="Mira has a case for this customer already"):
        cases.take(feedback=feedback, by=lena.by, at=noon)


# Mallory


def test_mallory_can_do_nothing_to_a_case(
    case: Case, carla: Customer, mallory: Associate, tom: Associate, noon: datetime
) -> None:
    feedback = Feedback.objects.create(
        subject="ask:1", customer=carla, touchpoint_id=1, happened_at=noon, kind="survey_answered"
    )
    verbs: list[Any] = [
        lambda: cases.claim(case=case, by=mallory.by, at=noon),
        lambda: cases.give_back(case=case, by=mallory.by, at=noon),
        lambda: cases.hand_over(case=case, to=tom, by=mallory.by, at=noon),
        lambda: cases.note(case=case, text="x", by=mallory.by, at=noon),
        lambda: cases.write(case=case, subject="x", text="x", by=mallory.by, at=noon),
        lambda: cases.log_call(case=case, text="x", by=mallory.by, at=noon),
        lambda: close(case, mallory.by, noon),
        lambda: cases.reopen(case=case, by=mallory.by, at=noon),
        lambda: cases.take(feedback=feedback, by=mallory.by, at=noon),
    ]
    before = Case.objects.values().get()
    for verb in verbs:
        with pytest.raises(Forbidden):
            verb()
    assert Case.objects.values().get() == before
    assert Note.objects.count() == 0
