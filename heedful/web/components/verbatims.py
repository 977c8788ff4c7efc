"""What a customer said in words of their own, cut so that the words in which trouble was heard can be marked."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

type Pieces = list[tuple[str, bool]]
"""Parts of a text, and of each whether it is to be marked."""


class WithSignals(Protocol):
    """Anything that says which signals are in a text: a reading, or what would be read."""

    signals: Sequence[Mapping[str, Sequence[str]]]


def pieces(text: str, reading: WithSignals | None = None) -> Pieces:
    """Cut a text so that every word that fired a signal stands alone."""
    words = {word for signal in (reading.signals if reading else ()) for word in signal["words"] if word.strip()}
    if not words:
        return [(text, False)]
    longest_first = sorted(words, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    return [(part, number % 2 == 1) for number, part in enumerate(parts) if part]
