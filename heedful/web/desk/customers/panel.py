"""The customer at the right of every page: who, how it felt, what was promised, what is open, what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.urls import reverse
from django.utils import timezone

from heedful.act.models import URGENCY, Case
from heedful.customers import question_kinds
from heedful.customers.models import Customer, CustomerQuerySet, Feedback, Score
from heedful.promise.models import Commitment
from heedful.web import wording

LATELY = timedelta(days=365)
BROKEN_LATELY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class PanelScore:
    """The last answer to one question, on its scale, beside what was expected."""

    question: str
    value: int
    highest: int
    expected: int | None
    at: datetime
    code: str
    """The question as surveys spell it."""

    @property
    def words(self) -> str:
        """The answer where it is one in words and not on a scale."""
        points = question_kinds.kind_of(self.code).points or {}
        return points.get(self.value, "").removesuffix(" than expected")

    @property
    def gap(self) -> str:
        """How it compares with what was expected, in a word."""
        if self.expected is None:
            return ""
        if self.value == self.expected:
            return f"as expected ({self.expected})"
        return f"{'better' if self.value > self.expected else 'worse'} than expected ({self.expected})"

    @property
    def is_worse(self) -> bool:
        """Whether it fell short of what was expected."""
        return self.expected is not None and self.value < self.expected


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next, and where."""

    words: str
    why: str
    href: str


class Panel:
    """One person, read with few queries; each part when the template comes to it."""

    def __init__(self, customer: Customer, here: Case | None = None) -> None:
        self.customer = customer
        self.here = here
        self.now = timezone.now()

    @cached_property
    def scores(self) -> list[PanelScore]:
        """The latest answer to each question within a year, the newest first."""
        answers = Score.objects.filter(customer__person=self.customer.pk, happened_at__gte=self.now - LATELY)
        latest: dict[str, Score] = {}
        for answer in answers.order_by("-happened_at", "-pk")[:60]:
            latest.setdefault(answer.question, answer)
        return [_felt(answer, latest) for answer in latest.values() if not _is_expectation(answer)][:4]

    @cached_property
    def said(self) -> Feedback | None:
        """The last words."""
        found = Feedback.objects.filter(customer__person=self.customer.pk).exclude(verbatim="")
        return found.select_related("reading").order_by("-happened_at", "-pk").first()

    @cached_property
    def promises(self) -> Sequence[Commitment]:
        """What we owe, the soonest first, and what we broke lately."""
        made = Commitment.objects.filter(customer__person=self.customer.pk).select_related("promise")
        owed = made.filter(state__in=["pending", "at_risk"]).order_by("due_at", "pk")[:4]
        broken = made.filter(state="broken", counts_at__gte=self.now - BROKEN_LATELY).order_by("-counts_at", "-pk")[:3]
        return [*owed, *broken]

    @cached_property
    def cases(self) -> Sequence[Case]:
        """Open cases, those that wait for us and are most urgent first."""
        found = Case.objects.open().of_person(self.customer.pk).select_related("owner")
        return list(found.order_by(URGENCY, "due_at", "pk")[:5])

    @property
    def next(self) -> NextStep | None:
        """The one thing to do next."""
        return _next_of_cases(self.cases, self.now, here=self.here) or _next_of_promises(self.promises, self.now)


def panel(customer: Customer, *, here: Case | None = None) -> Panel:
    """Make the panel of the person that a record belongs to, on the page of a case if any; `panel.html` shows it."""
    root = customer if customer.is_root else people().get(pk=customer.person_id or customer.pk)
    return Panel(root, here)


def people() -> CustomerQuerySet:
    """Customers with what the panel shows of them."""
    return Customer.objects.select_related("stage", "organisation")


def _is_expectation(answer: Score) -> bool:
    return answer.question.startswith(question_kinds.EXPECTED)


def _felt(answer: Score, latest: dict[str, Score]) -> PanelScore:
    before = latest.get(question_kinds.EXPECTED + answer.question)
    expected = before.value if before else None
    highest = question_kinds.scale_of(answer.question).highest
    name = question_kinds.name_of(answer.question)
    return PanelScore(name, answer.value, highest, expected, answer.happened_at, answer.question)


def _next_of_cases(cases: Sequence[Case], now: datetime, here: Case | None = None) -> NextStep | None:
    waiting = [case for case in cases if case.is_waiting]
    if not waiting:
        return None
    case = min(waiting, key=lambda one: one.due_at)
    when = f"{'was due' if case.due_at < now else 'is due'} {wording.due(now - case.due_at)}."
    if case == here:
        return NextStep("Get in touch", f"It {when}", "#acts")
    return NextStep("Get in touch", f"“{case.title}” {when}", reverse("desk:case", args=[case.pk]))


def _next_of_promises(promises: Sequence[Commitment], now: datetime) -> NextStep | None:
    for made in promises:
        if made.state == "at_risk" and made.due_at is not None:
            why = f"“{made.promise.words}” is due {wording.due(now - made.due_at)}."
            return NextStep("Keep the promise", why, reverse("desk:customer_promises", args=[made.customer_id]))
    return None
