"""One pass over a text: its language, how it feels, and the signs of trouble in it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import certainty, language, mildness, sentences, sentiment, signals, words

Floats = NDArray[np.float64]

_CHUNK = 512
LENGTH = 0.75
"""By how much the longest text stands below one without words in the ranking; the feeling itself knows no length."""
_LONGEST = 1_600


@dataclass(frozen=True, slots=True)
class LightReading:
    """What the light tier understood from one text.

    `language` is an ISO 639-1 code or "und". `sentiment` is the likeliest of negative, neutral and positive, and
    `sentiment_confidence` how often such a reading is right; it is empty where that is not often enough to say it, and
    where the language is not read, of which all else is empty too. `negative`, `neutral` and `positive` are what the
    models say. `score`, for ranking, -1..1, is their positive less their negative (for a long text the mean of what it
    is as a whole and of what its sentences are) and a little less for each doubling of the length: who is unhappy
    writes more.
    """

    language: str
    language_confidence: float
    sentiment: str
    sentiment_confidence: float
    negative: float
    neutral: float
    positive: float
    score: float
    signals: tuple[signals.Signal, ...]


def read(texts: Sequence[str], *, languages: tuple[str, ...] = ()) -> list[LightReading]:
    """A reading of each text; the same whatever other texts are read with it.

    Only the first `words.LONGEST_TEXT` characters of a text are read. `languages` limits the languages that are thought
    of, for a company that knows which its customers write; all sixty otherwise.
    """
    tidied = [words.tidy(text) for text in texts]
    identified = [language.identify(text, among=languages) for text in tidied]
    found: list[LightReading | None] = [None] * len(tidied)
    for rows in _chunks([code for code, _ in identified]):
        some = _read([tidied[row] for row in rows], [identified[row] for row in rows])
        for row, one in zip(rows, some, strict=True):
            found[row] = one
    return [one for one in found if one is not None]


def _chunks(codes: Sequence[str]) -> list[list[int]]:
    """Rows that are read with the same lexicon, a handful at a time."""
    grouped: dict[str, list[int]] = {}
    for row, code in enumerate(codes):
        grouped.setdefault(code if language.is_read(code) else "", []).append(row)
    return [rows[start : start + _CHUNK] for rows in grouped.values() for start in range(0, len(rows), _CHUNK)]


def _read(texts: Sequence[str], languages: Sequence[tuple[str, float]]) -> list[LightReading]:
    codes = [code for code, _ in languages]
    if not language.is_read(codes[0]):
        return [LightReading(*one, "", 0.0, 0.0, 0.0, 0.0, 0.0, ()) for one in languages]
    part = words.split(texts)
    whole = _felt(codes[0], texts) if codes[0] in words.ELIDING else sentiment.probabilities(part, codes[0])
    is_long = [sentences.is_long(text) for text in texts]
    felt = _by_sentences(whole, texts, is_long, codes[0])
    both = (whole + felt) / 2
    scores = np.round((both[:, 2] - both[:, 0] - _length(part)) / (1 + LENGTH), 4).tolist()
    shares = np.round(felt, 4).tolist()
    pleased = (felt[:, 2] >= np.where(is_long, mildness.PLEASED_AT_LENGTH, mildness.PLEASED)).tolist()
    heard = signals.places_of(part, texts, codes)
    kept = mildness.tempered(texts, pleased, heard, functools.partial(_felt, codes[0]))
    return [_reading(*known) for known in zip(languages, shares, scores, is_long, kept, strict=True)]


def _length(part: words.Words) -> Floats:
    """What is taken off each text for its length, up to LENGTH."""
    size = np.minimum(np.diff(part.starts), _LONGEST)
    return np.asarray(LENGTH * np.log1p(size) / np.log1p(_LONGEST), np.float64)


def _felt(code: str, texts: Sequence[str]) -> Floats:
    return sentiment.probabilities(words.split([words.opened(text, code) for text in texts]), code)


def _by_sentences(whole: Floats, texts: Sequence[str], is_long: Sequence[bool], code: str) -> Floats:
    """How texts of one language feel: long ones as the mean of their sentences, for evidence that is summed leans."""
    found = whole.copy()
    long = np.flatnonzero(is_long).tolist()
    if long:
        pieces = [sentences.split(texts[row]) for row in long]
        first = np.cumsum([0, *map(len, pieces[:-1])])
        each = _felt(code, [sentence for some in pieces for sentence in some])
        found[long] = np.add.reduceat(each, first, axis=0) / np.array([[len(some)] for some in pieces])
    return found


def _reading(
    identified: tuple[str, float], shares: list[float], score: float, is_long: bool, heard: tuple[signals.Signal, ...]
) -> LightReading:
    likely, feeling = max(zip(shares, sentiment.LABELS, strict=True))
    negative, neutral, positive = shares
    known_as = language.ENGLISH if identified[0] == language.UNKNOWN else identified[0]
    sure = certainty.stated(known_as, feeling, likely, is_long=is_long)
    shown = feeling if sure >= certainty.ENOUGH else ""
    return LightReading(*identified, shown, sure, negative, neutral, positive, score, heard)
