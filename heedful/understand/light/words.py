"""Texts cut into words, once for all readers of the light tier."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heedful.kit import characters

LONGEST_TEXT = 8_000
"""Characters of a text that are read; a longer text is judged by its beginning."""

URL, HANDLE = "http", "@"
_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\x91": "'", "\x92": "'", "\ufffd": "'", "\x00": " "}
)
"""One kind of apostrophe; one that was lost on the way (in `doesn\ufffdt`, say) is nearly always one."""
_WORD = re.compile(
    r"https?:?//\S+|\bhttp\b|www\.\S+"
    r"|\w[\w.+-]{0,63}@\w+\.[\w.]+|@\w+"
    r"|[^\W_]+(?:'[^\W_]+)*"
    r"|[:;=8][-'^o]?[()\[\]DPpO/\\|*3]+(?!\w)|<3"
    r"|!+|\?+[!?]*|\.{2,}|[^\w\s]|_+"
)
_LETTERS = re.compile(r"(?<![\w@#/])[^\W\d_]+(?:'[^\W\d_]+)*")
_ACCENT = "Mn"
ELIDING = frozenset({"fr", "it"})
_ELIDED = re.compile(
    r"\b(?:(n)|(j)|[cdlmst]|(?:jus|lors|puis|quoi)?qu|un|[dns]?[aeu]ll|quest|quell|sant|com)'(?=[^\W\d_])",
    re.IGNORECASE,
)
"""Small words that are written in one with the word after them; French "n'" and "j'" are kept as words of their own."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of many texts in one row: `unique[ids[starts[i]:starts[i + 1]]]` are the words of text i."""

    unique: list[str]
    ids: NDArray[np.int64]
    starts: NDArray[np.int64]

    def only(self, mask: NDArray[np.bool_]) -> Words:
        """The same texts with those of their words alone that are kept."""
        before = np.concatenate(([0], np.cumsum(mask)))
        return Words(self.unique, self.ids[mask], before[self.starts])


def tidy(text: str) -> str:
    """The part of a text that is read, with one kind of apostrophe and composed letters."""
    head = text[:LONGEST_TEXT]
    if head.isascii():
        return head.replace("\x00", " ").replace("`", "'")
    return characters.normalised("NFC", head).translate(_QUOTES)


def split(texts: Sequence[str]) -> Words:
    """The words of tidied texts; marks, emoticons and emoji are words too."""
    lists = list(map(_WORD.findall, texts))
    counter = itertools.count()
    known: defaultdict[str, int] = defaultdict(counter.__next__)
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(some) for some in lists], out=starts[1:])
    ids = np.fromiter(map(known.__getitem__, itertools.chain.from_iterable(lists)), np.int64, int(starts[-1]))
    return Words(list(known), ids, starts)


def spans(text: str) -> list[tuple[int, int]]:
    """Where each word of a tidied text stands in it."""
    return [found.span() for found in _WORD.finditer(text)]


def letters(text: str) -> list[str]:
    """The words of a tidied text that are made of letters."""
    return _LETTERS.findall(text)


def plain(word: str) -> str:
    """The word in lower case without accents, as lexicons and word pieces spell it; masks for links and people."""
    if word.isascii():
        low = word.lower()
    else:
        parts = unicodedata.normalize("NFD", word.lower())
        low = "".join(letter for letter in parts if unicodedata.category(letter) != _ACCENT) or word
    if low.startswith((URL, "www.")) and len(low) != 5:
        return URL
    return HANDLE if "@" in low and len(low) > 1 else low


def opened(text: str, code: str) -> str:
    """A text without what is written in one with the word after it: "l'attente", "n'aime", "dell'attesa"."""
    if code not in ELIDING or "'" not in text:
        return text
    return _ELIDED.sub(lambda found: "ne " if found[1] else "je " if found[2] else "", text)
