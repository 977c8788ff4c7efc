"""What a survey chooses for a question of its own: a scale, the answers to choose from, the bounds of a number."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heedful.customers import question_kinds
from heedful.kit import names
from heedful.kit.characters import storable
from heedful.kit.errors import Refused
from heedful.listen import wordings

LONGEST_TEXT = 500
LONGEST_LABEL = 80
FEWEST_OPTIONS, MOST_OPTIONS = 2, 12
WIDEST = 10
"""So many steps a scale may have, so that it fits a phone."""


def settings(question: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    """Return what a question's kind lets a survey choose, checked; what its kind does not know is left out."""
    kind = question_kinds.kind_of(str(question["code"]))
    if kind.input == "options":
        return {"options": _options(question.get("options") or [], languages)}
    if kind.input == "number":
        return _bounds(question)
    return _scale(question) if kind.is_rescalable else {}


def texts_to_write(question: Mapping[str, Any], number: int) -> Iterator[tuple[Mapping[str, str], str]]:
    """Everything that the company writes itself in a language of which we have no words, and what it is called."""
    yield question.get("text", {}), f"question {number}"
    if question_kinds.has_scale(question["code"]):
        for end, which in (("low", "lowest"), ("high", "highest")):
            yield question.get(end, {}), f"the words of the {which} answer to question {number}"
    for option in question.get("options", []):
        yield option["label"], f"the answers to question {number}"


def texts(given: Mapping[str, str], *, one_line: bool = False) -> dict[str, str]:
    """Return texts by language as they are kept, or refuse one that is too long."""
    cleaned = {language: storable(str(text)).strip() for language, text in given.items()}
    for text in cleaned.values():
        if len(text) > LONGEST_TEXT:
            raise Refused(f"A text has at most {LONGEST_TEXT} characters.")
    return {language: names.one_line(text) if one_line else text for language, text in cleaned.items() if text}


def _scale(question: Mapping[str, Any]) -> dict[str, Any]:
    ends = question.get("scale")
    if not ends:
        return {}
    if not question_kinds.is_ends(ends) or ends[1] - ends[0] > WIDEST:
        raise Refused(f"A scale goes from a number to a higher one, in at most {WIDEST} steps.")
    if tuple(ends) == question_kinds.scale_of(question["code"]).ends and not question.get("stars"):
        return {}
    return {"scale": list(ends)} | ({"stars": True} if question.get("stars") else {})


def _bounds(question: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {end: question[end] for end in ("at_least", "at_most") if question.get(end) is not None}
    if len(bounds) == 2 and bounds["at_least"] >= bounds["at_most"]:
        raise Refused("The smallest number must be below the largest.")
    return bounds


def _options(options: Sequence[Mapping[str, Any]], languages: Sequence[str]) -> list[dict[str, Any]]:
    labels = [texts(option.get("label") or {}, one_line=True) for option in options]
    if not FEWEST_OPTIONS <= len(labels) <= MOST_OPTIONS:
        raise Refused(f"Write {FEWEST_OPTIONS} to {MOST_OPTIONS} answers to choose from.")
    made = [_option(option, label, languages) for option, label in zip(options, labels, strict=True)]
    if len({option["code"] for option in made}) < len(made):
        raise Refused("Two of the answers to choose from are the same.")
    return made


def _option(option: Mapping[str, Any], label: Mapping[str, str], languages: Sequence[str]) -> dict[str, Any]:
    name = wordings.pick(label, languages[0])
    if not name or any(len(text) > LONGEST_LABEL for text in label.values()):
        raise Refused(f"An answer to choose has 1 to {LONGEST_LABEL} characters.")
    code = str(option.get("code") or "") or names.slug(name, otherwise="option", most=40, in_any_script=True)
    return {"code": code, "label": dict(label)}
