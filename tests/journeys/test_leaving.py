"""Whoever leaves keeps no open case: the page names how many there are, and each goes back to its team."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates import associates, teams
from heedful.associates.models import Associate, Team
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.actor import SYSTEM
from heedful.ledger.models import Entry
from heedful.understand.detection import Trouble
from tests.cast import arrived
from tests.work import work

pytestmark = pytest.mark.django_db
type As = Callable[[Associate], Client]
HOUR = timedelta(hours=1)


def opened(name: str, owner: Associate | None = None) -> Case:
    now = timezone.now() - 2 * HOUR
    customer = arrived(f"{name}@example.test", TouchpointDraft("order_placed", now, name))
    trouble = Trouble(f"test:{name}", customer=customer.pk, severity=2, what="Nobody came", happened_at=now)
    case = cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=now)
    return cases.claim(case=case, by=owner.by, at=now) if owner else case


def close(case: Case, by: Associate) -> Case:
    return cases.close(case=case, outcome="solved", cause="late", by=by.by, at=timezone.now() - HOUR)


def say(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_the_open_cases_of_who_leaves_go_back_to_their_teams(
    as_: As, ada: Associate, mira: Associate, lena: Associate, care: Team
) -> None:
    bills = teams.add(name="Bills", by=SYSTEM, at=timezone.now())
    first, second, hers = opened("a", mira), opened("b", mira), opened("c", lena)
    Case.objects.filter(pk=second.pk).update(team=bills)
    done = close(opened("d", mira), mira)
    client, address = as_(ada), f"/setup/associates/{mira.pk}"
    assert "Mira has 2 open cases: they go back to their teams." in say(client.get(address))
    page = say(client.post(f"{address}/deactivation", follow=True))
    assert "Mira may no longer come in. Their 2 open cases go back to their teams." in page
    work()
    rows = Case.objects.order_by("pk")
    assert [(row.pk, row.owner_id, row.claimed_at is None, row.team_id) for row in rows] == [
        (first.pk, None, True, care.pk),
        (second.pk, None, True, bills.pk),
        (hers.pk, lena.pk, False, care.pk),
        (done.pk, mira.pk, False, care.pk),
    ]
    entries = Entry.objects.filter(kind="CaseReleased").order_by("pk")
    assert [(entry.data, entry.by_label) for entry in entries] == [
        ({"case": first.pk, "owner": mira.pk, "team": care.pk}, "Ada"),
        ({"case": second.pk, "owner": mira.pk, "team": bills.pk}, "Ada"),
    ]
    history = say(client.get(f"/cases/{second.pk}"))
    assert "gave the case back for Mira, who no longer works here, to Bills" in history


@pytest.mark.parametrize(
    ("number", "sentence"), [(0, "come in."), (1, "come in. Their open case goes back to its team.")]
)
def test_the_act_names_as_many_as_there_are(
    as_: As, ada: Associate, mira: Associate, number: int, sentence: str
) -> None:
    for name in "ab"[:number]:
        opened(name, mira)
    page = say(as_(ada).post(f"/setup/associates/{mira.pk}/deactivation", follow=True))
    assert f"Mira may no longer {sentence}<" in page


def test_a_case_that_comes_back_does_not_come_back_to_who_left(ada: Associate, mira: Associate, care: Team) -> None:
    reopened, unhelped = close(opened("a", mira), mira), close(opened("b", mira), mira)
    associates.deactivate(associate=mira, by=ada.by, at=timezone.now())
    work()
    cases.reopen(case=reopened, by=ada.by, at=timezone.now())
    cases.hear_whether_it_helped(case=unhelped, helped=False, by=SYSTEM, at=timezone.now())
    for case in (reopened, unhelped):
        row = Case.objects.get(pk=case.pk)
        assert (row.is_open, row.owner, row.claimed_at, row.team) == (True, None, None, care)
    assert Entry.objects.filter(kind="CaseReleased").count() == 2


def test_what_was_claimed_as_they_went_or_long_ago_is_found(mira: Associate, lena: Associate, care: Team) -> None:
    mine, hers = opened("a", mira), opened("b", lena)
    Associate.objects.filter(pk=mira.pk).update(is_active=False)
    for _ in range(2):
        cases.release_abandoned(at=timezone.now())
    assert dict(Case.objects.values_list("pk", "owner")) == {mine.pk: None, hers.pk: lena.pk}
    assert Entry.objects.filter(kind="CaseReleased").count() == 1


def test_who_was_let_in_again_in_time_keeps_them(ada: Associate, mira: Associate) -> None:
    case = opened("a", mira)
    associates.deactivate(associate=mira, by=ada.by, at=timezone.now())
    associates.reactivate(associate=mira, by=ada.by, at=timezone.now())
    work()
    assert Case.objects.get(pk=case.pk).owner == mira
