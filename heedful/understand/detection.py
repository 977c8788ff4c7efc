"""What somebody must act on: a score at or below a limit, or a sign of trouble in the words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from heedful.customers import question_kinds
from heedful.customers.models import Feedback
from heedful.customers.question_kinds.kind import nearest
from heedful.ledger.references import Reference
from heedful.understand.models import TroubleRule

FRESH = timedelta(days=14)
"""Older feedback, such as imported history, is read but opens nothing."""

MILD = 1
"""The least of three: see `TroubleRule.severity`."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A sign of trouble: where it comes from, whose, how bad, and the words that say so."""

    reference: str
    """A `Reference` as it is written, so that the event that carries it can be read by programs."""
    customer: int
    severity: int
    what: str
    happened_at: datetime
    words: str = ""
    stage: str = ""
    topics: tuple[str, ...] = ()
    promise: int | None = None
    is_failure: bool = True
    """Whether we failed somebody; false of praise that somebody takes as a case all the same."""
    brand: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class TroubleHeard:
    """Customers said something that somebody must act on."""

    troubles: tuple[Trouble, ...]


def rules() -> list[TroubleRule]:
    """What counts as trouble today, the gravest first."""
    return list(TroubleRule.objects.filter(is_active=True).order_by("-severity", "pk"))


def trouble_in(
    feedback: Feedback,
    *,
    scores: Mapping[str, question_kinds.Score],
    signals: Sequence[Mapping[str, Any]],
    topics: Iterable[str],
    rules: Sequence[TroubleRule],
) -> Trouble | None:
    """The trouble in one answer sheet, or none; the gravest gives its name, words before scores."""
    hits = [
        (_severity(rule, signals), bool(rule.signal), words)
        for rule in rules
        if (words := _by_rule(rule, scores, signals))
    ]
    if not hits:
        return None
    worst = max(hits, key=lambda each: each[:2])
    return Trouble(
        reference=str(Reference("feedback", feedback.pk)),
        customer=feedback.customer_id,
        severity=worst[0],
        what=worst[2],
        words=", ".join(dict.fromkeys(word for signal in signals for word in signal["words"])),
        happened_at=feedback.happened_at,
        stage=feedback.stage_slug,
        topics=tuple(topics),
        brand=feedback.brand_id,
        source=feedback.source,
    )


def is_praise(scores: Mapping[str, question_kinds.Score], *, sentiment: str) -> bool:
    """Whether somebody is content: happy words, or high scores alone beside words that are not unhappy."""
    given = [question for question in scores if not question.startswith(question_kinds.EXPECTED)]
    return sentiment == "positive" or (
        sentiment != "negative" and bool(given) and all(_is_high(question, scores[question]) for question in given)
    )


def is_fresh(feedback: Feedback, *, at: datetime) -> bool:
    """Whether it is recent enough to act on."""
    return feedback.happened_at >= at - FRESH


def _severity(rule: TroubleRule, signals: Sequence[Mapping[str, Any]]) -> int:
    """How bad it is; a signal from somebody who is pleased all the same is mild whatever the rule says."""
    is_mild = any(signal["signal"] == rule.signal and signal.get("mild") for signal in signals)
    return MILD if is_mild else rule.severity


def _by_rule(
    rule: TroubleRule, scores: Mapping[str, question_kinds.Score], signals: Sequence[Mapping[str, Any]]
) -> str:
    if rule.signal:
        return next((words_of(signal["signal"]) for signal in signals if signal["signal"] == rule.signal), "")
    low = [question for question, score in scores.items() if _is_low(rule, question, score)]
    if not low:
        return ""
    worst = min(low, key=lambda question: (question_kinds.place(question, scores[question]), question))
    return question_kinds.sentence(worst, scores[worst])


def _is_low(rule: TroubleRule, question: str, score: question_kinds.Score) -> bool:
    """A rule about `satisfaction` is about `satisfaction.delivery` too, and never about what was expected before."""
    if question.partition(".")[0] != rule.question or rule.at_most is None:
        return False
    return nearest(question_kinds.place(question, score)) <= rule.at_most


def _is_high(question: str, score: question_kinds.Score) -> bool:
    band = question_kinds.kind_of(question).band
    return band is not None and question_kinds.place(question, score) >= band.edges[1]


def sentence(rule: TroubleRule) -> str:
    """A rule as a person would say it."""
    if rule.signal:
        return f"In the words: {words_of(rule.signal).lower()}"
    limit = rule.at_most or 0
    has_words = bool(question_kinds.kind_of(rule.question).points)
    is_lowest = has_words and limit == question_kinds.scale_of(rule.question).lowest
    return f"{question_kinds.sentence(rule.question, limit)}{'' if is_lowest else ', or less'}"


NAMES = {
    "safety": "Somebody may be in danger",
    "escalation": "Means to take it further",
    "cancellation": "Wants to leave",
    "privacy": "Worries about their data",
    "vulnerable": "Needs particular care",
    "broken_promise": "Says we did not keep our word",
    "no_answer": "Waits, or got no answer",
    "rude": "Was treated badly",
    "outage": "Something does not work",
    "billing": "Trouble with a bill",
    "contact": "Asks to be contacted",
    "urgent": "Needs it today",
}


def words_of(signal: str) -> str:
    """A signal as a person would say it."""
    return NAMES.get(signal) or signal.replace("_", " ").capitalize()
