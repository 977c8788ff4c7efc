"""Several cases handed over from the list."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer
from tests.web.desk import opened, say

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]


@pytest.fixture
def two(care: Team, alice: Customer, bruno: Customer) -> list[Case]:
    return [opened(alice, "feedback:7"), opened(bruno, "feedback:8")]


def numbers(two: list[Case]) -> list[int]:
    return [case.pk for case in two]


def test_a_lead_gives_several_to_a_colleague_and_comes_back_to_the_same_list(
    as_: As, lena: Associate, mira: Associate, two: list[Case]
) -> None:
    said = {"case": numbers(two), "whom": f"to.{mira.pk}", "reason": "Please call."}
    page = as_(lena).post("/cases/handovers?whose=unclaimed&sort=due", said, follow=True)
    assert page.redirect_chain == [("/cases?whose=unclaimed&sort=due", 302)]
    assert "Handed over: 2 cases. Mira will see them now." in say(page)
    assert {case.owner for case in Case.objects.all()} == {mira}


def test_each_that_was_refused_is_named_with_its_reason(
    as_: As, lena: Associate, mira: Associate, care: Team, two: list[Case]
) -> None:
    first = two[0]
    cases.close(case=first, outcome="solved", cause="late", by=mira.by, at=timezone.now())
    page = say(as_(lena).post("/cases/handovers", {"case": numbers(two), "whom": f"team.{care.pk}"}, follow=True))
    assert f"Not handed over: {first.pk} (alice@example.test). This case is closed. Reopen it to go on." in page
    assert "Handed over: 1 case. Care will see it now." in page


@pytest.mark.parametrize("whom", ["", "to.999", "to.", "team.x", "nobody", "owner.1"])
def test_a_receiver_that_is_none_is_refused_in_a_sentence(as_: As, lena: Associate, two: list[Case], whom: str) -> None:
    page = as_(lena).post("/cases/handovers", {"case": numbers(two), "whom": whom}, follow=True)
    assert "Choose to whom the cases go." in say(page)
    assert Case.objects.filter(owner=None).count() == 2


@pytest.mark.parametrize("chosen", [[], ["x"], ["9" * 30], ["²"]])
def test_nothing_that_is_a_case_is_refused_in_a_sentence(
    as_: As, lena: Associate, mira: Associate, two: list[Case], chosen: list[str]
) -> None:
    said = {"case": chosen, "whom": f"to.{mira.pk}"}
    assert "Choose at least one case." in say(as_(lena).post("/cases/handovers", said, follow=True))


def test_from_the_queue_one_comes_back_to_the_queue(as_: As, lena: Associate, mira: Associate, two: list[Case]) -> None:
    said = {"case": numbers(two), "whom": f"to.{mira.pk}", "queue": "1"}
    assert as_(lena).post("/cases/handovers", said).headers["Location"] == "/queue"


def test_who_does_not_lead_sees_no_boxes_and_is_refused(
    as_: As, lena: Associate, mira: Associate, two: list[Case]
) -> None:
    client = as_(mira)
    assert 'name="case"' not in say(client.get("/cases"))
    assert client.post("/cases/handovers", {"case": numbers(two), "whom": f"to.{mira.pk}"}).status_code == 403
    assert 'name="case"' in say(as_(lena).get("/cases"))
