"""One pass over a text: its language, how it feels, and the signs of trouble in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heedful.understand.light import language, sentiment, signals, valence, words

_CHUNK = 512
PLEASED = 0.6
"""Probability of positive from which a text counts as plainly positive."""


@dataclass(frozen=True, slots=True)
class LightReading:
    """What the light tier understood from one text.

    `language` is an ISO 639-1 code or "und"; `sentiment` the likeliest of negative, neutral and positive and
    `sentiment_confidence` its probability; `score` is the probability of positive less that of negative, -1..1.
    """

    language: str
    language_confidence: float
    sentiment: str
    sentiment_confidence: float
    negative: float
    neutral: float
    positive: float
    signals: tuple[signals.Signal, ...]

    @property
    def score(self) -> float:
        return round(self.positive - self.negative, 4)


def read(texts: Sequence[str], *, languages: tuple[str, ...] = ()) -> list[LightReading]:
    """A reading of each text; the same whatever other texts are read with it.

    Only the first `words.LONGEST_TEXT` characters of a text are read. `languages` limits the languages that are thought
    of, for a company that knows which its customers write; all sixty otherwise.
    """
    tidied = [words.tidy(text) for text in texts]
    told = [language.identify(text, among=languages) for text in tidied]
    found: list[LightReading | None] = [None] * len(tidied)
    for rows in _chunks([code for code, _ in told]):
        some = _read([tidied[row] for row in rows], [told[row] for row in rows])
        for row, one in zip(rows, some, strict=True):
            found[row] = one
    return [one for one in found if one is not None]


def _chunks(codes: Sequence[str]) -> list[list[int]]:
    """Rows that are read with the same lexicon, a handful at a time."""
    grouped: dict[str, list[int]] = {}
    for row, code in enumerate(codes):
        grouped.setdefault(_group(code), []).append(row)
    return [rows[start : start + _CHUNK] for rows in grouped.values() for start in range(0, len(rows), _CHUNK)]


def _group(code: str) -> str:
    return code if code in valence.lexicons() or code == language.UNKNOWN else "other"


def _read(texts: Sequence[str], languages: Sequence[tuple[str, float]]) -> list[LightReading]:
    part = words.split(texts)
    codes = [code for code, _ in languages]
    shares = np.round(sentiment.probabilities(part, _group(codes[0])), 4).tolist()
    heard = signals.signals_in(part, texts, codes, [positive >= PLEASED for _, _, positive in shares])
    return [_reading(*known) for known in zip(languages, shares, heard, strict=True)]


def _reading(language: tuple[str, float], shares: list[float], heard: tuple[signals.Signal, ...]) -> LightReading:
    sure, feeling = max(zip(shares, sentiment.LABELS, strict=True))
    negative, neutral, positive = shares
    return LightReading(*language, feeling, sure, negative, neutral, positive, heard)
