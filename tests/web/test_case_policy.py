"""How cases are worked, as the house sets it up."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from heedful.act.models import CasePolicy, Cause, Route
from heedful.associates.models import Associate, Team
from heedful.understand.models import TroubleRule
from tests.web.desk import say

pytestmark = pytest.mark.django_db

type As = Callable[[Associate], Client]

NUMBERS = {"high_value": "500", "at_risk": "join", "flood_cases": "9", "repeat_days": "30", "answer_within_h": "4"}


def test_the_numbers_are_changed(as_: As, casey: Associate) -> None:
    client = as_(casey)
    assert 'value="24"' in say(client.get("/setup/case-policy"))
    assert client.post("/setup/case-policy", NUMBERS).status_code == 302
    row = CasePolicy.objects.get()
    assert (row.high_value, row.at_risk, row.flood_cases) == (Decimal(500), "join", 9)
    assert (row.repeat_days, row.answer_within_s) == (30, 4 * 3600)


@pytest.mark.parametrize("wrong", [{"flood_cases": "0"}, {"at_risk": "never"}, {"high_value": "-1"}])
def test_numbers_that_cannot_be_come_back(as_: As, casey: Associate, wrong: dict[str, str]) -> None:
    before = CasePolicy.objects.values().get()
    page = as_(casey).post("/setup/case-policy", NUMBERS | wrong)
    assert page.status_code == 422
    assert CasePolicy.objects.values().get() == before


def test_a_rule_is_added_and_removed(as_: As, casey: Associate) -> None:
    client, before = as_(casey), TroubleRule.objects.count()
    client.post("/setup/case-policy/scores", {"question": "ease", "at_most": "5", "severity": "2"})
    client.post("/setup/case-policy/signals", {"signal": "billing", "severity": "1"})
    assert TroubleRule.objects.count() == before + 2
    rule = TroubleRule.objects.get(question="ease", at_most=5)
    assert "Ease: 5 of 7, or less" in say(client.get("/setup/case-policy"))
    client.post(f"/setup/case-policy/rules/{rule.pk}/removal")
    assert "Ease: 5 of 7, or less" not in say(client.get("/setup/case-policy"))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("scores", {"question": "ease", "at_most": "7", "severity": "2"}),
        ("scores", {"question": "ease", "at_most": "3", "severity": "1"}),
        ("scores", {"question": "ease", "at_most": "3", "severity": "9"}),
        ("signals", {"signal": "weather", "severity": "1"}),
        ("signals", {"signal": "billing", "severity": "2"}),
    ],
)
def test_a_rule_that_cannot_be_or_is_there_already_is_refused(
    as_: As, casey: Associate, where: str, said: dict[str, str]
) -> None:
    before = TroubleRule.objects.count()
    assert as_(casey).post(f"/setup/case-policy/{where}", said).status_code == 422
    assert TroubleRule.objects.count() == before


def test_a_route_is_added_and_removed(as_: As, lena: Associate, care: Team) -> None:
    client = as_(lena)
    assert "Every case goes to one team" in say(client.get("/setup/routes"))
    client.post("/setup/routes", {"topic": "billing", "team": care.pk})
    assert "Bills and payments</td>" in say(client.get("/setup/routes"))
    again = client.post("/setup/routes", {"topic": "billing", "team": care.pk})
    assert "There is a route for this already" in say(again)
    both = client.post("/setup/routes", {"topic": "billing", "stage": "use", "team": care.pk})
    assert "one of the two" in say(both)
    client.post(f"/setup/routes/{Route.objects.get().pk}/removal")
    assert not Route.objects.exists()


def test_a_cause_is_added_renamed_and_retired(as_: As, casey: Associate) -> None:
    client = as_(casey)
    client.post("/setup/causes", {"name": "Snow"})
    row = Cause.objects.get(slug="snow")
    client.post(f"/setup/causes/{row.pk}", {"name": "Snow and ice"})
    client.post(f"/setup/causes/{row.pk}/retirement")
    row.refresh_from_db()
    assert (row.name, row.is_active) == ("Snow and ice", False)
    assert "There is a cause called" in say(client.post("/setup/causes", {"name": "PRICE"}))
    assert "Snow and ice" in say(client.get("/setup/causes"))


def test_an_associate_changes_none_of_it(as_: As, mira: Associate) -> None:
    client = as_(mira)
    for address in ("/setup/case-policy", "/setup/routes", "/setup/causes"):
        assert client.get(address).status_code == 403
        assert client.post(address, NUMBERS).status_code == 403
