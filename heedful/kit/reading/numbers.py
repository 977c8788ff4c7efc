"""How much a text says, with the points, commas and spaces of any country."""

import re
from decimal import Decimal, InvalidOperation

from heedful.kit import names

LONGEST = 40
"""Characters; what is longer is not read."""
LARGEST = 10**30
NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,'’ ]\d+)*(?:[eE][+-]?\d{1,3})?|[.,]\d+)")
DECIMALS = re.compile(r",\d{1,2}")
"""A comma before one or two digits at the end stands before the decimals, before three between the thousands."""


def number_of(value: object) -> Decimal | None:
    """The number that a value means, or None: 1,234.50 and 1.234,50 are the same, 12,5 is twelve and a half."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if not isinstance(value, str):
        return Decimal(str(value)) if abs(value) < LARGEST else None
    text = names.one_line(value.replace("−", "-"))
    try:
        return Decimal(_plain(text)) if len(text) <= LONGEST and NUMBER.fullmatch(text) else None
    except InvalidOperation:
        return None


def _plain(text: str) -> str:
    """Write a number with a point before its decimals, and with nothing between its thousands."""
    text = re.sub("['’ ]", "", text)
    comma, point = text.rfind(","), text.rfind(".")
    if comma > point >= 0 or (comma >= 0 and text.count(",") == 1 and DECIMALS.fullmatch(text, comma)):
        return text.replace(".", "").replace(",", ".")
    text = text.replace(",", "")
    return text.replace(".", "") if comma < 0 and text.count(".") > 1 else text
