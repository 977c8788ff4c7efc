"""How much a text says, with the points, commas and spaces of any country."""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Literal

from heedful.kit import names

type DecimalMark = Literal["", ",", "."]
"""What stands before the decimals; nothing where that is not decided."""

LONGEST = 40
"""Characters; what is longer is not read."""
LARGEST = 10**30
SIGNS = str.maketrans("−٫٬’", "-.''")
"""Other ways of writing a minus, a decimal point and what stands between thousands."""
EXPONENT = r"(?:[eE][+-]?\d{1,3})?"
PATTERNS = {
    mark: re.compile(
        rf"[+-]?(?:\d+(?:[{mark}]\d+)?{EXPONENT}|[{mark}]\d+{EXPONENT}"
        rf"|[1-9]\d{{0,2}}(?:[{between}]\d{{2,3}})*[{between}]\d{{3}}(?:[{mark}]\d+)?)"
    )
    for mark, between in ((",", "' ."), (".", "' ,"))
}
"""Thousands are parted into groups of three; only what stands farther left may be of two, as in 1,00,000."""
EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""A point or a comma before three digits at the end: thousands in one country and decimals in another."""


def number_of(value: object, *, decimal: str = "") -> Decimal | None:
    """The number that a value means, or None: 1,234.50 and 1.234,50 are the same, 12,5 is twelve and a half.

    `decimal` is what stands before the decimals where the column says so; what contradicts it is no number.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return Decimal(str(value)) if abs(value) < LARGEST else None
    text = plain(value)
    mark = decimal or decimal_mark(text) or "."
    try:
        return _decimal(text, mark) if len(text) <= LONGEST and PATTERNS[mark].fullmatch(text) else None
    except InvalidOperation:
        return None


def plain(text: str) -> str:
    """A number with one kind of minus, apostrophe and space."""
    return names.one_line(text.translate(SIGNS))


def is_either(text: str) -> bool:
    """Whether a number means one thing with a decimal comma and another with a decimal point."""
    return EITHER.fullmatch(text) is not None


@lru_cache(maxsize=20_000)
def decimal_mark(text: str) -> DecimalMark:
    """What must stand before the decimals of a number; nothing where it says so little that both may be."""
    points, commas = text.count("."), text.count(",")
    if not (points or commas) or is_either(text):
        return ""
    if points and commas:
        return "," if text.rfind(",") > text.rfind(".") else "."
    if points + commas > 1:
        return "," if points else "."
    return "," if commas else "."


def _decimal(text: str, mark: str) -> Decimal:
    between = "." if mark == "," else ","
    for character in f"' {between}":
        text = text.replace(character, "")
    return Decimal(text.replace(mark, "."))
