"""Text as it can be kept: without the characters that a database or a header cannot hold."""

import re
import unicodedata
from functools import cache
from typing import Literal

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def storable(text: str) -> str:
    """Return the text without NUL, other control characters and halves of surrogate pairs."""
    return _CONTROL.sub("", text).encode("utf-8", "ignore").decode()


def straight(text: str) -> str:
    """Return a name without the characters that turn the direction of whatever is written after it.

    Letters of any language show the right way without them; left open in a name, they turn a whole page.
    """
    return _TURNING.sub("", text)


_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_JOINERS = re.compile("[\u200c\u200d]")


def visible(text: str) -> str:
    """Return the text without letters that nobody sees, which come along when it is copied from a page or a file.

    Joiners stay, since words of some languages are written with them.
    """
    return text if text.isascii() else _INVISIBLE.sub("", text)


def unjoined(text: str) -> str:
    """Return the text without joiners, where it holds no words."""
    return text if text.isascii() else _JOINERS.sub("", text)


def is_one_line(text: str) -> bool:
    """Tell whether a text can stand in a header: nothing in it starts another one."""
    return not any(character in text for character in "\r\n\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")


MOST_MARKS = 30
"""Accents in a row that are kept, as Unicode's own format for streams has it (UAX 15)."""
MOST_SORTED = 500
"""Characters that may all be accents out of order without costing a tenth of a millisecond."""
_LAST_MARK = 0x1F000


def normalised(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return the text in a normal form of Unicode, in time that is linear in its length.

    Accents are sorted by an algorithm that takes the square of their number, and one letter may carry thousands.
    """
    if len(text) > MOST_SORTED and not text.isascii() and not unicodedata.is_normalized(form, text):
        text = _too_many_marks().sub(r"\1", text)
    return unicodedata.normalize(form, text)


@cache
def _too_many_marks() -> re.Pattern[str]:
    marks = "".join(sign for code in range(_LAST_MARK) if unicodedata.combining(sign := chr(code)))
    return re.compile(rf"([{marks}]{{{MOST_MARKS}}})[{marks}]+")
