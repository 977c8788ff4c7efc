"""What is answered is of the survey's brand, else of that of the moment or the case that it is about."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from heedful.associates import brands
from heedful.customers.models import Customer, Feedback
from heedful.kit.actor import SYSTEM, By
from heedful.listen import answers, invitations
from heedful.listen.models import Survey
from tests.cast import NOON
from tests.listen.conftest import happen

pytestmark = pytest.mark.django_db
ALICE = By("customer", "1", "Alice")


def test_an_answer_is_of_the_survey_s_brand_else_of_what_it_is_about(
    make: Callable[..., Survey], alice: Customer
) -> None:
    home, trade = (brands.add(name=name, by=SYSTEM, at=NOON).pk for name in ("Home", "Trade"))
    now = timezone.now()
    make()
    own = make(name="Trade's", moment_kind="called", brand=trade)
    asked = [*happen("alice", brand=home), *happen("alice", kind="called", brand=home)]
    asked.append(invitations.invite_after_case(customer=alice, case_id=1, brand=home, by=SYSTEM, at=now))
    assert [one.brand_id for one in asked] == [home, trade, home]

    answers.open_public(survey=own, values={"satisfaction": 2}, submit=False, channel="link", by=ALICE, at=now)
    ready = invitations.consider(invitation=asked[0], by=SYSTEM, at=now)
    answers.answer_all(invitation=ready, values={"satisfaction": "4"}, by=ALICE, at=now)
    assert {*Feedback.objects.values_list("survey", "brand")} == {("delivery", home), (own.slug, trade)}
