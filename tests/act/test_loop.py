"""Stories through the doors: an answer becomes a case, the case is closed, the customer has the last word."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases, escalations, reactions
from heedful.act.models import Case, CaseTrouble
from heedful.associates import associates, teams
from heedful.associates.models import Associate, Company, Role, Team
from heedful.courier.models import Mail
from heedful.customers import touchpoints
from heedful.customers.models import Customer, Touchpoint, TouchpointKind
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation
from heedful.promise.models import Commitment
from heedful.promise.promises import Wording
from heedful.promise.standards import StandardDraft as StandardDraft
from heedful.understand import reading
from heedful.understand.models import Reading
from tests.cast import arrived, make_promise, somebody
from tests.work import work

pytestmark = pytest.mark.django_db

CANCEL, NEVER_CAME = "I will cancel my contract with you.", "The technician never came."
type As = Callable[[Associate], Client]


@pytest.fixture
def grace(acme: Company, care: Team) -> Customer:
    """A customer who had a technician yesterday."""
    yesterday = timezone.now() - timedelta(days=1)
    return arrived("grace@example.test", TouchpointDraft("technician_visit", yesterday, "visit", stage="onboarding"))


@pytest.fixture
def invitation(grace: Customer) -> Invitation:
    design = surveys.Design(
        name="After the visit", questions=[{"code": "recommend"}, {"code": "open"}], languages=["en"]
    )
    survey = surveys.make(design=design, by=SYSTEM, at=timezone.now())
    return invitations.invite(survey=survey, customer=grace, by=SYSTEM, at=timezone.now())


def answered(client: Client, invitation: Invitation, **values: str) -> None:
    page = client.post(f"/s/{invitation.token}", {**values, "send": "1"})
    assert page.status_code == 302, page.content.decode()
    work()


def test_an_answer_becomes_a_case_and_a_no_opens_it_again_with_the_lead(
    client: Client, as_: As, invitation: Invitation, mira: Associate, lena: Associate
) -> None:
    answered(client, invitation, recommend="2", open="The technician never came and nobody answers the phone.")
    case = Case.objects.get()
    meant = Reading.objects.get()
    assert meant.sentiment == "negative"
    assert (case.severity, case.team) == (3, mira.team)

    desk, at = as_(mira), f"/cases/{case.pk}"
    assert "grace@example.test" in desk.get("/cases").content.decode()
    assert "<mark>nobody answers</mark>" in desk.get(at).content.decode()
    desk.post(f"{at}/claim")
    desk.post(f"{at}/mails", {"subject": "Your appointment", "text": "I am sorry. Tomorrow at nine?"})
    desk.post(f"{at}/closure", {"outcome": "solved", "cause": "missed-appointment"})
    work()
    helped = Invitation.objects.get(case_id=case.pk)
    assert helped.state == Invitation.State.ASKED

    answered(Client(), helped, helped="0", open="Nobody came again, I will cancel my contract with you.")
    case.refresh_from_db()
    assert (case.is_open, case.with_lead, case.owner, case.helped) == (True, True, None, False)
    assert (case.reopened, Case.objects.count(), case.troubles.count()) == (1, 1, 2)
    assert "Wants to leave" in as_(lena).get(at).content.decode()
    assert as_(mira).post(f"{at}/claim", follow=True).content.decode().count("with the lead") >= 1
    assert as_(lena).post(f"{at}/claim").status_code == 302
    case.refresh_from_db()
    assert case.owner == lena


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(minutes=1)])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_what_was_said_last_stands_in_whatever_order_it_is_heard(
    grace: Customer, order: tuple[int, ...], apart: timedelta
) -> None:
    """Worse words came after the score, and then they were put more mildly."""
    now, heard = timezone.now(), []
    told: list[dict[str, Any]] = [{"scores": {"recommend": 2}}, {"verbatim": CANCEL}, {"verbatim": NEVER_CAME}]
    for number, said in enumerate(told):
        at = now - timedelta(hours=1) + number * apart
        one = TouchpointDraft("survey_answered", at, f"m{number}", customer=grace.pk, subject="sheet", **said)
        touchpoints.record(drafts=[one], source="test", by=SYSTEM, at=now)
        entry = Entry.objects.filter(kind="TouchpointsRecorded").latest("pk")
        reading.read([events.read(entry)], entries=[entry])
        heard.append(Entry.objects.filter(kind="TroubleHeard").latest("pk"))
    assert len(set(heard)) == 3
    for entry in (heard[number] for number in order):
        reactions.open_cases(events.read(entry), entry=entry)
    heard_of = CaseTrouble.objects.get()
    assert (heard_of.what, heard_of.words) == ("Would recommend: 2 of 10", "never came")


def test_a_customer_who_was_not_helped_twice_is_heard_twice(
    client: Client, as_: As, invitation: Invitation, mira: Associate, lena: Associate
) -> None:
    surveys.set_budget(times=9, days=30, by=SYSTEM, at=timezone.now())
    answered(client, invitation, recommend="5")
    case = Case.objects.get()
    for times in (1, 2):
        as_(lena).post(f"/cases/{case.pk}/closure", {"outcome": "explained", "cause": "price"})
        work()
        answered(Client(), Invitation.objects.filter(case_id=case.pk).latest("pk"), helped="0")
        case.refresh_from_db()
        assert (case.is_open, case.reopened, case.helped) == (True, times, False)


def test_a_customer_who_was_helped_is_left_in_peace(
    client: Client, as_: As, invitation: Invitation, mira: Associate
) -> None:
    answered(client, invitation, recommend="5")
    case = Case.objects.get()
    as_(mira).post(f"/cases/{case.pk}/closure", {"outcome": "explained", "cause": "price"})
    work()
    answered(Client(), Invitation.objects.get(case_id=case.pk), helped="1", open="Thank you, Mira.")
    case.refresh_from_db()
    assert (case.is_open, case.helped) == (False, True)


def test_what_a_customer_writes_after_a_no_stands_on_the_case_though_it_comes_later(
    client: Client, as_: As, invitation: Invitation, mira: Associate
) -> None:
    answered(client, invitation, recommend="5")
    case = Case.objects.get()
    as_(mira).post(f"/cases/{case.pk}/closure", {"outcome": "explained", "cause": "price"})
    work()
    helped = Invitation.objects.get(case_id=case.pk)
    Client().post(f"/s/{helped.token}", {"helped": "0"})
    work()
    case.refresh_from_db()
    assert (case.is_open, case.helped) == (True, False)
    answered(Client(), helped, open="The green box on the wall, as before.")
    page = as_(mira).get(f"/cases/{case.pk}").content.decode()
    said = 'asked whether it helped<p class="said said-out" dir="auto">The green box on the wall, as before.'
    assert page.count(said) == 1


def test_words_that_are_trouble_stand_once_on_the_case(
    client: Client, as_: As, invitation: Invitation, mira: Associate
) -> None:
    answered(client, invitation, recommend="5")
    case = Case.objects.get()
    as_(mira).post(f"/cases/{case.pk}/closure", {"outcome": "explained", "cause": "price"})
    work()
    answered(Client(), Invitation.objects.get(case_id=case.pk), helped="0", open="I will cancel my contract with you.")
    page = as_(mira).get(f"/cases/{case.pk}").content.decode()
    assert "Wants to leave" in page
    assert "The customer wrote, asked whether it helped" not in page


def test_nobody_is_asked_where_there_was_no_trouble(
    client: Client, as_: As, invitation: Invitation, mira: Associate
) -> None:
    answered(client, invitation, recommend="6")
    case = Case.objects.get()
    as_(mira).post(f"/cases/{case.pk}/closure", {"outcome": "no_trouble", "cause": "other"})
    work()
    assert not Invitation.objects.filter(case_id=case.pk).exists()


def test_a_happy_answer_opens_nothing(client: Client, invitation: Invitation) -> None:
    answered(client, invitation, recommend="10", open="Everything was quick and friendly.")
    assert Reading.objects.get().sentiment == "positive"
    assert Case.objects.count() == 0


def test_score_and_words_that_come_one_after_the_other_are_one_case(client: Client, invitation: Invitation) -> None:
    client.post(f"/s/{invitation.token}", {"recommend": "4"})
    work()
    first = Case.objects.get()
    answered(client, invitation, open="I will cancel my contract with you.")
    assert Case.objects.get() == first
    assert Case.objects.get().title == "Wants to leave"


def test_a_promise_that_breaks_by_the_clock_opens_a_case(grace: Customer) -> None:
    now = timezone.now()
    standard = StandardDraft(form="within", from_kind="fault_reported", to_kind="fault_repaired", within_s=3600)
    wording, yesterday = Wording(words="Repaired within the hour"), now - timedelta(days=1)
    make_promise(wording=wording, standards=[standard], by=SYSTEM, at=yesterday)
    assert TouchpointKind.objects.get(pk="fault_reported").watchers > 0
    fault = TouchpointDraft("fault_reported", now - timedelta(minutes=70), "fault", customer=grace.pk)
    touchpoints.record(drafts=[fault], source="desk", by=SYSTEM, at=now)
    work(at=now)
    assert Commitment.objects.get().state == "broken"
    assert Case.objects.get().title == "Promise broken: Repaired within the hour"


def test_the_companys_own_promise_judges_whether_the_case_was_answered_in_time(
    client: Client, as_: As, invitation: Invitation, mira: Associate
) -> None:
    standard = StandardDraft(
        form="within",
        from_kind="heedful_case_opened",
        to_kind="heedful_case_answered",
        within_s=3600,
        match_property="case",
    )
    wording = Wording(words="We call back within the hour", is_case_clock=True)
    make_promise(wording=wording, standards=[standard], by=SYSTEM, at=timezone.now() - timedelta(days=1))
    answered(client, invitation, recommend="3")
    case = Case.objects.get()
    pending = Commitment.objects.get()
    assert (pending.state, pending.due_at) == ("pending", case.due_at)
    as_(mira).post(f"/cases/{case.pk}/calls", {"text": "She was glad."})
    work()
    assert Commitment.objects.get().state == "kept"


def test_a_lead_is_called_when_most_of_the_clock_is_gone(
    client: Client, as_: As, invitation: Invitation, lena: Associate
) -> None:
    answered(client, invitation, recommend="3")
    case = Case.objects.get()
    Case.objects.update(escalate_at=timezone.now())
    work(at=case.escalate_at)
    assert Case.objects.get().escalated_at is not None
    assert "grace@example.test" in as_(lena).get("/cases?whose=lead").content.decode()


def test_the_log_tells_the_whole_story(
    client: Client, as_: As, invitation: Invitation, grace: Customer, mira: Associate
) -> None:
    answered(client, invitation, recommend="3")
    as_(mira).post(f"/cases/{Case.objects.get().pk}/closure", {"outcome": "solved", "cause": "late"})
    kinds = Touchpoint.objects.filter(customer=grace.pk).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["technician_visit", "survey_answered", "heedful_case_opened", "heedful_case_answered"]


def test_a_lead_hears_by_mail_before_a_case_is_late_and_once(
    client: Client, invitation: Invitation, mira: Associate, lena: Associate
) -> None:
    answered(client, invitation, recommend="2")
    case = Case.objects.get()
    assert not Mail.objects.filter(purpose="escalation").exists()

    soon = timezone.now() - timedelta(seconds=1)
    Case.objects.update(escalate_at=soon, due_at=soon + timedelta(hours=3))
    cases.escalate(case=case, by=SYSTEM, at=timezone.now())
    work()

    mail = Mail.objects.get(purpose="escalation")
    assert mail.to == lena.email
    assert mail.subject == "grace@example.test has nearly waited too long"
    assert f"/cases/{case.pk}\n" in mail.text
    assert "Nobody has claimed it yet." in mail.text
    Case.objects.update(escalated_at=None)
    cases.escalate(case=case, by=SYSTEM, at=timezone.now())
    work()
    assert Mail.objects.filter(purpose="escalation").count() == 1


def test_no_lead_is_written_to_who_does_not_want_it_or_when_somebody_was_faster(
    client: Client, as_: As, invitation: Invitation, mira: Associate, lena: Associate
) -> None:
    answered(client, invitation, recommend="2")
    case = Case.objects.get()
    Case.objects.update(escalate_at=timezone.now() - timedelta(seconds=1))
    cases.escalate(case=case, by=SYSTEM, at=timezone.now())
    cases.log_call(case=case, text="Hello.", by=mira.by, at=timezone.now())
    work()
    assert not Mail.objects.filter(purpose="escalation").exists()

    as_(lena).post("/setup/account", {})
    Case.objects.update(escalated_at=None, answered_at=None)
    cases.escalate(case=case, by=SYSTEM, at=timezone.now())
    work()
    assert not Mail.objects.filter(purpose="escalation").exists()


def test_the_lead_of_another_team_is_left_in_peace_unless_there_is_no_other(
    client: Client, invitation: Invitation, mira: Associate, lena: Associate
) -> None:
    answered(client, invitation, recommend="2")
    Case.objects.update(team=lena.team)
    case = Case.objects.get()
    other = teams.add(name="Bills", by=SYSTEM, at=timezone.now())
    paul = somebody("Paul", Role.LEAD, other)
    assert list(escalations.leads_of(case)) == [lena]

    associates.deactivate(associate=lena, by=SYSTEM, at=timezone.now())
    assert list(escalations.leads_of(case)) == [paul]
