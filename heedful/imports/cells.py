"""What a cell says, however its file keeps it: as text, or as the whole number that answers a question."""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from heedful.customers import question_kinds
from heedful.customers.question_kinds import Score
from heedful.customers.question_kinds.kind import Scale
from heedful.imports.schema import Number
from heedful.kit.errors import Refused
from heedful.kit.files.tables import Row, RowError
from heedful.kit.reading.nothing import NOTHING
from heedful.kit.reading.numbers import number_of
from heedful.kit.reading.yes_no import yes_of

NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
BEFORE_WORDS = re.compile(rf"[(\[]?\s*({NUMBER})(?:\s*+[)\].:=–—-]|\s)\D*")
AFTER_WORDS = re.compile(rf"\D*?(?:\(\s*({NUMBER})\s*\)|[\s:=–—-](\d+(?:[.,]\d+)?))")
OF = re.compile(rf"({NUMBER})\s*(?:/|out of|of|von|sur|de|van|su)\s*(\d+)\D*", re.IGNORECASE)
NOUGHTS = re.compile(r"[.,]0+$")
CENTS = re.compile(r"[.,]0{1,2}$")
"""Of a number that may have thousands: three noughts may be some."""
STARS = frozenset("★☆⭐*✩✭")


def text_of(value: Any) -> str:
    """A cell as text: absent is empty, a whole number that a file wrote as 3.0 is 3, a list is its parts."""
    if isinstance(value, str):
        return value.strip()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        if any(isinstance(part, list | dict) for part in value):
            return json.dumps(value, default=str, ensure_ascii=False)
        return ", ".join(filter(None, map(text_of, value)))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").strip()
    return value.isoformat() if isinstance(value, date) else str(value)


def score(question: str, setting: str | Number, decimals: Mapping[str, str]) -> Callable[[Row], Score | None]:
    """Return how to read an answer to a question; nothing where there is none.

    `decimals` is what stands before the decimals of each column of numbers that are on no scale.
    """
    spec = Number(setting) if isinstance(setting, str) else setting
    none = {*NOTHING, *(text_of(code).casefold() for code in spec.none)}
    codes = {code.casefold(): number for code, number in spec.map.items()}
    is_number = question_kinds.kind_of(question).input == "number"
    noughts = CENTS if is_number else NOUGHTS

    @lru_cache(maxsize=1_000)
    def number(text: str, decimal: str) -> Score | None:
        folded = text.casefold()
        plain = noughts.sub("", folded)
        if (code := next((code for code in (folded, plain) if code in codes), None)) is not None:
            return codes[code]
        if folded in none or plain in none:
            return None
        try:
            return _number_answer(question, folded, decimal) if is_number else _answer(question, plain, spec)
        except Refused as no:
            raise RowError(f"Column {spec.column!r}: {no.sentence}{_hint(plain, spec)}") from None

    mark = decimals.get(spec.column, "")
    return lambda row: number(text_of(cell := row.get(spec.column)), mark if isinstance(cell, str) else ".")


def _hint(text: str, setting: Number) -> str:
    """How the map would say that a code means no answer; only where the code is a number."""
    if not re.fullmatch(NUMBER, text):
        return ""
    scale = "" if setting.of else "; if the file has its own scale, of = [worst, best]"
    return f" If {text} means no answer, write none = [{text}]{scale}."


def _number_answer(question: str, text: str, decimal: str) -> Score:
    """A number that is on no scale, as its column writes numbers."""
    number = number_of(text, decimal=decimal)
    if number is None:
        mark = {",": " with a decimal comma", ".": " with a decimal point"}.get(decimal, "")
        raise Refused(f"{question} must be a number{mark}, not {text[:40]!r}.")
    return question_kinds.check_answers({question: float(number)})[question]


def _answer(question: str, text: str, setting: Number) -> Score:
    if not question_kinds.has_scale(question):
        return question_kinds.check_answers({question: text})[question]
    scale = question_kinds.scale_of(question)
    if (scale.lowest, scale.highest) == (0, 1) and (is_yes := yes_of(text)) is not None:
        return int(is_yes)
    highest = max(setting.of) if setting.of else scale.highest
    value = _number(text, highest)
    if setting.of:
        return _as_given(question, value, setting.of)
    return question_kinds.check({question: value})[question]


def _number(text: str, highest: int) -> str:
    """The number in an answer such as `10 - Extremely likely`, `8/10`, `(4) Good` or `★★★★☆`; else the text itself."""
    if set(text) <= STARS and text:
        return str(sum(star not in "☆✩" for star in text))
    if of := OF.fullmatch(text):
        return of[1].replace(",", ".") if int(of[2]) == highest else text
    match = re.fullmatch(NUMBER, text) or BEFORE_WORDS.fullmatch(text) or AFTER_WORDS.fullmatch(text)
    if match is None:
        return text
    return next((part for part in match.groups() if part), match[0]).replace(",", ".")


def _as_given(question: str, text: str, of: list[int]) -> Score:
    """An answer on the file's own scale, which it keeps; where 1 is best, it is read from the other end."""
    worst, best = of
    number = number_of(text)
    if number is None:
        raise Refused(f"{question} must be a number, not {text[:40]!r}.")
    if not min(of) <= number <= max(of):
        raise Refused(f"{question} goes from {worst} to {best} in this file, not {text[:40]}.")
    place = float(number)
    return question_kinds.scored(question, place if worst < best else worst + best - place, Scale(min(of), max(of)))
