"""What tests of the desk begin with: a customer's feedback, the case that it opened, and the text of a page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from heedful.act import cases
from heedful.act.models import Case
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer, Feedback
from heedful.kit.actor import SYSTEM
from heedful.understand.detection import Trouble

type As = Callable[[Associate], Client]


@pytest.fixture
def feedback(alice: Customer) -> Feedback:
    """What Alice said."""
    return Feedback.objects.get(customer=alice)


@pytest.fixture
def case(feedback: Feedback, care: Team) -> Case:
    """The case that it opened."""
    return opened(feedback.customer, f"feedback:{feedback.pk}")


def opened(customer: Customer, reference: str, *, what: str = "Satisfaction: 2 of 5", severity: int = 2) -> Case:
    """Let trouble of a customer open a case now."""
    now = timezone.now()
    trouble = Trouble(reference=reference, customer=customer.pk, severity=severity, what=what, happened_at=now)
    return cases.open_for_trouble(trouble=trouble, by=SYSTEM, at=now)


def say(page: Any) -> str:
    """The text of an answer."""
    return str(page.content.decode())
