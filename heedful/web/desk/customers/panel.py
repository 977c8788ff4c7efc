"""The customer at the right of every page: who, how it felt, what was promised, what is open, what to do next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from heedful.act.models import URGENCY, Case
from heedful.customers import question_kinds
from heedful.customers.models import Customer, CustomerQuerySet, Feedback, Score
from heedful.kit import bundle, days
from heedful.promise.models import Commitment
from heedful.web import wording

LATELY_DAYS = 365
BROKEN_LATELY_DAYS = 90


@dataclass(frozen=True, slots=True)
class PanelScore:
    """The last answer to one question, on its scale, beside what was expected."""

    question: str
    value: float
    highest: int
    at: datetime
    words: str = ""
    """The answer where it is one in words and not on a scale."""
    gap: str = ""
    """How it compares with what was expected, in a word."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do next, and where."""

    words: str
    why: str
    href: str


def _back(now: datetime, number: int) -> datetime:
    return days.before(now, number, zone=timezone.get_current_timezone_name())


@bundle.Plan
def _plan(slots: Any) -> list[QuerySet[Any]]:
    made = Commitment.objects.filter(customer__person=slots.person).select_related("promise")
    lately = made.filter(state="broken", counts_at__gte=slots.broken_since)
    worded = Feedback.objects.filter(customer__person=slots.person).exclude(verbatim="").select_related("reading")
    answers = Score.objects.filter(customer__person=slots.person, happened_at__gte=slots.answers_since)
    cases = Case.objects.open().of_person(slots.person).select_related("owner")
    return [
        made.filter(state__in=["pending", "at_risk"]).order_by("due_at", "pk")[:4],
        lately.order_by("-counts_at", "-pk")[:3],
        worded.order_by("-happened_at", "-pk")[:1],
        answers.order_by("-happened_at", "-pk")[:60],
        cases.order_by(URGENCY, "due_at", "pk")[:5],
    ]


class PanelQueries:
    """What the panel reads of one person."""

    def __init__(self, person: int, now: datetime) -> None:
        self.owed, self.broken, self.worded, self.scores, self.cases = _plan.bind(
            person=person, broken_since=_back(now, BROKEN_LATELY_DAYS), answers_since=_back(now, LATELY_DAYS)
        )

    def __iter__(self) -> Iterator[bundle.Query]:
        return iter((self.owed, self.broken, self.worded, self.scores, self.cases))


class Panel:
    """One person, read in one statement when the template comes to it, or earlier with what else a page reads."""

    def __init__(self, customer: Customer, here: Case | None = None) -> None:
        self.customer = customer
        self.here = here
        self.now = timezone.now()
        self.queries = PanelQueries(customer.pk, self.now)

    @cached_property
    def scores(self) -> list[PanelScore]:
        """The latest answer to each question within a year, the newest first."""
        bundle.fetch(*self.queries)
        latest: dict[str, Score] = {}
        for answer in self.queries.scores:
            latest.setdefault(answer.question, answer)
        return [_panel_score(answer, latest) for answer in latest.values() if _is_shown(answer)][:4]

    @cached_property
    def latest_feedback(self) -> Feedback | None:
        """The last words."""
        bundle.fetch(*self.queries)
        return next(iter(self.queries.worded), None)

    @cached_property
    def promises(self) -> Sequence[Commitment]:
        """What we owe, the soonest first, and what we broke lately."""
        bundle.fetch(*self.queries)
        return [*self.queries.owed, *self.queries.broken]

    @cached_property
    def cases(self) -> Sequence[Case]:
        """Open cases, those that wait for us and are most urgent first."""
        bundle.fetch(*self.queries)
        return list(self.queries.cases)

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


def _is_shown(answer: Score) -> bool:
    return not answer.question.startswith(question_kinds.EXPECTED) and question_kinds.has_scale(answer.question)


def _panel_score(answer: Score, latest: dict[str, Score]) -> PanelScore:
    kind, given = question_kinds.kind_of(answer.question), answer.given
    usual = question_kinds.scale_of(answer.question).highest
    return PanelScore(
        question_kinds.name_of(answer.question),
        answer.value if given is None else given,
        usual if answer.highest is None else answer.highest,
        answer.happened_at,
        (kind.points or {}).get(int(answer.value), "").removesuffix(" than expected") if given is None else "",
        _gap(answer, latest.get(question_kinds.EXPECTED + answer.question)),
    )


def _gap(answer: Score, before: Score | None) -> str:
    if before is None:
        return ""
    expected = before.value if before.given is None else before.given
    if answer.value == before.value:
        return f"as expected ({expected})"
    return f"{'better' if answer.value > before.value else 'worse'} than expected ({expected})"


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
