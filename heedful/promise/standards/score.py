"""A score of at least so much on a question, settled at once; of one answer sheet the last score counts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from heedful.customers import question_kinds
from heedful.kit.errors import Refused
from heedful.promise.standards import contract
from heedful.promise.standards.contract import (
    Blank,
    Evidence,
    Fields,
    Form,
    Fragment,
    SentenceNames,
    ShellWords,
    StandardSpec,
    Unreadable,
    Verdict,
)


def faults(standard: StandardSpec) -> Iterable[str]:
    """Why it cannot be measured."""
    if not standard.question or standard.at_least is None:
        yield "Say which question is asked, and the score that keeps the promise."


def limits(standard: StandardSpec) -> Iterable[str]:
    """Why it cannot be promised: a score that is none, or that everybody gives."""
    scale = question_kinds.scale_of(standard.question)
    if standard.at_least is None or not scale.lowest < standard.at_least <= scale.highest:
        yield f"{scale.name} goes from {scale.lowest} to {scale.highest}. Give a score above the lowest."


def evaluate(
    standard: StandardSpec, ordered: Sequence[Evidence], now: datetime
) -> tuple[list[Verdict], list[Unreadable]]:
    """Kept at `at_least` or above, broken below."""
    del now
    responses: dict[tuple[str, int], list[Evidence]] = {}
    for seen in ordered:
        if standard.question in seen.scores and standard.from_kind in ("", seen.kind):
            responses.setdefault((seen.subject, 0 if seen.subject else seen.id), []).append(seen)
    begun = [response for response in responses.values() if contract.applies(standard, response[0])]
    return [_verdict(standard, response[0], response[-1]) for response in begun], []


def _verdict(standard: StandardSpec, first: Evidence, last: Evidence) -> Verdict:
    score = last.scores[standard.question]
    return Verdict.immediate(first, last, is_kept=round(score, 6) >= (standard.at_least or 0), measured=score)


def sentence(standard: Any, names: SentenceNames) -> str:
    """Such as `At delivered, ease of at least 5`."""
    words = f"{question_kinds.name_of(standard.question)} of at least {standard.at_least}"
    return f"At {names.start}, {words[:1].lower()}{words[1:]}" if standard.from_kind else words


def read(filled: Mapping[str, Any]) -> Fields:
    """The question and its topic, if it has one."""
    return {"question": ".".join(part for part in (filled["question"], filled["topic"]) if part)}


def show(standard: Any) -> Fields:
    """The question apart from its topic; `expected.` before it belongs to the question."""
    before = question_kinds.EXPECTED if standard.question.startswith(question_kinds.EXPECTED) else ""
    question, _, topic = standard.question.removeprefix(before).partition(".")
    return {"question": before + question, "topic": topic}


def from_shell(kind: str, question: str, least: str) -> Fields:
    """A whole number; `-` is any kind of touchpoint."""
    if not least.lstrip("-").isdigit():
        raise Refused(f"A score is a whole number, not {least!r}.")
    return {"from_kind": "" if kind == "-" else kind, "question": question, "at_least": int(least)}


FORM = Form(
    code="score",
    fields=frozenset({"question", "at_least"}),
    faults=faults,
    limits=limits,
    evaluate=evaluate,
    sentence=sentence,
    fragment=Fragment(
        sentence="{question} {topic} of at least {at_least} at {from}",
        blanks=(
            Blank(
                name="question",
                label="question",
                type="choice",
                choices=tuple((kind.code, kind.name) for kind in question_kinds.kinds(with_scale=True)),
            ),
            Blank(name="topic", label="topic, if any"),
            Blank(
                name="at_least",
                label="score",
                type="number",
                fills="at_least",
                needed="Say which score is good enough.",
            ),
            Blank(name="from", label="any moment", type="kind", fills="from_kind"),
        ),
        read=read,
        show=show,
    ),
    shell=ShellWords(words=("KIND", "QUESTION", "LEAST"), help="KIND may be - for any", read=from_shell),
    is_scored=True,
)
