"""What comes first in a house that is new: each step until it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from heedful.associates.models import Associate
from heedful.customers.models import Customer
from heedful.listen.models import Survey
from heedful.promise.models import Calendar, Promise


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One thing to do: the name of its page, and how one knows that it is done."""

    title: str
    words: str
    page: str
    is_done: Callable[[], bool]

    @property
    def href(self) -> str:
        """Where it is done."""
        return reverse(self.page)


STEPS = [
    SetupStep(
        "Let your customers in",
        "Keys let your website and your shop send what happens. Old files come in with “heedful import”.",
        "setup:keys",
        lambda: Customer.objects.exists(),
    ),
    SetupStep(
        "Let your colleagues in",
        "Cases go to a team, and somebody in it takes them.",
        "setup:associate_add",
        lambda: Associate.objects.filter(is_active=True).count() > 1,
    ),
    SetupStep(
        "Say when you work",
        "Then a promise such as “within one working day” counts your hours.",
        "setup:calendar_add",
        lambda: Calendar.objects.exists(),
    ),
    SetupStep(
        "Make the first promise",
        "What you tell customers you will do; from then on it is counted.",
        "desk:promise-new",
        lambda: Promise.objects.exists(),
    ),
    SetupStep(
        "Ask your customers",
        "Two questions at a moment that matters to them.",
        "desk:survey-new",
        lambda: Survey.objects.exists(),
    ),
    SetupStep(
        "Let mails out",
        "Until a mail server is set, mails are kept here and nobody gets them.",
        "setup:mails",
        lambda: bool(settings.SMTP_URL),
    ),
]


@dataclass(frozen=True, slots=True)
class SetupStepRow:
    """A step as it stands."""

    step: SetupStep
    is_done: bool


def steps() -> list[SetupStepRow]:
    """All of them in order, or none where all are done."""
    shown = [SetupStepRow(step, step.is_done()) for step in STEPS]
    return [] if all(one.is_done for one in shown) else shown
