"""Two who ask whether it helped at the same moment ask once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from heedful.associates.models import Company
from heedful.customers.models import Customer
from heedful.kit.actor import SYSTEM
from heedful.listen import invitations, surveys
from heedful.listen.models import Invitation, Survey
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_job_that_runs_twice_at_once_asks_once_whether_it_helped(acme: Company, alice: Customer) -> None:
    """A worker that was thought to be gone goes on while another does its job again."""
    surveys.helped(by=SYSTEM, at=timezone.now())
    closed_at = timezone.now() - timedelta(minutes=5)
    for case in range(5):

        def invitation(case: int = case) -> int:
            return invitations.invite_after_case(customer=alice, case_id=case, by=SYSTEM, at=closed_at).pk

        assert set(at_once(*[invitation] * 4)) == {Invitation.objects.get(case_id=case).pk}


def test_the_survey_that_asks_whether_it_helped_is_made_once(acme: Company) -> None:
    made = at_once(*[lambda: surveys.helped(by=SYSTEM, at=timezone.now())] * 4)
    assert set(made) == {Survey.objects.get()}
