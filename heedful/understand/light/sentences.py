"""Texts cut into sentences: a long text says several things, and each is read for itself."""

from __future__ import annotations

import re

LONG = 40
"""Words from which on a text is read sentence by sentence."""
_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+")


def split(text: str) -> list[str]:
    """The sentences of a text that say something; the text itself where none does."""
    return [sentence for sentence in _END.split(text) if any(map(str.isalpha, sentence))] or [text]


def around(text: str, start: int, end: int) -> str:
    """The sentence in which a piece of a text stands, by its first and last character."""
    before = max((stop.end() for stop in _END.finditer(text, 0, start)), default=0)
    after = _END.search(text, end)
    return text[before : after.start() if after else len(text)]


def is_long(text: str) -> bool:
    """Whether a text has more words than are read in one go."""
    return len(text) > LONG and len(text.split()) > LONG
