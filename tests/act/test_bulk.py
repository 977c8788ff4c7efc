"""Several cases handed over in one step."""

from datetime import datetime

import pytest

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.ledger.models import Entry
from tests.act.conftest import meet, trouble

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(care: Team, carla: Customer, noon: datetime) -> list[Case]:
    people = [carla, meet("otto@example.org"), meet("ida@example.org")]
    return [
        cases.open_for_trouble(trouble=trouble(who, f"feedback:{number}"), by=SYSTEM, at=noon)
        for number, who in enumerate(people, start=1)
    ]


def test_several_cases_go_to_a_colleague_with_a_reason_each(
    three: list[Case], lena: Associate, tom: Associate, noon: datetime
) -> None:
    handed = cases.hand_over_each(cases=reversed(three), to=tom, reason="I am off.", by=lena.by, at=noon)
    assert (handed.done, handed.refused) == (three, [])
    assert [(case.owner, case.notes.get().text) for case in Case.objects.order_by("pk")] == [(tom, "I am off.")] * 3
    assert Entry.objects.filter(kind="CaseHandedOver").count() == 3


def test_several_cases_go_to_a_team_where_nobody_has_them(
    three: list[Case], mira: Associate, lena: Associate, noon: datetime
) -> None:
    billing = Team.objects.create(name="Billing", created_at=noon)
    cases.claim(case=three[0], by=mira.by, at=noon)
    cases.hand_over_each(cases=three, team=billing, by=lena.by, at=noon)
    assert [(case.owner, case.team) for case in Case.objects.all()] == [(None, billing)] * 3


def test_one_that_cannot_be_given_holds_up_no_other(
    three: list[Case], mira: Associate, tom: Associate, lena: Associate, noon: datetime
) -> None:
    his, closed, free = three
    cases.claim(case=his, by=tom.by, at=noon)
    cases.close(case=closed, outcome="solved", cause="late", by=mira.by, at=noon)
    handed = cases.hand_over_each(cases=three, to=tom, reason="Yours.", by=lena.by, at=noon)
    assert handed.done == [free]
    assert handed.refused == [
        (his, "Tom has this case already."),
        (closed, "This case is closed. Reopen it to go on."),
    ]
    assert not his.notes.exists()
    assert Case.objects.get(pk=closed.pk).owner_id is None


def test_no_case_at_all_is_refused(tom: Associate, lena: Associate, noon: datetime) -> None:
    with pytest.raises(Refused, match="at least one case"):
        cases.hand_over_each(cases=[], to=tom, by=lena.by, at=noon)


def test_who_may_not_assign_is_refused_as_a_whole(
    three: list[Case], tom: Associate, mallory: Associate, noon: datetime
) -> None:
    with pytest.raises(Forbidden):
        cases.hand_over_each(cases=three, to=tom, by=mallory.by, at=noon)
    assert not Case.objects.exclude(owner=None).exists()


def test_who_does_not_lead_hands_over_one_at_a_time(
    three: list[Case], mira: Associate, tom: Associate, noon: datetime
) -> None:
    with pytest.raises(Forbidden):
        cases.hand_over_each(cases=three, to=tom, by=mira.by, at=noon)
    assert not Case.objects.exclude(owner=None).exists()
    cases.hand_over(case=three[0], to=tom, by=mira.by, at=noon)
    assert Case.objects.get(owner=tom) == three[0]
