"""What a text says of money: the number in it, the currency around it, and whether it is below nothing."""

import re
from dataclasses import dataclass
from functools import lru_cache

from heedful.kit.reading import numbers

LONGEST = 80
"""Characters; what is longer is a sentence and no amount."""
NO_CENTS = re.compile(r"([.,])\s?[-–—]{1,2}(?!\d)")
"""How some countries write an amount without cents: 1.234,-"""
AMOUNT = re.compile(
    r"(?P<before>(?:[^\W\d_]++\.?|[^\w.,])*+)"
    r"(?P<number>[.,]?\d(?:[\d.,' ]*\d)?(?:[eE][+-]?\d{1,3})?)(?P<after>[^\d]*)"
)
BELOW = re.compile(r"^\D*?[-(]\D{0,3}\d|-\s*$")
MULTIPLES = re.compile(r"\s*(?:k|m|b|bn|mn|mm|mio|mrd|tsd|thousand|million|billion|mill|mln|mld|%)\b\.?|\s*%", re.I)
"""What makes another number of the one before it; such a cell is not an amount."""


@dataclass(frozen=True, slots=True)
class AmountText:
    """An amount as it was written: its number, the words around it, and whether it is negative."""

    number: str
    words: str
    is_negative: bool


@lru_cache(maxsize=20_000)
def taken_apart(text: str) -> AmountText | None:
    """The parts of an amount, or None where there is no single number in the text."""
    text = NO_CENTS.sub(r"\g<1>0", numbers.plain(text))
    match = AMOUNT.fullmatch(text) if len(text) <= LONGEST else None
    if match is None or MULTIPLES.match(match["after"]):
        return None
    return AmountText(match["number"], f"{match['before']} {match['after']}", BELOW.search(text) is not None)
