"""Answers are kept as each is given, the last one stands, and nobody answers for another."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from heedful.associates.models import Associate
from heedful.customers import consents, people
from heedful.customers.models import Customer, Feedback, Score, Touchpoint
from heedful.kit import live
from heedful.kit.actor import SYSTEM, By
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from heedful.listen import answers, invitations, surveys
from heedful.listen.models import Invitation, Survey
from tests.listen.conftest import happen

pytestmark = pytest.mark.django_db
ALICE = By("customer", "1", "Alice")


@pytest.fixture
def invitation(make: Callable[..., Survey], alice: Customer) -> Invitation:
    make()
    (planned,) = happen("alice", channel="web", stage="purchase")
    return invitations.consider(invitation=planned, by=SYSTEM, at=timezone.now())


def say(invitation: Invitation, question: str, value: Any, **more: Any) -> Invitation:
    return answers.answer(
        invitation=invitation, question=question, value=value, by=ALICE, at=more.get("at") or timezone.now()
    )


def test_what_an_associate_answers_is_kept_and_is_no_touchpoint_of_a_customer(
    make: Callable[..., Survey], casey: Associate
) -> None:
    survey = make(moment_kind="")
    asked = invitations.invite_associate(survey=survey, associate=casey, by=SYSTEM, at=timezone.now())
    before = Customer.objects.count()
    row = answers.answer_all(invitation=asked, values={"satisfaction": "4"}, by=casey.by, at=timezone.now())
    assert (row.given("satisfaction"), row.state, row.respondent) == (4, Invitation.State.ANSWERED, casey)
    assert row.customer_id is None
    assert (answered(), Score.objects.count(), Customer.objects.count()) == ([], 0, before)
    entry = Entry.objects.get(kind="SurveyAnswered")
    assert (entry.by_kind, entry.by_id) == (casey.by.kind, casey.by.id)


def test_the_respondent_of_a_public_link_becomes_one_nobody_knows(make: Callable[..., Survey]) -> None:
    visitor = answers.open_public(
        survey=make(), values={"satisfaction": 2}, submit=False, channel="link", by=ALICE, at=timezone.now()
    )
    assert isinstance(visitor.respondent, Customer)
    assert visitor.respondent.identities.get().kind == "anonymous_id"


def test_an_associate_is_not_asked_by_a_survey_that_waits_for_customers(
    make: Callable[..., Survey], casey: Associate
) -> None:
    with pytest.raises(Refused, match="Make one for your own people"):
        invitations.invite_associate(survey=make(), associate=casey, by=SYSTEM, at=timezone.now())
    assert not Invitation.objects.exists()


def answered() -> list[Touchpoint]:
    return list(Touchpoint.objects.filter(kind="survey_answered").order_by("id"))


def test_an_answer_is_a_touchpoint_of_the_moment_s_stage_and_channel(invitation: Invitation, alice: Customer) -> None:
    say(invitation, "satisfaction", "2")
    (touchpoint,) = answered()
    assert touchpoint.scores == {"satisfaction": 2}
    assert (touchpoint.customer_id, touchpoint.channel, touchpoint.stage_slug) == (alice.pk, "web", "purchase")
    assert touchpoint.subject == f"ask:{invitation.pk}"
    assert touchpoint.properties == {"survey": "delivery", "question": "satisfaction", "invitation": invitation.pk}
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.ANSWERED
    assert invitation.given("satisfaction") == 2
    entry = Entry.objects.get(kind="SurveyAnswered")
    assert (entry.data["questions"], entry.by_kind) == (["satisfaction"], "customer")


def test_words_and_scores_of_one_sheet_are_one_feedback(invitation: Invitation) -> None:
    say(invitation, "satisfaction", 5)
    say(invitation, "open", "Lovely 🙂 שלום")
    sheet = Feedback.objects.get()
    assert sheet.verbatim == "Lovely 🙂 שלום"
    assert Score.objects.get().value == 5


def test_of_two_answers_at_once_the_one_that_is_kept_last_stands_everywhere(invitation: Invitation) -> None:
    """Each takes its time before it waits for the sheet, so the later of the two may be kept first."""
    now = timezone.now()
    say(invitation, "open", "First thoughts", at=now)
    say(invitation, "satisfaction", 5, at=now + timedelta(seconds=2))
    say(invitation, "open", "Second thoughts", at=now + timedelta(seconds=1))
    row = say(invitation, "satisfaction", 2, at=now + timedelta(seconds=1))
    assert (row.given("open"), row.given("satisfaction")) == ("Second thoughts", 2)
    assert (Feedback.objects.get().verbatim, Score.objects.get().value) == ("Second thoughts", 2)
    assert answered()[-1].happened_at == now + timedelta(seconds=2)


def test_a_corrected_answer_replaces_the_score(invitation: Invitation) -> None:
    say(invitation, "satisfaction", 1)
    say(invitation, "satisfaction", 4)
    assert len(answered()) == 2
    assert Score.objects.get().value == 4
    invitation.refresh_from_db()
    assert invitation.answers["satisfaction"]["revision"] == 2


def test_the_same_answer_again_is_no_news(invitation: Invitation) -> None:
    say(invitation, "satisfaction", 3)
    say(invitation, "satisfaction", "3")
    say(invitation, "open", "   ")
    assert len(answered()) == 1
    assert Entry.objects.filter(kind="SurveyAnswered").count() == 1


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("satisfaction", "0"),
        ("satisfaction", "6"),
        ("satisfaction", "2.5"),
        ("satisfaction", "nan"),
        ("satisfaction", "inf"),
        ("satisfaction", "two"),
        ("satisfaction", "1" * 1_000_000),
        ("satisfaction", "\x00"),
        ("satisfaction", True),
        ("recommend", "9"),
        ("", "1"),
        ("open\x00", "x"),
        ("open", "x" * 5_001),
        ("open", "x" * 10_000_000),
    ],
)
def test_what_is_no_answer_is_refused_and_changes_nothing(invitation: Invitation, question: str, value: Any) -> None:
    with pytest.raises(Refused):
        say(invitation, question, value)
    assert answered() == []
    invitation.refresh_from_db()
    assert (invitation.answers, invitation.state) == ({}, Invitation.State.ASKED)


def test_one_wrong_answer_keeps_the_others_of_the_same_sending_out(invitation: Invitation) -> None:
    with pytest.raises(Refused):
        answers.answer_all(
            invitation=invitation, values={"open": "Fine", "satisfaction": 9}, by=ALICE, at=timezone.now()
        )
    assert answered() == []


def test_words_lose_what_a_database_cannot_hold(invitation: Invitation) -> None:
    say(invitation, "open", "a\x00b\ud83d\r\nc\x1b")
    assert Feedback.objects.get().verbatim == "ab\nc"


def test_a_sent_sheet_can_be_changed_for_an_hour(invitation: Invitation) -> None:
    now = timezone.now()
    answers.answer_all(invitation=invitation, values={"satisfaction": 3}, submit=True, by=ALICE, at=now)
    say(invitation, "satisfaction", 4, at=now + timedelta(minutes=59))
    with pytest.raises(Refused, match="answered already") as refused:
        say(invitation, "satisfaction", 5, at=now + timedelta(minutes=61))
    assert refused.value.code == "answered"
    assert Score.objects.get().value == 4


def test_an_empty_sheet_is_not_sent(invitation: Invitation) -> None:
    with pytest.raises(Refused, match="Choose an answer first"):
        answers.answer_all(invitation=invitation, values={"open": ""}, submit=True, by=ALICE, at=timezone.now())
    invitation.refresh_from_db()
    assert invitation.submitted_at is None


def test_after_sixty_days_a_sheet_is_closed(invitation: Invitation) -> None:
    assert invitation.asked_at is not None
    say(invitation, "satisfaction", 4, at=invitation.asked_at + timedelta(days=59))
    with pytest.raises(Refused, match="60 days") as refused:
        say(invitation, "satisfaction", 5, at=invitation.asked_at + timedelta(days=61))
    assert refused.value.code == "expired"


def test_an_ended_survey_takes_no_answers(invitation: Invitation) -> None:
    surveys.end(survey=invitation.survey, by=SYSTEM, at=timezone.now())
    with pytest.raises(Refused, match="has ended"):
        say(invitation, "satisfaction", 4)


def test_who_was_not_asked_cannot_answer(make: Callable[..., Survey], alice: Customer) -> None:
    make(share=0)
    happen("alice")
    with pytest.raises(Refused):
        say(Invitation.objects.get(), "satisfaction", 4)
    assert answered() == []


def test_no_reopens_what_yes_leaves(acme: Any, alice: Customer) -> None:
    now = timezone.now()
    invitation = invitations.invite_after_case(customer=alice, case_id=7, by=SYSTEM, at=now)
    say(invitation, "helped", "0")
    say(invitation, "helped", "1")
    heard = [entry.data for entry in Entry.objects.filter(kind="HelpAnswered").order_by("pk")]
    assert heard == [
        {"invitation": invitation.pk, "case": 7, "helped": False},
        {"invitation": invitation.pk, "case": 7, "helped": True},
    ]


def begin(survey: Survey, values: dict[str, Any], **more: Any) -> Invitation:
    given: dict[str, Any] = {"submit": False, "channel": "link", "by": By("customer"), "at": timezone.now()}
    return answers.open_public(survey=survey, values=values, **(given | more))


def test_a_sheet_by_the_public_link_belongs_to_a_visitor_of_its_own(
    make: Callable[..., Survey], alice: Customer
) -> None:
    survey = make()
    first, second = begin(survey, {"satisfaction": "1"}), begin(survey, {"satisfaction": "1", "open": "Queue"})
    assert first.token != second.token
    assert len({first.customer_id, second.customer_id, alice.pk}) == 3
    say(first, "open", "Still here")
    assert Touchpoint.objects.filter(customer_id=first.customer_id or 0).count() == 2


def test_a_public_sheet_begins_with_an_answer(make: Callable[..., Survey]) -> None:
    survey = make()
    for nothing in ({}, {"open": "  "}, {"satisfaction": ""}):
        with pytest.raises(Refused, match="Choose an answer first"):
            begin(survey, nothing)
    with pytest.raises(Refused):
        begin(survey, {"satisfaction": "99"})
    assert not Invitation.objects.exists()


def test_a_paused_or_ended_survey_begins_no_sheet(make: Callable[..., Survey]) -> None:
    survey = make()
    surveys.pause(survey=survey, by=SYSTEM, at=timezone.now())
    survey.refresh_from_db()
    with pytest.raises(Refused, match="has ended"):
        begin(survey, {"satisfaction": "3"})


def test_a_flood_of_public_sheets_is_stopped_for_an_hour(
    make: Callable[..., Survey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "MOST_AN_HOUR", 2)
    survey, now = make(), timezone.now()
    begin(survey, {"satisfaction": "3"}, at=now)
    begin(survey, {"satisfaction": "3"}, at=now + timedelta(minutes=1))
    with pytest.raises(Refused, match="Try again in an hour"):
        begin(survey, {"satisfaction": "3"}, at=now + timedelta(minutes=59, seconds=59))
    begin(survey, {"satisfaction": "3"}, at=now + timedelta(hours=1))
    assert Invitation.objects.count() == 3


@pytest.mark.parametrize(
    ("question", "value", "code"),
    [
        ("number.people", "many", "bad_number"),
        ("satisfaction", "many", "bad_number"),
        ("satisfaction", 6, "bad_value"),
        ("ease", 6, "bad_value"),
        ("open", "x" * 5001, "too_long"),
    ],
)
def test_what_is_wrong_with_an_answer_has_a_code(
    make: Callable[..., Survey], question: str, value: Any, code: str
) -> None:
    number = {"code": "number.people", "text": {"en": "How many?"}}
    survey = make(questions=[{"code": "satisfaction"}, number, {"code": "open"}])
    with pytest.raises(Refused) as no:
        begin(survey, {question: value})
    assert (no.value.code, Invitation.objects.count()) == (code, 0)


def test_open_pages_of_the_survey_hear_of_an_answer(invitation: Invitation, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, object]] = []
    monkeypatch.setattr(live, "publish", lambda topic, id: heard.append((topic, id)))  # noqa: A006
    say(invitation, "satisfaction", 3)
    assert [one for one in heard if one[0] in ("surveys", "cases")] == [("surveys", invitation.survey_id)]
    Invitation.objects.update(case_id=7)
    invitation.refresh_from_db()
    heard.clear()
    say(invitation, "satisfaction", 4)
    assert [one for one in heard if one[0] in ("surveys", "cases")] == [("surveys", invitation.survey_id), ("cases", 7)]


def test_stopping_is_kept_as_consent_and_said_once(invitation: Invitation, alice: Customer) -> None:
    now = timezone.now()
    answers.stop(invitation=invitation, by=ALICE, at=now)
    answers.stop(invitation=invitation, by=ALICE, at=now)
    assert consents.standing(person=alice.pk).get("survey", True) is False
    assert Entry.objects.filter(kind="CustomerStoppedSurveys").count() == 1
    (again,) = happen("alice", message="again")
    assert invitations.consider(invitation=again, by=SYSTEM, at=timezone.now()).reason == "refused"


def test_who_stops_while_taken_for_somebody_else_who_had_has_stopped_when_they_part(
    invitation: Invitation, alice: Customer, bea: Customer
) -> None:
    now = timezone.now()
    consents.set_one(customer=bea, purpose="survey", granted=False, by=SYSTEM, at=now)
    merge = people.merge(a=alice, b=bea, by=SYSTEM, at=now)
    answers.stop(invitation=invitation, by=ALICE, at=now)
    people.undo(merge=merge, by=SYSTEM, at=now)
    assert consents.standing(person=alice.pk).get("survey", True) is False


def test_a_visitor_cannot_be_stopped_from_being_asked(make: Callable[..., Survey]) -> None:
    with pytest.raises(Refused):
        answers.stop(invitation=Invitation(survey=make(), customer=None), by=ALICE, at=timezone.now())
