"""Reactions: trouble goes to the case that it is about, and to no other of the same number."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from heedful.act import cases, reactions
from heedful.act.models import Case, CasePolicy, CaseTrouble
from heedful.associates.models import Associate
from heedful.courier.models import Mail
from heedful.customers.models import Customer, Feedback
from heedful.kit.actor import SYSTEM
from heedful.ledger import events
from heedful.listen import invitations
from heedful.listen.models import Invitation
from heedful.promise.commitments import PromiseAtRisk, PromiseBroken
from heedful.promise.models import Commitment, Promise, Standard
from heedful.understand.detection import Trouble, TroubleHeard
from tests.act.conftest import meet, trouble

pytestmark = pytest.mark.django_db

type Hear = Callable[[str], Case]


@pytest.fixture
def closed(carla: Customer, mira: Associate, noon: datetime) -> Case:
    """Carla's case, which was closed and about which she was asked."""
    case = cases.open_for_trouble(trouble=trouble(carla, "test:1"), by=SYSTEM, at=noon)
    return cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon)


@pytest.fixture
def asked(closed: Case, carla: Customer, noon: datetime) -> Invitation:
    return invitations.invite_after_case(customer=carla, case_id=closed.pk, by=SYSTEM, at=noon)


def sheet(number: int, subject: str, customer: Customer, noon: datetime) -> Feedback:
    return Feedback.objects.create(
        pk=number, subject=subject, customer=customer, touchpoint_id=1, happened_at=noon, kind="survey_answered"
    )


def hear(one: Trouble, noon: datetime) -> Case:
    event = TroubleHeard((one,))
    reactions.open_cases(event, entry=events.record(event, by=SYSTEM, at=noon))
    return CaseTrouble.objects.get(reference=one.reference).case


def test_the_answer_about_a_case_goes_to_it(closed: Case, asked: Invitation, carla: Customer, noon: datetime) -> None:
    sheet(7, f"ask:{asked.pk}", carla, noon)
    case = hear(trouble(carla, "feedback:7"), noon)
    assert (case, case.is_open, case.reopened) == (closed, True, 1)


@pytest.mark.parametrize("reference", ["commitment:7", "commitment:7:broken", "note:7", "order:7", "7"])
def test_what_is_no_feedback_is_not_taken_for_the_feedback_of_its_number(
    closed: Case, asked: Invitation, carla: Customer, noon: datetime, reference: str
) -> None:
    sheet(7, f"ask:{asked.pk}", carla, noon)
    assert hear(trouble(meet("otto@example.org"), reference), noon) != closed


@pytest.mark.parametrize("kind", ["order", "feedback", "commitment"])
def test_a_sheet_that_is_no_survey_is_not_taken_for_the_answer_of_its_number(
    closed: Case, asked: Invitation, carla: Customer, noon: datetime, kind: str
) -> None:
    otto = meet("otto@example.org")
    sheet(7, f"{kind}:{asked.pk}", otto, noon)
    assert hear(trouble(otto, "feedback:7"), noon) != closed


def test_the_customer_is_asked_about_a_case_that_was_closed_unless_it_stood_for_many_or_goes_on(
    closed: Case, noon: datetime
) -> None:
    event = cases.CaseClosed(closed.pk, closed.customer_id, "solved", "late")
    entry = events.record(event, by=SYSTEM, at=noon)
    many = Promise.objects.create(slug="delivery", words="Delivered", made_at=noon)
    for changes in ({"flood_of": many}, {"outcome": Case.Outcome.NO_TROUBLE}, {"closed_at": None, "outcome": ""}):
        Case.objects.update(**changes)
        reactions.ask_whether_it_helped(event, entry=entry)
        assert not Invitation.objects.exists()
        Case.objects.update(flood_of=None, outcome=Case.Outcome.SOLVED, closed_at=noon)
    reactions.ask_whether_it_helped(event, entry=entry)
    assert Invitation.objects.get().case_id == closed.pk


def test_a_lead_is_written_to_while_the_customer_waits(
    closed: Case, carla: Customer, lena: Associate, noon: datetime
) -> None:
    other = cases.open_for_trouble(trouble=trouble(meet("otto@example.org"), "test:2"), by=SYSTEM, at=noon)
    for pk, mails in ((0, 0), (closed.pk, 0), (other.pk, 1), (other.pk, 1)):
        event = cases.CaseEscalated(pk)
        reactions.write_to_the_leads(event, entry=events.record(event, by=SYSTEM, at=noon))
        assert Mail.objects.filter(purpose="escalation").count() == mails
    assert Mail.objects.get(purpose="escalation").to == lena.email


@pytest.mark.parametrize("state", Commitment.State.values)
def test_only_what_still_is_as_it_was_said_opens_a_case(carla: Customer, state: str) -> None:
    now = timezone.now()
    CasePolicy.objects.update(at_risk="always")
    many = Promise.objects.create(slug="delivery", words="Delivered", made_at=now)
    standard = Standard.objects.create(promise=many, form="yes", from_kind="delivered", property="in_time")
    row = Commitment.objects.create(
        standard=standard, promise=many, customer=carla, opened_by=1, started_at=now, state=state, counts_at=now
    )
    ways: list[tuple[Any, Callable[..., None], str]] = [
        (PromiseBroken([row.pk]), reactions.open_for_broken_promises, "broken"),
        (PromiseAtRisk([row.pk]), reactions.warn_of_promises_at_risk, "at_risk"),
    ]
    for event, react, like in ways:
        react(event, entry=events.record(event, by=SYSTEM, at=now))
        assert Case.objects.exists() == (state == like)
        Case.objects.all().delete()


@pytest.mark.parametrize(
    ("migration", "table", "pairs"),
    [
        ("act.migrations.0012_references", "casetrouble", [("instance:7:broken", "commitment:7:broken")]),
    ],
)
def test_rows_name_things_as_they_are_called_now(
    closed: Case, asked: Invitation, migration: str, table: str, pairs: list[tuple[str, str]]
) -> None:
    """What is named otherwise stays, and going back finds the former names again."""
    table = f"{migration.partition('.')[0]}_{table}"
    with connection.cursor() as cursor:
        for former, name in pairs:
            cursor.execute(f"UPDATE {table} SET reference = %s", [former])
            for way, expected in (("FORWARDS", name), ("FORWARDS", name), ("BACKWARDS", former)):
                cursor.execute(import_string(f"heedful.{migration}.{way}"))
                cursor.execute(f"SELECT reference FROM {table}")
                assert cursor.fetchall() == [(expected,)]
