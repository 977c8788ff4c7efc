"""Whom a survey asks, to the moment and to the number."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from heedful.customers.models import Customer
from heedful.kit import live
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation, Survey
from tests.listen.conftest import happen
from tests.work import work

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
type Make = Callable[..., Survey]

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def invite(survey: Survey, customer: Customer, at: datetime, **more: Any) -> Invitation:
    return invitations.invite(survey=survey, customer=customer, by=SYSTEM, at=at, **more)


def test_who_is_asked_is_written_down_and_the_survey_s_page_hears_of_it(
    make: Make, alice: Customer, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey, heard = make(), list[tuple[str, object]]()
    monkeypatch.setattr(live, "publish", lambda topic, id: heard.append((topic, id)))  # noqa: A006
    row = invite(survey, alice, now)
    assert (row.state, row.asked_at, row.reason) == (Invitation.State.ASKED, now, "")
    assert Invitation.objects.get().asked_at == now
    data = {"invitation": row.pk, "survey": survey.pk, "customer": alice.pk}
    assert Entry.objects.get(kind="CustomerInvited").data == data
    assert ("surveys", survey.pk) in heard


@pytest.mark.parametrize(("days", "states"), [(9, ["asked", "not_asked"]), (10, ["asked", "asked"])])
def test_a_survey_asks_again_when_its_own_days_are_over(
    make: Make, alice: Customer, now: datetime, days: int, states: list[str]
) -> None:
    survey = make(times=1, days=10)
    found = [invite(survey, alice, now + passed * DAY) for passed in (0, days)]
    assert [row.state for row in found] == states
    assert found[1].reason == ("survey_budget" if days < 10 else "")


def test_over_all_surveys_as_many_are_asked_as_the_budget_says_and_those_who_were_spared_do_not_count(
    make: Make, alice: Customer, now: datetime
) -> None:
    surveys.set_budget(times=2, days=30, by=SYSTEM, at=now)
    several = [make(name=f"Survey {number}") for number in range(5)]
    surveys.pause(survey=several[0], by=SYSTEM, at=now)
    several[0].refresh_from_db()
    reasons = [invite(survey, alice, now).reason for survey in several[:4]]
    assert reasons == ["paused", "", "", "budget"]
    assert invite(several[4], alice, now + 30 * DAY).reason == ""


def test_a_survey_that_has_ended_asks_nobody(make: Make, alice: Customer, now: datetime) -> None:
    survey = make()
    surveys.end(survey=survey, by=SYSTEM, at=now)
    assert invite(survey, alice, now).reason == "paused"


def test_a_moment_is_asked_about_after_the_survey_s_delay_and_by_its_own_channel(
    make: Make, alice: Customer, now: datetime
) -> None:
    survey = make(delay_s=7200)
    (row,) = happen("alice", at=now, happened_at=now - HOUR, channel="chat")
    assert (row.ask_at, row.channel, row.survey, row.customer) == (now + HOUR, "chat", survey, alice)
    work(at=now + HOUR - MINUTE)
    assert Invitation.objects.get().state == Invitation.State.PLANNED
    work(at=now + HOUR)
    assert Invitation.objects.get().state == Invitation.State.ASKED


def test_a_moment_without_a_channel_is_asked_about_by_mail(make: Make, alice: Customer, now: datetime) -> None:
    make(delay_s=60)
    (row,) = happen("alice", at=now)
    assert row.channel == "email"


def test_each_survey_asks_at_its_own_moment_alone(make: Make, alice: Customer, now: datetime) -> None:
    delivered, billed = make(delay_s=60), make(name="Bill", moment_kind="billed", delay_s=60)
    assert [row.survey for row in happen("alice", at=now)] == [delivered]
    assert [row.survey for row in happen("alice", kind="billed", at=now)] == [billed]
    assert happen("alice", kind="rang", at=now) == []


@pytest.mark.parametrize(("ago", "planned"), [(7 * DAY - MINUTE, 1), (7 * DAY + MINUTE, 0)])
def test_a_moment_is_fresh_for_a_week(make: Make, alice: Customer, now: datetime, ago: timedelta, planned: int) -> None:
    make(delay_s=60)
    assert len(happen("alice", at=now, happened_at=now - ago)) == planned


def test_each_case_is_asked_about_for_itself(alice: Customer, now: datetime) -> None:
    surveys.set_budget(times=9, days=30, by=SYSTEM, at=now)
    asked = [
        invitations.invite_after_case(customer=alice, case_id=case, by=SYSTEM, at=now).case_id for case in (7, 8, 7)
    ]
    assert asked == [7, 8, 7]
    assert Invitation.objects.count() == 2
