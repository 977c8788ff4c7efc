"""Text as it is looked for: in small letters, without accents, numbers by their digits alone."""

import re
import unicodedata
from collections.abc import Iterable

from heedful.kit import characters, names

LONGEST = 2_000
"""Characters that are kept of one person; of one with hundreds of addresses, the first."""

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | dict.fromkeys("'’‘ʼ`´")
    | dict.fromkeys("-‐‑–", " ")
)
"""Letters that have no plain one inside them, as people write them who lack the key; and what stands between two."""


def fold(text: str) -> str:
    """Return text in small letters without accents, one space between two words."""
    if text.isascii():
        return names.one_line(text.lower().replace("'", "").replace("`", "").replace("-", " "))
    plain = characters.normalised("NFKD", characters.unjoined(characters.visible(text))).lower().translate(_LETTERS)
    return names.one_line("".join(sign for sign in plain if not unicodedata.combining(sign)))


def text_of(name: str, addresses: Iterable[str]) -> str:
    """What somebody is found by; a number stands there by its digits alone."""
    parts = [name, *(digits(one) if "@" not in one else one for one in addresses)]
    folded = " ".join(dict.fromkeys(found for part in parts if (found := fold(part))))
    return f" {folded}"[:LONGEST] if folded else ""


def digits(number: str) -> str:
    """Return the digits of a number."""
    return re.sub(r"\D", "", number)
