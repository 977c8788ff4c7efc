"""The questions that can be answered with a number, and the scale of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from heedful.kit.errors import Refused

EXPECTED = "expected."


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers that answer a question, and what their ends mean."""

    lowest: int
    highest: int
    name: str


SCALES = {
    "recommend": Scale(0, 10, "Would recommend"),
    "satisfaction": Scale(1, 5, "Satisfaction"),
    "ease": Scale(1, 7, "Ease"),
    "compared": Scale(-2, 2, "Compared with expectation"),
    "helped": Scale(0, 1, "It helped"),
    "yes": Scale(0, 1, "Yes"),
}


def scale_of(question: str) -> Scale:
    """Return the scale of a question code: a scale's name, `.topic` if any, `expected.` before it if asked before."""
    scale = SCALES.get(question.removeprefix(EXPECTED).partition(".")[0])
    if scale is None or len(question) > 80:
        raise Refused(f"There is no question {question[:80]!r}; a question starts with {', '.join(SCALES)}.")
    return scale


def check(scores: Mapping[str, Any]) -> dict[str, int]:
    """Return the scores as whole numbers on their scales, or refuse with the first that is not."""
    return {question: _on_scale(question, value) for question, value in scores.items()}


def name_of(question: str) -> str:
    """The question in words, such as `Satisfaction: delivery`; one for a yes is named by its topic alone."""
    code, _, topic = question.removeprefix(EXPECTED).partition(".")
    topic = topic.replace("_", " ")
    name = scale_of(question).name + (f": {topic}" if topic else "")
    if code == "yes" and topic:
        name = topic[:1].upper() + topic[1:]
    return f"Expected {name.lower()}" if question.startswith(EXPECTED) else name


def is_yes_or_no(question: str) -> bool:
    """Whether the question has two answers, of which 1 is yes."""
    scale = scale_of(question)
    return (scale.lowest, scale.highest) == (0, 1)


def answer(question: str, value: int) -> str:
    """An answer in words, such as `3 of 10` or `No`."""
    if is_yes_or_no(question):
        return "Yes" if value else "No"
    return f"{value} of {scale_of(question).highest}"


def _on_scale(question: str, value: Any) -> int:
    scale = scale_of(question)
    try:
        number = float(value)
    except OverflowError:
        number = inf
    except (TypeError, ValueError):
        raise Refused(f"{question} must be a number, not {str(value)[:40]!r}.") from None
    if scale.lowest < number < scale.highest and number % 1:
        raise Refused(f"{question} is answered with a whole number, not {str(value)[:40]}.")
    if isinstance(value, bool) or number != number or not scale.lowest <= number <= scale.highest or number % 1:
        raise Refused(f"{question} goes from {scale.lowest} to {scale.highest}, not {str(value)[:40]}.")
    return int(number)
