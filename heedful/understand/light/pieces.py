"""Words cut into the pieces that have a vector: greedy, longest piece first, as the encoder's tokenizer does."""

from __future__ import annotations

import re

from heedful.understand.light import words

_PARTS = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST_WORD = 100


def of(word: str, vocabulary: dict[str, int]) -> tuple[int, ...]:
    """Piece ids of one word as `words.split` gives it; links and people have none."""
    low = words.plain(word)
    if low in (words.URL, words.HANDLE):
        return ()
    whole = vocabulary.get(low)
    if whole is not None:
        return (whole,)
    return tuple(piece for part in _PARTS.findall(low) for piece in _of_part(part, vocabulary))


def _of_part(part: str, vocabulary: dict[str, int]) -> list[int]:
    if len(part) > _LONGEST_WORD:
        return []
    if any(_is_ideograph(letter) for letter in part):
        return [vocabulary[letter] for letter in part if letter in vocabulary]
    return _greedy(part, vocabulary)


def _greedy(part: str, vocabulary: dict[str, int]) -> list[int]:
    """The pieces of one part, or none where a stretch of it has no piece at all."""
    parts: list[int] = []
    start = 0
    while start < len(part):
        prefix = "##" if start else ""
        for end in range(len(part), start, -1):
            piece = vocabulary.get(prefix + part[start:end])
            if piece is not None:
                parts.append(piece)
                start = end
                break
        else:
            return []
    return parts


def _is_ideograph(letter: str) -> bool:
    return "\u4e00" <= letter <= "\u9fff" or "\u3400" <= letter <= "\u4dbf" or "\uf900" <= letter <= "\ufaff"
