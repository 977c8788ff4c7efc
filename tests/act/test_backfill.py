"""Cases of years gone by stand as if they had been worked here."""

from datetime import datetime, timedelta

import pytest

from heedful.act import cases
from heedful.act.cases import backfill
from heedful.act.models import CaseTrouble
from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from tests.act.conftest import Kinds, meet, trouble

pytestmark = pytest.mark.django_db


def test_a_case_that_is_told_is_like_one_that_was_opened(carla: Customer, noon: datetime) -> None:
    here = cases.open_for_trouble(trouble=trouble(carla), by=SYSTEM, at=noon)
    (told,) = backfill.create(
        history=[
            backfill.PastCase(troubles=[trouble(meet("carl@example.org", value=600), "feedback:2")], opened_at=noon)
        ],
        by=SYSTEM,
        at=noon,
    )

    for name in ("title", "severity", "priority", "due_at", "escalate_at", "heard_at", "is_repeat", "with_lead"):
        assert getattr(told, name) == getattr(here, name), name
    assert [row.what for row in CaseTrouble.objects.order_by("pk")] == [here.title, told.title]


def test_each_start_and_stop_of_its_clock_is_in_the_log(
    carla: Customer, mira: Associate, noon: datetime, kinds_of: Kinds
) -> None:
    hours = [noon + timedelta(hours=n) for n in range(5)]
    (row,) = backfill.create(
        history=[
            backfill.PastCase(
                troubles=[trouble(carla, severity=1), trouble(carla, "feedback:2", severity=3, what="Wants to leave")],
                opened_at=hours[0],
                owner=mira,
                first_act_at=hours[1],
                reopened_at=hours[2],
                answered_at=hours[3],
                closed_at=hours[4],
                outcome="solved",
                cause="late",
            )
        ],
        by=SYSTEM,
        at=hours[4],
    )

    row.refresh_from_db()
    assert (row.title, row.severity, row.reopened, row.with_lead) == ("Wants to leave", 3, 1, True)
    assert (row.owner, row.claimed_at, row.first_act_at) == (mira, hours[2], hours[1])
    clocks = ["heedful_case_opened", "heedful_case_answered", "heedful_case_opened", "heedful_case_answered"]
    assert kinds_of(carla)[-4:] == clocks
