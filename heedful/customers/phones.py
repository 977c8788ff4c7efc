"""Telephone numbers: which of them names a customer, and how each is written."""

from functools import lru_cache

import phonenumbers

ROW = "01234567890"
"""Digits in a row, as somebody types them who has to fill in a field."""
SHORTEST_ROW = 7


def identity(text: str, country: str) -> str:
    """Return a number by which a customer is recognised, as E.164, or nothing when it is none.

    One that no country gives out, or that somebody typed to fill a field, would make one customer of many.
    """
    number, names_somebody = _read(text, country)
    return number if names_somebody else ""


def attribute(text: str, country: str) -> str:
    """Return a number as it is shown and looked for: as E.164 where it can be one, else as it was sent."""
    return _read(text, country)[0] or text.strip()


@lru_cache(maxsize=50_000)
def _read(text: str, country: str) -> tuple[str, bool]:
    """A number as E.164, and whether it names somebody; text without E.164 is nothing."""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return "", False
    if not phonenumbers.is_possible_number(number):
        return "", False
    national = phonenumbers.national_significant_number(number)
    if not national.strip("0"):
        return "", False
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written, not _is_filler(national) and phonenumbers.is_valid_number(number)


def _is_filler(national: str) -> bool:
    """Whether a number is one digit again and again, or digits in a row."""
    digits = national.lstrip("0")
    in_a_row = len(digits) >= SHORTEST_ROW and (digits in ROW or digits in ROW[::-1])
    return in_a_row or len(set(digits)) == 1
