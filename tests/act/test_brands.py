"""Cases of a brand: a matter is what a person has with one of them, and who sees others has none of it."""

from datetime import timedelta

import pytest

from heedful.act import cases, escalations
from heedful.act.cases import opening
from heedful.act.models import Case
from heedful.associates import associates, brands
from heedful.associates.models import Associate, Brand, Role, Team
from heedful.customers.models import Customer
from heedful.kit import visibility
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Forbidden, Refused
from heedful.listen.models import Thread
from heedful.understand.detection import Trouble
from tests.cast import NOON
from tests.work import work

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def home(acme: object) -> Brand:
    return brands.add(name="Home", by=SYSTEM, at=NOON)


@pytest.fixture
def trade(home: Brand) -> Brand:
    return brands.add(name="Trade", by=SYSTEM, at=NOON)


def trouble(customer: Customer, brand: Brand | None, name: str) -> Case:
    said = Trouble(name, customer.pk, 2, name, NOON, brand=brand.pk if brand else None, source="shop")
    return cases.open_for_trouble(trouble=said, by=SYSTEM, at=NOON)


def limit(who: Associate, *to: Brand, role: str = "") -> Associate:
    associates.edit(
        associate=who, email=who.email, name=who.name, role=role or who.role, team=who.team,
        brands=[brand.pk for brand in to], by=SYSTEM, at=LATER,
    )  # fmt: skip
    return who


def test_a_person_has_one_open_case_with_each_brand(alice: Customer, care: Team, home: Brand, trade: Brand) -> None:
    first, second = trouble(alice, home, "a:1"), trouble(alice, trade, "a:2")
    assert first != second
    assert trouble(alice, home, "a:3") == first
    assert trouble(alice, None, "a:4") not in (first, second)
    assert {*Case.objects.values_list("brand", flat=True)} == {home.pk, trade.pk, None}


def test_a_case_is_handed_to_nobody_who_does_not_see_its_brand(
    alice: Customer, mira: Associate, lena: Associate, home: Brand, trade: Brand
) -> None:
    case = trouble(alice, trade, "a:1")
    limit(mira, home)
    with pytest.raises(Refused, match="sees other brands"):
        cases.hand_over(case=case, to=mira, by=lena.by, at=LATER)
    cases.hand_over(case=case, to=limit(mira, home, trade), by=lena.by, at=LATER)


def test_who_is_limited_gives_back_what_they_see_no_more(
    alice: Customer, mira: Associate, home: Brand, trade: Brand
) -> None:
    mine, theirs = trouble(alice, home, "a:1"), trouble(alice, trade, "a:2")
    for case in (mine, theirs):
        cases.claim(case=case, by=mira.by, at=NOON)
    limit(mira, home)
    work()
    assert [Case.objects.get(pk=case.pk).owner for case in (mine, theirs)] == [mira, None]


def test_only_who_sees_its_brand_is_written_to_about_a_case(
    alice: Customer, lena: Associate, home: Brand, trade: Brand
) -> None:
    case = trouble(alice, trade, "a:1")
    assert [*escalations.leads_of(case)] == [lena]
    limit(lena, home)
    assert [*escalations.leads_of(case)] == []
    assert [*escalations.leads_of(trouble(alice, home, "a:2"))] == [lena]


def test_whoever_is_limited_opens_cases_and_writes_for_their_brand(
    alice: Customer, mira: Associate, home: Brand, trade: Brand
) -> None:
    theirs = trouble(alice, trade, "a:1")
    limit(mira, home)
    with visibility.limited(mira.limit):
        cases.write_to(customer=alice, subject="Hello", text="How are you?", by=mira.by, at=LATER)
        case = cases.open_by_hand(customer=alice, reason="It rang", by=mira.by, at=LATER)
    assert (case.brand_id, case != theirs) == (home.pk, True)
    assert Thread.objects.get().brand_id == home.pk
    assert opening.brand_of_approach(alice.pk) == trade.pk


def test_rights_over_the_whole_are_not_for_who_is_limited(lena: Associate, ada: Associate, home: Brand) -> None:
    limit(lena, home)
    assert associates.may(lena, "case.work")
    for action in ("ledger.read", "team.edit", "mail.read"):
        assert not associates.may(lena, action)
        with pytest.raises(Forbidden):
            associates.must(lena.by, action)
    with pytest.raises(Refused, match="administrator sees every brand"):
        limit(ada, home)
    limit(lena, home, role=Role.CX)
    assert not associates.may(lena, "survey.edit")
