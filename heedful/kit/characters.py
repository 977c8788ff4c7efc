"""Text as it can be kept: without the characters that a database or a header cannot hold."""

import re

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


def is_one_line(text: str) -> bool:
    """Tell whether a text can stand in a header: nothing in it starts another one."""
    return not any(character in text for character in "\r\n\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
