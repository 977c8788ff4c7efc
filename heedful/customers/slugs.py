"""How names that people gave are written where programs look them up."""

import re
from functools import lru_cache

from heedful.kit import characters

LONGEST = 120
RESERVED = "heedful_"
"""How the kinds begin that are written here alone, such as the clock of a case; nobody else may send them."""


@lru_cache(maxsize=10_000)
def slug(name: str) -> str:
    """Write an event's name as a kind: `Order Completed` -> `order_completed`; letters of any language stay."""
    folded = characters.normalised("NFKC", name).casefold().strip()
    return (re.sub(r"\W+", "_", folded).strip("_") or re.sub(r"\s+", "_", folded))[:LONGEST]


def words(kind: str) -> str:
    """Write a kind as a person would say it."""
    return kind.removeprefix(RESERVED).replace("_", " ").capitalize()
