"""Two administrators who act at the same moment leave one of them."""

from collections.abc import Callable

import pytest

from heedful.associates import associates
from heedful.associates.models import Associate, Company, Role
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from tests.cast import NOON, somebody
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def shut_out(who: Associate, by: By) -> Callable[[], object]:
    return lambda: associates.deactivate(associate=who, by=by, at=NOON)


def step_down(who: Associate) -> Callable[[], object]:
    return lambda: associates.edit(
        associate=who, email=who.email, name=who.name, role=Role.LEADER, team=None, by=who.by, at=NOON
    )


@pytest.mark.parametrize("both_shut_out", [True, False])
def test_of_two_administrators_one_stays_and_reads_why(acme: Company, both_shut_out: bool) -> None:
    for turn in range(4):
        ada, eve = somebody(f"Ada{turn}", Role.ADMIN), somebody(f"Eve{turn}", Role.ADMIN)
        both = (shut_out(ada, eve.by), shut_out(eve, ada.by)) if both_shut_out else (step_down(ada), step_down(eve))
        returned = at_once(*both)
        assert [isinstance(no, Refused) for no in returned if no is not None] == [True], returned
        (left,) = Associate.objects.filter(role=Role.ADMIN, is_active=True)
        left.delete()
