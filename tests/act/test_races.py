"""Two at once, each on a connection of its own."""

from collections.abc import Callable
from datetime import datetime

import pytest

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.kit.errors import Refused
from tests.act.conftest import trouble
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_signs_of_one_person_heard_at_once_open_one_case(carla: Customer, noon: datetime) -> None:
    def hear(number: int) -> Callable[[], object]:
        return lambda: cases.open_for_trouble(trouble=trouble(carla, f"feedback:{number}"), by=SYSTEM, at=noon)

    opened = at_once(*[hear(number) for number in range(6)])
    assert all(isinstance(case, Case) for case in opened), opened
    assert Case.objects.count() == 1
    assert Case.objects.get().troubles.count() == 6


def test_one_sign_heard_twice_at_once_is_one_trouble(carla: Customer, noon: datetime) -> None:
    at_once(*[lambda: cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)] * 4)
    assert Case.objects.get().troubles.count() == 1


def test_of_two_who_claim_at_once_one_has_it(carla: Customer, mira: Associate, tom: Associate, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    first, second = at_once(
        lambda: cases.claim(case=case, by=mira.by, at=noon), lambda: cases.claim(case=case, by=tom.by, at=noon)
    )
    refused = [each for each in (first, second) if isinstance(each, Refused)]
    owner = Case.objects.get().owner
    assert owner in (mira, tom)
    assert [no.sentence for no in refused] == [f"{owner} has claimed this case already."]


def test_of_two_who_close_at_once_one_does(carla: Customer, mira: Associate, tom: Associate, noon: datetime) -> None:
    case = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)

    def close(who: Associate, outcome: str) -> Callable[[], object]:
        return lambda: cases.close(case=case, outcome=outcome, cause="late", by=who.by, at=noon)

    returned = at_once(close(mira, "solved"), close(tom, "explained"))
    assert [type(each) for each in returned].count(Refused) == 1
