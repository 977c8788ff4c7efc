"""Whom a survey asks, when, and whom it spares and why."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from heedful.associates.models import Company
from heedful.courier.models import Mail
from heedful.customers import consents, people
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.ledger.models import Entry
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation, Survey
from tests.listen.conftest import happen, meet

pytestmark = pytest.mark.django_db
State = Invitation.State


def ask_all() -> None:
    for invitation in Invitation.objects.filter(state=State.PLANNED).order_by("pk"):
        invitations.send_due(invitation=invitation.pk)


def outcome(invitation: Invitation) -> tuple[str, str]:
    invitation.refresh_from_db()
    return invitation.state, invitation.reason


def test_a_moment_plans_an_ask_and_asks_when_its_time_has_come(make: Callable[..., Survey], alice: Customer) -> None:
    survey = make(delay_s=3600)
    (invitation,) = happen("alice", channel="web", stage="purchase")
    assert (invitation.survey, invitation.customer, invitation.state) == (survey, alice, State.PLANNED)
    assert (invitation.channel, invitation.stage_slug) == ("web", "purchase")
    assert invitation.ask_at > timezone.now() + timedelta(minutes=59)
    assert ProcrastinateJob.objects.filter(scheduled_at=invitation.ask_at).exists()
    invitations.send_due(invitation=invitation.pk)
    assert outcome(invitation) == (State.ASKED, "")
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == ("alice@example.com", "Acme would like to hear from you")
    assert Entry.objects.filter(kind="CustomerInvited").count() == 1


def test_other_kinds_and_other_surveys_plan_nothing(make: Callable[..., Survey], alice: Customer) -> None:
    survey = make()
    make(moment_kind="")
    assert happen("alice", kind="page_viewed") == []
    surveys.pause(survey=survey, by=SYSTEM, at=timezone.now())
    assert happen("alice") == []
    assert not Invitation.objects.exists()


def test_planning_twice_changes_nothing(make: Callable[..., Survey], alice: Customer) -> None:
    make()
    happen("alice")
    entry = Entry.objects.filter(kind="TouchpointsRecorded").latest("pk")
    invitations.plan_for([events.read(entry)], entries=[entry])
    assert Invitation.objects.count() == 1


def test_asking_twice_sends_one_mail(make: Callable[..., Survey], alice: Customer) -> None:
    make()
    (invitation,) = happen("alice")
    invitations.send_due(invitation=invitation.pk)
    invitations.send_due(invitation=invitation.pk)
    assert Mail.objects.count() == 1
    assert Entry.objects.filter(kind="CustomerInvited").count() == 1


def test_history_is_not_asked_about(make: Callable[..., Survey], alice: Customer) -> None:
    make()
    assert happen("alice", happened_at=timezone.now() - timedelta(days=8)) == []
    assert not Invitation.objects.exists()


def test_an_ask_that_comes_a_week_late_is_spared(make: Callable[..., Survey], alice: Customer) -> None:
    make()
    (invitation,) = happen("alice")
    invitations.consider(invitation=invitation, by=SYSTEM, at=timezone.now() + timedelta(days=8))
    assert outcome(invitation) == (State.NOT_ASKED, "late")
    assert not Mail.objects.exists()


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0, 0), (1.0, 400, 400), (0.25, 70, 130)])
def test_the_share_is_drawn_by_lot_and_who_is_not_in_it_is_kept(
    make: Callable[..., Survey], alice: Customer, share: float, low: int, high: int
) -> None:
    survey = make(share=share)
    from heedful.customers.dedup import digest
    from heedful.customers.models import Touchpoint

    drawn = [invitations.is_in_sample(survey, Touchpoint(message=digest("s", str(n)))) for n in range(400)]
    assert low <= sum(drawn) <= high
    assert drawn == [invitations.is_in_sample(survey, Touchpoint(message=digest("s", str(n)))) for n in range(400)]
    if share == 0:
        happen("alice")
        assert outcome(Invitation.objects.get()) == (State.NOT_ASKED, "share")


@pytest.mark.parametrize("purpose", ["survey", "email"])
def test_who_refused_is_not_asked(make: Callable[..., Survey], alice: Customer, purpose: str) -> None:
    make()
    (invitation,) = happen("alice")
    consents.set_one(customer=alice, purpose=purpose, granted=False, by=SYSTEM, at=timezone.now())
    invitations.send_due(invitation=invitation.pk)
    assert outcome(invitation) == (State.NOT_ASKED, "refused")
    assert Entry.objects.get(kind="InvitationSuppressed").data["reason"] == "refused"


def test_a_refusal_of_something_else_does_not_count(make: Callable[..., Survey], alice: Customer) -> None:
    make()
    consents.set_one(customer=alice, purpose="phone", granted=False, by=SYSTEM, at=timezone.now())
    (invitation,) = happen("alice")
    invitations.send_due(invitation=invitation.pk)
    assert outcome(invitation)[0] == State.ASKED


@pytest.mark.parametrize("email", ["", "not an address", "a@b\nBcc: all@example.com"])
def test_who_has_no_address_is_not_asked(make: Callable[..., Survey], email: str) -> None:
    make()
    meet("carl", email=email)
    (invitation,) = happen("carl")
    invitations.send_due(invitation=invitation.pk)
    assert outcome(invitation) == (State.NOT_ASKED, "no_address")
    invitation.refresh_from_db()
    assert invitation.asked_at is None
    assert not Mail.objects.exists()


def test_a_survey_asks_one_person_only_so_often(make: Callable[..., Survey], alice: Customer, bea: Customer) -> None:
    make(times=1, days=90)
    first, second = happen("alice")[0], happen("alice", message="again")[0]
    other = happen("bea")[0]
    ask_all()
    assert outcome(first)[0] == State.ASKED
    assert outcome(second) == (State.NOT_ASKED, "survey_budget")
    assert outcome(other)[0] == State.ASKED


def test_after_the_days_a_survey_asks_again(make: Callable[..., Survey], alice: Customer) -> None:
    make(times=1, days=90)
    (invitation,) = happen("alice")
    ask_all()
    Invitation.objects.filter(pk=invitation.pk).update(asked_at=timezone.now() - timedelta(days=90, hours=2))
    (again,) = happen("alice", message="again")
    ask_all()
    assert outcome(again)[0] == State.ASKED


def test_all_surveys_together_ask_one_person_only_so_often(make: Callable[..., Survey], alice: Customer) -> None:
    for _ in range(3):
        make()
    happen("alice")
    ask_all()
    assert [outcome(invitation) for invitation in Invitation.objects.order_by("pk")] == [
        (State.ASKED, ""),
        (State.ASKED, ""),
        (State.NOT_ASKED, "budget"),
    ]


def test_after_the_days_of_all_surveys_somebody_is_asked_again(make: Callable[..., Survey], alice: Customer) -> None:
    for _ in range(surveys.budget().times):
        make()
    happen("alice")
    ask_all()
    past = timezone.now() - timedelta(days=surveys.budget().days, seconds=1)
    assert Invitation.objects.filter(state=State.ASKED).update(asked_at=past) == surveys.budget().times
    make()
    again = happen("alice", message="again")[-1]
    ask_all()
    assert "budget" not in Invitation.objects.filter(survey=again.survey).values_list("reason", flat=True)


@pytest.mark.parametrize(("asked", "spared"), [("alice", "bea"), ("bea", "alice")])
def test_records_of_one_person_share_one_budget(
    make: Callable[..., Survey], alice: Customer, bea: Customer, asked: str, spared: str
) -> None:
    make(times=1)
    (first,) = happen(asked)
    ask_all()
    merge = people.merge(a=alice, b=bea, by=SYSTEM, at=timezone.now())
    (second,) = happen(spared)
    ask_all()
    assert outcome(second) == (State.NOT_ASKED, "survey_budget")
    people.undo(merge=merge, by=SYSTEM, at=timezone.now())
    (third,) = happen(spared, message="apart")
    ask_all()
    assert outcome(first)[0] == outcome(third)[0] == State.ASKED


def test_who_was_spared_does_not_use_the_budget_up(make: Callable[..., Survey], alice: Customer) -> None:
    make(times=1)
    consents.set_one(customer=alice, purpose="survey", granted=False, by=SYSTEM, at=timezone.now())
    happen("alice")
    ask_all()
    consents.set_one(customer=alice, purpose="survey", granted=True, by=SYSTEM, at=timezone.now())
    (again,) = happen("alice", message="again")
    ask_all()
    assert outcome(again)[0] == State.ASKED


def test_what_was_planned_is_not_asked_by_a_paused_survey(make: Callable[..., Survey], alice: Customer) -> None:
    survey = make(delay_s=60)
    (invitation,) = happen("alice")
    surveys.pause(survey=survey, by=SYSTEM, at=timezone.now())
    invitations.send_due(invitation=invitation.pk)
    assert outcome(invitation) == (State.NOT_ASKED, "paused")


def test_every_reason_has_words() -> None:
    assert set(invitations.REASONS) == {"share", "no_address", "refused", "budget", "survey_budget", "paused", "late"}


def test_a_closed_case_asks_whether_it_helped_once_for_each_close(acme: Company, alice: Customer) -> None:
    closed_at = timezone.now()
    invitation = invitations.invite_after_case(customer=alice, case_id=7, by=SYSTEM, at=closed_at)
    assert invitations.invite_after_case(customer=alice, case_id=7, by=SYSTEM, at=closed_at) == invitation
    assert (invitation.state, invitation.case_id) == (State.ASKED, 7)
    again = invitations.invite_after_case(customer=alice, case_id=7, by=SYSTEM, at=closed_at + timedelta(days=1))
    assert again != invitation
    assert Mail.objects.latest("pk").subject == "Did it help?"


def test_the_question_whether_it_helped_keeps_to_the_budget(make: Callable[..., Survey], alice: Customer) -> None:
    surveys.set_budget(times=1, days=30, by=SYSTEM, at=timezone.now())
    make()
    happen("alice")
    ask_all()
    invitation = invitations.invite_after_case(customer=alice, case_id=7, by=SYSTEM, at=timezone.now())
    assert (invitation.state, invitation.reason) == (State.NOT_ASKED, "budget")


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {invitations.new_token() for _ in range(500)}
    assert len(tokens) == 500
    assert min(map(len, tokens)) >= 32


def test_the_mail_has_the_first_question_in_the_customer_s_language_and_a_way_out(
    make: Callable[..., Survey], bea: Customer
) -> None:
    make(questions=[{"code": "recommend"}, {"code": "open"}])
    (invitation,) = happen("bea")
    ask_all()
    mail = Mail.objects.get()
    assert mail.subject == "Acme möchte von Ihnen hören"
    link = f"http://localhost:8000/s/{invitation.token}"
    for number in range(11):
        assert f'href="{link}?recommend={number}"' in mail.html
        assert f"{link}?recommend={number}" in mail.text
    assert "Wie wahrscheinlich ist es, dass Sie Acme Freunden oder Kollegen empfehlen?" in mail.text
    assert mail.headers["List-Unsubscribe"] == f"<{link}/stop>"
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f'href="{link}/stop"' in mail.html
    assert "<script" not in mail.html
    assert "<img" not in mail.html
    assert 'style="' in mail.html


def test_what_the_company_writes_is_shown_as_text(make: Callable[..., Survey], alice: Customer) -> None:
    make(intro={"en": "<script>alert(1)</script>"}, questions=[{"code": "ease", "text": {"en": "<b>Easy?</b>"}}])
    happen("alice")
    ask_all()
    assert "<script>" not in Mail.objects.get().html
    assert "&lt;b&gt;Easy?" in Mail.objects.get().html


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_surveys_at_once_do_not_exceed_the_budget(acme: Company) -> None:
    alice = meet("alice")
    surveys.set_budget(times=1, days=30, by=SYSTEM, at=timezone.now())
    for number in range(4):
        surveys.make(
            design=surveys.Design(name=f"S{number}", questions=[{"code": "ease"}], moment_kind="delivered"),
            by=SYSTEM,
            at=timezone.now(),
        )
    planned = happen("alice")
    assert len(planned) == 4
    start = threading.Barrier(4)
    failures: list[Any] = []

    def work(invitation: Invitation) -> None:
        try:
            start.wait()
            invitations.send_due(invitation=invitation.pk)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(invitation,)) for invitation in planned]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Invitation.objects.filter(customer=alice, state=State.ASKED).count() == 1
    assert Invitation.objects.filter(state=State.NOT_ASKED, reason="budget").count() == 3
    assert Mail.objects.count() == 1
