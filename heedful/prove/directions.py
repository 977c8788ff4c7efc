"""Directions: whether more is better; a yes may be good news or bad, so of such questions the company says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.db.models import QuerySet

from heedful.associates import associates
from heedful.customers import question_kinds
from heedful.customers.question_kinds import EXPECTED
from heedful.kit.actor import By
from heedful.kit.characters import storable
from heedful.kit.errors import Refused
from heedful.ledger import events
from heedful.prove.models import QuestionDirection

type Direction = Literal["better", "worse", ""]


@dataclass(frozen=True, slots=True)
class DirectionChosen:
    """Somebody said whether more of a question's answers is better; nothing where nobody knows."""

    question: str
    more_is: str
    before: str


def of(question: str, *, by_question: Mapping[str, str] | None = None) -> Direction:
    """Whether more is better or worse; nothing where nobody has said. What was expected is as what came."""
    if not is_open(question):
        return "better"
    match (every() if by_question is None else by_question).get(question.removeprefix(EXPECTED)):
        case "better":
            return "better"
        case "worse":
            return "worse"
    return ""


def every() -> Mapping[str, str]:
    """Every question of which the company said it."""
    return dict(query())


def query() -> QuerySet[QuestionDirection, tuple[str, str]]:
    """What is read of them."""
    return QuestionDirection.objects.values_list("pk", "more_is")


def is_open(question: str) -> bool:
    """Whether the kind of a question leaves it to the company."""
    return not question_kinds.kind_of(question).is_more_better


def check(*, question: str, more_is: str) -> str:
    """Refuse a question of which nobody says it, and what is no direction; return the question that has it."""
    code = question.removeprefix(EXPECTED)
    if storable(code) != code:
        raise Refused("A question's code is letters, digits, dots and dashes.")
    if not is_open(code):
        raise Refused(f"Of {question_kinds.name_of(code).lower()}, more is always better.")
    if more_is not in ("", *QuestionDirection.MoreIs.values):
        raise Refused("Say whether more of it is better, worse, or neither.")
    return code


@transaction.atomic
def choose(*, question: str, more_is: str, by: By, at: datetime) -> None:
    """Say whether more of a question's answers is better or worse, or that neither is."""
    associates.must(by, "survey.edit")
    code = check(question=question, more_is=more_is)
    before = of(code)
    if more_is:
        QuestionDirection.objects.update_or_create(pk=code, defaults={"more_is": more_is})
    else:
        QuestionDirection.objects.filter(pk=code).delete()
    if more_is != before:
        events.record(DirectionChosen(code, more_is, before), by=by, at=at)
