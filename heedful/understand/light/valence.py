"""How the words of a text feel: points from a lexicon, turned by negation, raised by boosters, and other cues.

The rules are those of VADER (Hutto and Gilbert 2014), computed for many texts at once; the cues are numbers for the
sentiment model and no judgement by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import weights, words

Floats = NDArray[np.float64]

TURNED, BOOST, SHOUT = -0.74, 0.293, 0.733
_ROLES = {"not": 1, "more": 2, "less": 3, "but": 4}
_NOT, _MORE, _LESS, _BUT = 1.0, 2.0, 3.0, 4.0
_STRETCHED = re.compile(r"(\w)\1{2,}")
_MOST_CACHED_WORDS = 40_000
_SHORTEST_STEM = 3
ENGLISH = "en"

CUES = (
    "compound", "good", "bad", "best", "worst", "good words", "bad words", "last", "first", "exclaims", "asks", "ends asking",
    "shouts", "length", "links", "people", "numbers", "stretched", "negations", "trails off", "hashes", "thanks", "I", "you",
    "contrast", "please", "ends exclaiming",
)  # fmt: skip
_MARKS = {"!": 0, "?": 1, "..": 3, "#": 4, words.URL: 5, words.HANDLE: 6}
_FLAGS = (
    frozenset({"thank", "thanks", "thankyou", "thx", "cheers", "danke", "merci", "gracias", "grazie", "bedankt"}),
    frozenset({"i", "my", "me", "we", "our", "us", "i'm", "i've", "ich", "je", "wir", "nous", "yo", "io", "ik", "wij"}),
    frozenset({"you", "your", "u", "ur", "yours", "you're", "ihr", "sie", "vous", "votre", "usted", "voi", "jullie", "u"}),
    frozenset({"please", "pls", "plz", "can", "could", "how", "what", "when", "where", "bitte", "wie", "wann", "comment"}),
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The points and roles of one language's words, with English behind it."""

    points: dict[str, float]
    stems: dict[str, float]
    roles: dict[str, int]
    cached: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def records(self, unique: Sequence[str]) -> Floats:
        """One row a word: points, role, marks and flags."""
        cached = self.cached
        if len(cached) > _MOST_CACHED_WORDS:
            cached.clear()
        found = [cached[word] if word in cached else self._remember(word) for word in unique]
        return np.array(found, np.float64).reshape(len(unique), 15)

    def _remember(self, word: str) -> tuple[float, ...]:
        self.cached[word] = found = self._record(word)
        return found

    def _record(self, word: str) -> tuple[float, ...]:
        low = words.plain(word)
        short = _STRETCHED.sub(r"\1\1", low)
        point = self._point(word, low) or self._point(short, short) or self._point("", _STRETCHED.sub(r"\1", low))
        role = self.roles.get(low, _ROLES["not"] if low.endswith("n't") else 0)
        marks = [0.0] * 7
        mark = _MARKS.get(low if low[0] not in "!?." else low[: 1 + (low[0] == ".")])
        if mark is not None:
            marks[mark] = float(min(len(low), 4)) if mark < 2 else 1.0
        flags = [float(low in some) for some in _FLAGS]
        shouts = float(len(word) > 2 and word.isupper() and word.isalpha())
        number = float(low[0].isdigit())
        return (0.0 if role else point, float(role), *marks, shouts, number, *flags)

    def _point(self, word: str, low: str) -> float:
        if word in self.points:
            return self.points[word]
        if low in self.points:
            return self.points[low]
        for end in range(len(low), _SHORTEST_STEM - 1, -1):
            if low[:end] in self.stems:
                return self.stems[low[:end]]
        return 0.0


@weights.once
def lexicons() -> dict[str, Lexicon]:
    """A lexicon for each language that has one; ENGLISH serves all others."""
    by_language: dict[str, list[tuple[str, str]]] = {}
    for line in weights.text("valence.tsv").splitlines():
        if not line.startswith("# "):
            language, word, what = line.split("\t")
            by_language.setdefault(language, []).append((word, what))
    english = _lexicon(by_language[ENGLISH])
    return {language: _lexicon(rows, english) for language, rows in by_language.items()} | {ENGLISH: english}


def _lexicon(rows: list[tuple[str, str]], behind: Lexicon | None = None) -> Lexicon:
    points, stems, roles = (dict(behind.points), dict(behind.stems), {}) if behind else ({}, {}, {})
    for word, what in rows:
        if what in _ROLES:
            roles[word] = _ROLES[what]
        elif word.endswith("*"):
            stems[word[:-1]] = float(what)
        else:
            points[word] = float(what)
    return Lexicon(points, stems, roles)


def cues(part: words.Words, lexicon: Lexicon) -> Floats:
    """The cues of each text, [n, len(CUES)], each of the order of one."""
    by_word = lexicon.records(part.unique)[part.ids]
    n = len(part.starts) - 1
    lengths = np.diff(part.starts)
    owner = np.repeat(np.arange(n), lengths)
    place = np.arange(len(owner)) - part.starts[:-1][owner]
    felt = _felt(by_word, place)
    felt *= _contrast(by_word[:, 1] == _BUT, owner, n)

    def total(values: Floats) -> Floats:
        return np.bincount(owner, values, n)

    size = np.maximum(lengths, 1)
    late, early = place >= size[owner] * 2 / 3, place < size[owner] / 3
    good, bad = np.maximum(felt, 0), np.minimum(felt, 0)
    marks = [total(by_word[:, 2 + mark]) for mark in range(7)]
    shouts, numbers, thanks, i, you, please = (total(by_word[:, column]) for column in range(9, 15))
    negations, contrasts = total((by_word[:, 1] == _NOT) * 1.0), total((by_word[:, 1] == _BUT) * 1.0)
    asks_last, shouts_last = _at_end(by_word[:, 3], part.starts), _at_end(by_word[:, 2], part.starts)
    columns = [
        _squash(total(felt)), _squash(total(good)), _squash(total(bad)), _peak(good, part.starts) / 4,
        -_peak(-bad, part.starts) / 4, total((felt > 0) * 1.0) / np.sqrt(size), total((felt < 0) * 1.0) / np.sqrt(size),
        _squash(total(felt * late)), _squash(total(felt * early)), np.minimum(marks[0], 4) / 4, np.minimum(marks[1], 4) / 4,
        asks_last, shouts / np.sqrt(size), np.minimum(size, 64) / 32, np.minimum(marks[5], 2), np.minimum(marks[6], 3) / 2,
        np.minimum(numbers, 4) / 2, marks[2], np.minimum(negations, 4) / 2, np.minimum(marks[3], 2), np.minimum(marks[4], 4) / 2,
        np.minimum(thanks, 1), np.minimum(i, 4) / 2, np.minimum(you, 4) / 2, np.minimum(contrasts, 2), np.minimum(please, 2),
        shouts_last,
    ]  # fmt: skip
    return np.stack(columns, axis=1)


def _felt(by_word: Floats, place: NDArray[np.int64]) -> Floats:
    """Points of each word after boosters, shouting and negation before it."""
    felt = by_word[:, 0].copy()
    sign, role = np.sign(felt), by_word[:, 1]
    boost = np.where(role == _MORE, BOOST, 0.0) - np.where(role == _LESS, BOOST, 0.0)
    felt += sign * SHOUT * by_word[:, 9]
    turned = np.zeros(len(felt), bool)
    for back, share in ((1, 1.0), (2, 0.95), (3, 0.9)):
        within = place[back:] >= back
        felt[back:] += sign[back:] * boost[:-back] * share * within
        turned[back:] |= (role[:-back] == _NOT) & within
    return np.where(turned, felt * TURNED, felt)


def _contrast(is_but: NDArray[np.bool_], owner: NDArray[np.int64], n: int) -> Floats:
    """Half weight before the last "but" of a text, half as much again after it."""
    last = np.full(n, -1)
    at = np.flatnonzero(is_but)
    last[owner[at]] = at
    mine = last[owner]
    where = np.arange(len(owner))
    return np.where(mine < 0, 1.0, np.where(where < mine, 0.5, 1.5))


def _squash(total: Floats) -> Floats:
    return total / np.sqrt(total * total + 15)


def _peak(values: Floats, starts: NDArray[np.int64]) -> Floats:
    peaks = np.zeros(len(starts) - 1)
    filled = np.flatnonzero(starts[1:] > starts[:-1])
    if len(filled):
        peaks[filled] = np.maximum.reduceat(values, starts[filled])
    return peaks


def _at_end(values: Floats, starts: NDArray[np.int64]) -> Floats:
    found = np.zeros(len(starts) - 1)
    filled = starts[1:] > starts[:-1]
    found[filled] = values[starts[1:][filled] - 1] > 0
    return found
