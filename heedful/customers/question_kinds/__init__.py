"""The kinds of questions: one file each in `kinds/`, found by being there; a code names a kind, a topic and a time.

`satisfaction.delivery` is the kind `satisfaction` about a delivery, `expected.satisfaction.delivery` what was expected
before. Answers given on another scale than the kind's are kept as they were given (`Answer`), and stand at the same
place of the kind's own scale wherever answers are compared.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, TypeGuard

import msgspec

from heedful.customers.question_kinds import kinds as folder
from heedful.customers.question_kinds.kind import Kind, Scale, nearest, on_scale, whole
from heedful.kit.errors import Refused

EXPECTED = "expected."
LONGEST_CODE = 80
LARGEST_END = 10_000


def _read() -> dict[str, Kind]:
    modules = (import_module(f"{folder.__name__}.{module.name}") for module in iter_modules(folder.__path__))
    records: list[Kind] = sorted((module.KIND for module in modules), key=lambda kind: kind.order)
    return {kind.code: kind for kind in records}


KINDS: dict[str, Kind] = _read()
OPEN = next(kind.code for kind in KINDS.values() if kind.input == "words")
"""The question that asks for words."""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An answer that a number on the kind's own scale does not tell whole.

    `of` are the ends of the scale that was asked on, `label` is what the chosen option was called.
    """

    value: int | float
    of: tuple[int, int] | None = None
    label: str = ""


type Score = int | float | Answer


def kinds(*, with_scale: bool = False) -> list[Kind]:
    """The kinds in their order; those alone that are answered on a scale."""
    return [kind for kind in KINDS.values() if kind.scale or not with_scale]


def kind_of(question: str) -> Kind:
    """Return the kind of a question code, or refuse."""
    kind = KINDS.get(question.removeprefix(EXPECTED).partition(".")[0])
    if kind is None or len(question) > LONGEST_CODE:
        codes = ", ".join(kind.code for kind in KINDS.values() if kind.input != "words")
        raise Refused(f"There is no question {question[:80]!r}; a question starts with {codes}.")
    return kind


def scale_of(question: str) -> Scale:
    """Return the scale of a question code, or refuse one that has none."""
    kind = kind_of(question)
    if kind.scale is None:
        raise Refused(f"{kind.name} is not answered on a scale.")
    return kind.scale


def has_scale(question: str) -> bool:
    """Whether a question is answered on a scale."""
    return kind_of(question).scale is not None


def check(scores: Mapping[str, Any]) -> dict[str, int]:
    """Return the scores as whole numbers on their scales, or refuse with the first that is not."""
    return {question: on_scale(question, value, scale_of(question)) for question, value in scores.items()}


def check_answers(scores: Mapping[str, Any]) -> dict[str, Score]:
    """Return answers from outside as they are kept: each on its scale, on one that it names, a number or a choice."""
    return {question: _checked(question, value) for question, value in scores.items()}


def _checked(question: str, value: Any) -> Score:
    must_be_score(question)
    kind = kind_of(question)
    if kind.scale and isinstance(value, Mapping):
        return _on_own_scale(question, value)
    checked = kind.check(question, value, {})
    if checked is None:
        raise Refused(f"{question} has no answer.")
    return Answer(0, label=checked) if isinstance(checked, str) else checked


def is_in_words(question: str) -> bool:
    """Whether a question is answered in own words."""
    return kind_of(question).input == "words"


def is_tapped(question: str) -> bool:
    """Whether a question is answered by choosing one of those shown, so that a tap in a mail is enough."""
    return kind_of(question).input in ("points", "options")


def must_be_score(question: str) -> None:
    """Refuse a question that is answered in words: these are the verbatim, and no score."""
    if is_in_words(question):
        raise Refused(f"There is no score {question!r}; words are the verbatim.")


def _on_own_scale(question: str, value: Mapping[str, Any]) -> Score:
    of = value.get("of")
    if not is_ends(of):
        raise Refused(f"{question} on its own scale is {{value, of: [lowest, highest]}}.")
    return scored(question, on_scale(question, value.get("value"), Scale(*of)), Scale(*of))


def is_ends(of: Any) -> TypeGuard[tuple[int, int]]:
    """Whether it is the lowest and the highest point of a scale."""
    if not (isinstance(of, list | tuple) and len(of) == 2):
        return False
    return all(type(end) is int and abs(end) <= LARGEST_END for end in of) and of[0] < of[1]


def scored(question: str, value: float, scale: Scale | None) -> Score:
    """An answer that was given on a scale, as it is kept."""
    usual = kind_of(question).scale
    return whole(value) if scale is None or usual is None or scale.ends == usual.ends else Answer(value, of=scale.ends)


def as_given(value: float, given: float | None, lowest: int | None, highest: int | None, label: str = "") -> Score:
    """An answer as it was given, from what its row has."""
    if label:
        return Answer(value, label=label)
    if given is None or lowest is None or highest is None:
        return whole(value)
    return Answer(whole(given), of=(lowest, highest))


def place(question: str, score: Score | Mapping[str, Any]) -> float:
    """Where an answer stands on the question's own scale; a number that is on none stands for itself."""
    answer = msgspec.convert(score, Answer) if isinstance(score, Mapping) else score
    if not isinstance(answer, Answer):
        return answer
    return scale_of(question).place(answer.value, Scale(*answer.of)) if answer.of else answer.value


def name_of(question: str) -> str:
    """The question in words, such as `Satisfaction: delivery`; some kinds are named by their topic alone."""
    kind = kind_of(question)
    topic = question.removeprefix(EXPECTED).partition(".")[2].replace("_", " ")
    name = kind.name + (f": {topic}" if topic else "")
    if kind.is_named_by_topic and topic:
        name = topic[:1].upper() + topic[1:]
    return f"Expected {name.lower()}" if question.startswith(EXPECTED) else name


def is_yes_or_no(question: str) -> bool:
    """Whether the question has two answers, of which 1 is yes."""
    scale = kind_of(question).scale
    return scale is not None and scale.ends == (0, 1)


def sentence(question: str, score: Score | Mapping[str, Any]) -> str:
    """An answer with its question: `Would recommend: 2 of 10`, `It helped: No`, or `Worse than expected` alone."""
    words, kind = in_words(question, score), kind_of(question)
    is_whole = kind.is_said_alone and words in (kind.points or {}).values()
    return words if is_whole else f"{name_of(question)}: {words}"


def in_words(question: str, score: Score | Mapping[str, Any]) -> str:
    """An answer in words as it was given, such as `3 of 10`, `No`, `Worse than expected`, `Price` or `42`."""
    answer = msgspec.convert(score, Answer) if isinstance(score, Mapping) else score
    if not isinstance(answer, Answer):
        answer = Answer(answer)
    kind = kind_of(question)
    if answer.label:
        return answer.label
    if kind.scale is None:
        return f"{whole(answer.value):,}"
    if kind.points and answer.of is None:
        return kind.points.get(nearest(answer.value), "")
    return f"{whole(answer.value)} of {answer.of[1] if answer.of else kind.scale.highest}"
