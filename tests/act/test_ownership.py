"""Who gets a case and who loses it: one rule, whichever way somebody goes about it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from heedful.act import cases
from heedful.act.models import Case, CaseTrouble
from heedful.associates.models import Associate, Team
from heedful.courier.models import Mail
from heedful.customers.models import Customer, Feedback
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from heedful.ledger.models import Entry
from tests.act.conftest import leave, trouble

HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(carla: Customer, noon: datetime) -> Case:
    return cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)


@pytest.fixture
def feedback(carla: Customer, noon: datetime) -> Feedback:
    return Feedback.objects.create(
        subject="ask:1", customer=carla, touchpoint_id=1, happened_at=noon, kind="survey_answered", verbatim="Hm."
    )


def owner() -> Associate | None:
    return Case.objects.get().owner


def kinds() -> list[str]:
    return list(Entry.objects.filter(kind__startswith="Case").order_by("id").values_list("kind", flat=True))


type Way = Callable[[Case, Feedback, Associate, datetime], Any]

WAYS: dict[str, Way] = {
    "claims": lambda case, feedback, who, at: cases.claim(case=case, by=who.by, at=at),
    "takes": lambda case, feedback, who, at: cases.take(feedback=feedback, by=who.by, at=at),
    "hands_to_herself": lambda case, feedback, who, at: cases.hand_over(case=case, to=who, by=who.by, at=at),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@EVERY_WAY
def test_what_nobody_has_is_anybodys(case: Case, feedback: Feedback, mira: Associate, noon: datetime, way: Way) -> None:
    way(case, feedback, mira, noon + HOUR)
    row = Case.objects.get()
    assert (row.owner, row.claimed_at) == (mira, noon + HOUR)


@EVERY_WAY
def test_what_is_with_the_lead_is_got_in_no_way(
    case: Case, feedback: Feedback, mira: Associate, noon: datetime, way: Way
) -> None:
    Case.objects.update(with_lead=True)
    before = kinds()
    with pytest.raises(Refused, match="This case is with the lead, who can hand it over to you") as no:
        way(case, feedback, mira, noon)
    assert no.value.code == "with_lead"
    assert (owner(), Case.objects.get().claimed_at, kinds(), CaseTrouble.objects.count()) == (None, None, before, 1)


@EVERY_WAY
def test_what_is_with_the_lead_is_a_leads(
    case: Case, feedback: Feedback, lena: Associate, noon: datetime, way: Way
) -> None:
    Case.objects.update(with_lead=True)
    way(case, feedback, lena, noon)
    assert owner() == lena


@EVERY_WAY
def test_a_colleagues_case_is_got_in_no_way(
    case: Case, feedback: Feedback, mira: Associate, tom: Associate, noon: datetime, way: Way
) -> None:
    cases.claim(case=case, by=tom.by, at=noon)
    before = kinds()
    with pytest.raises(Refused, match="Tom has"):
        way(case, feedback, mira, noon)
    assert (owner(), kinds(), CaseTrouble.objects.count()) == (tom, before, 1)


def test_a_lead_takes_over_by_handing_it_to_herself(
    case: Case, mira: Associate, lena: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    assert cases.hand_over(case=case, to=lena, by=lena.by, at=noon).owner == lena


@pytest.mark.parametrize("whom", ["colleague", "team"])
def test_the_case_of_another_is_handed_on_by_a_lead_alone(
    case: Case, care: Team, mira: Associate, tom: Associate, lena: Associate, noon: datetime, whom: str
) -> None:
    cases.claim(case=case, by=tom.by, at=noon)
    to: dict[str, Any] = {"to": lena} if whom == "colleague" else {"team": care}
    with pytest.raises(Refused, match="Only they, or a lead, can give it back or hand it over") as no:
        cases.hand_over(case=case, **to, by=mira.by, at=noon)
    assert (no.value.code, owner()) == ("not_yours", tom)
    cases.hand_over(case=case, **to, by=lena.by, at=noon)
    assert owner() == to.get("to")


def test_what_is_with_the_lead_goes_by_a_leads_hand_to_whom_she_chooses(
    case: Case, mira: Associate, tom: Associate, lena: Associate, noon: datetime
) -> None:
    Case.objects.update(with_lead=True)
    with pytest.raises(Refused, match="This case is with the lead, who can hand it over to Tom") as no:
        cases.hand_over(case=case, to=tom, by=mira.by, at=noon)
    assert (no.value.code, owner()) == ("with_lead", None)
    assert cases.hand_over(case=case, to=mira, by=lena.by, at=noon).owner == mira
    assert cases.hand_over(case=case, to=lena, by=mira.by, at=noon).owner == lena


def test_what_is_with_the_lead_is_given_back_by_whom_the_lead_gave_it(
    case: Case, mira: Associate, lena: Associate, noon: datetime
) -> None:
    Case.objects.update(with_lead=True)
    cases.hand_over(case=case, to=mira, by=lena.by, at=noon)
    assert cases.give_back(case=case, by=mira.by, at=noon).owner is None


def test_an_answer_makes_no_case_that_is_with_the_lead_the_writers(
    case: Case, mira: Associate, lena: Associate, noon: datetime
) -> None:
    Case.objects.update(with_lead=True)
    leave(cases.write(case=case, subject="Your order", text="Sorry.", by=mira.by, at=noon + HOUR), noon + HOUR)
    row = Case.objects.get()
    assert (row.owner, row.answered_at, Mail.objects.count()) == (None, noon + HOUR, 1)
    assert "CaseClaimed" not in kinds()
    cases.log_call(case=case, text="She was glad.", by=lena.by, at=noon + HOUR)
    assert owner() == lena


def test_a_second_failure_that_somebody_takes_from_feedback_is_opened_and_stays_with_the_lead(
    case: Case, feedback: Feedback, mira: Associate, lena: Associate, noon: datetime
) -> None:
    cases.close(case=case, outcome="solved", cause="late", by=mira.by, at=noon)
    second = cases.take(feedback=feedback, by=mira.by, at=noon + HOUR)
    row = Case.objects.open().get()
    assert (row, row.is_repeat, row.with_lead, row.owner) == (second, True, True, None)
    assert cases.take(feedback=feedback, by=lena.by, at=noon + HOUR).owner == lena


def test_taking_from_feedback_what_one_has_already_changes_nothing(
    case: Case, feedback: Feedback, mira: Associate, noon: datetime
) -> None:
    cases.claim(case=case, by=mira.by, at=noon)
    row = cases.take(feedback=feedback, by=mira.by, at=noon + HOUR)
    assert (row.owner, row.claimed_at, kinds().count("CaseClaimed")) == (mira, noon, 1)


def test_a_program_hands_over_whatever_it_likes(case: Case, mira: Associate, tom: Associate, noon: datetime) -> None:
    cases.claim(case=case, by=tom.by, at=noon)
    Case.objects.update(with_lead=True)
    assert cases.hand_over(case=case, to=mira, by=SYSTEM, at=noon).owner == mira
