"""How the words of a text feel: points from a lexicon, turned by negation, raised by boosters, and other cues.

The rules are those of VADER (Hutto and Gilbert 2014), computed for many texts at once; the cues are numbers for the
sentiment model and no judgement by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import weights, words

Floats = NDArray[np.float64]

TURNED, BOOST, SHOUT = -0.74, 0.293, 0.733
_NOT, _MORE, _LESS, _BUT, _END, _MENDED = 1, 2, 3, 4, 5, 6
_FAR = 3
"""How many words a negation reaches."""
_ENDS = re.compile(r"[,;:()]|[.!?].*")
"""Marks that end a clause."""
_ROLES = {"not": _NOT, "more": _MORE, "less": _LESS, "but": _BUT, "mended": _MENDED}
_STRETCHED = re.compile(r"(\w)\1{2,}")
_MOST_CACHED_WORDS = 40_000
_SHORTEST_STEM = 3
ENGLISH = "en"

CUES = (
    "compound", "good", "bad", "best", "worst", "good words", "bad words", "late", "early", "ends asking",
    "ends exclaiming", "length", "exclaims", "asks", "links", "people", "numbers", "shouts", "stretched", "trails off",
    "hashes", "negations", "contrasts", "thanks", "I", "you", "requests", "denied good", "denied bad",
)  # fmt: skip
_COUNTED: tuple[tuple[str, float, float], ...] = (
    ("exclaims", 4, 4), ("asks", 4, 4), ("links", 2, 1), ("people", 3, 2), ("numbers", 4, 2), ("shouts", 6, 3),
    ("stretched", 3, 1), ("trails off", 2, 1), ("hashes", 4, 2), ("negations", 4, 2), ("contrasts", 2, 1),
    ("thanks", 1, 1), ("I", 4, 2), ("you", 4, 2), ("requests", 2, 1),
)  # fmt: skip
"""Cues that are counts: the most that is counted, and by what the count is divided."""
_SAID = {
    "thanks": "thank thanks thankyou thx cheers danke merci gracias grazie bedankt",
    "I": "i my me we our us i'm i've ich je wir nous yo io ik wij",
    "you": "you your u ur yours you're ihr sie vous votre usted voi jullie",
    "requests": "please pls plz can could how what when where bitte wie wann comment",
}
_OF_WORD = {word: kind for kind, line in _SAID.items() for word in line.split()}
_OF_WORD |= {"#": "hashes", words.URL: "links", words.HANDLE: "people"}
_COLUMN = {name: 2 + column for column, (name, _, _) in enumerate(_COUNTED)}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The points and roles of one language's words, and the points of signs."""

    points: dict[str, float]
    stems: dict[str, float]
    endings: dict[str, float]
    roles: dict[str, int]
    cached: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def records(self, unique: Sequence[str]) -> Floats:
        """One row a word: points, role, and what it adds to each count."""
        cached = self.cached
        if len(cached) > _MOST_CACHED_WORDS:
            cached.clear()
        records = [cached[word] if word in cached else self._remember(word) for word in unique]
        return np.array(records, np.float64).reshape(len(unique), 2 + len(_COUNTED))

    def _remember(self, word: str) -> tuple[float, ...]:
        self.cached[word] = record = self._record(word)
        return record

    def _record(self, word: str) -> tuple[float, ...]:
        low = words.plain(word)
        spelled = (low, _STRETCHED.sub(r"\1\1", low), _STRETCHED.sub(r"\1", low))
        role = next((self.roles[one] for one in spelled if one in self.roles), _role(low))
        counts = dict.fromkeys(_COLUMN, 0.0)
        for kind in _kinds(word, low, role, is_stretched=spelled[1] != low):
            counts[kind] = float(min(len(low), 4)) if kind in ("exclaims", "asks") else 1.0
        points = (self._point(word.lower(), one) for one in dict.fromkeys(spelled))
        point = 0.0 if role in (_NOT, _BUT) else next(filter(None, points), 0.0)
        return (point, float(role), *counts.values())

    def _point(self, word: str, low: str) -> float:
        if word in self.points:
            return self.points[word]
        if low in self.points:
            return self.points[low]
        for end in range(len(low), _SHORTEST_STEM - 1, -1):
            if low[:end] in self.stems:
                return self.stems[low[:end]]
        for start in range(1, len(low) - _SHORTEST_STEM if self.endings else 0):
            if low[start:] in self.endings:
                return self.endings[low[start:]]
        return 0.0


@weights.load_once
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
    points, stems, endings, roles = _signs(behind.points) if behind else {}, {}, {}, {}
    for word, what in rows:
        if what in _ROLES:
            roles[word] = _ROLES[what]
        elif word.endswith("*"):
            stems[word[:-1]] = float(what)
        elif word.startswith("*"):
            endings[word[1:]] = float(what)
        else:
            points[word] = float(what)
    return Lexicon(points, stems, endings, roles)


def _signs(points: dict[str, float]) -> dict[str, float]:
    """Emoji and their like, which feel the same everywhere; "kind", "con" and "dire" are plain words elsewhere."""
    return {sign: point for sign, point in points.items() if not sign[0].isalnum()}


def _role(low: str) -> int:
    """The role of a word that no list names."""
    if low.endswith("n't"):
        return _NOT
    return _END if _ENDS.fullmatch(low) else 0


def _kinds(word: str, low: str, role: int, *, is_stretched: bool) -> Iterator[str]:
    """The counts that a word belongs to."""
    if low in _OF_WORD:
        yield _OF_WORD[low]
    if low[0] in "!?":
        yield "exclaims" if low[0] == "!" else "asks"
    elif low.startswith(".."):
        yield "trails off"
    if low[0].isdigit():
        yield "numbers"
    if len(word) > 2 and word.isupper() and word.isalpha():
        yield "shouts"
    if is_stretched and low[0].isalpha():
        yield "stretched"
    if role in (_NOT, _BUT):
        yield "negations" if role == _NOT else "contrasts"


def look_up(part: words.Words, lexicon: Lexicon) -> Floats:
    """What the lexicon knows of each word, in the order of the texts."""
    return np.asarray(lexicon.records(part.unique)[part.ids], np.float64)


def denied(part: words.Words, by_word: Floats) -> NDArray[np.bool_]:
    """Which words a negation before them reaches within their clause: in "no trouble at all", all but the first."""
    role, place = by_word[:, 1], np.arange(len(part.ids))
    begins = np.repeat(part.starts[:-1], np.diff(part.starts))
    last_not = np.maximum.accumulate(np.where(role == _NOT, place, -1))
    last_end = np.maximum.accumulate(np.where((role == _BUT) | (role == _END), place, -1))
    reached = (last_not >= begins) & (last_not > last_end) & (place - last_not <= _FAR)
    return np.asarray(reached & (role != _NOT), np.bool_)


def cues(part: words.Words, by_word: Floats, is_denied: NDArray[np.bool_]) -> Floats:
    """The cues of each text, [n, len(CUES)], each of the order of one."""
    n = len(part.starts) - 1
    size = np.diff(part.starts)
    owner = np.repeat(np.arange(n), size)
    place = np.arange(len(owner)) - part.starts[:-1][owner]
    felt = _felt(by_word, place, is_denied) * _contrast(by_word[:, 1] == _BUT, owner, n)
    asks_last = _at_end(by_word[:, _COLUMN["asks"]], part.starts)
    shouts_last = _at_end(by_word[:, _COLUMN["exclaims"]], part.starts)
    length = np.minimum(size, 64) / 32
    counts = [
        np.minimum(_total(owner, by_word[:, column], n), most) / by
        for column, (_, most, by) in enumerate(_COUNTED, start=2)
    ]
    point = by_word[:, 0] * is_denied
    turned = [np.minimum(_total(owner, np.where(some, 1.0, 0.0), n), 2) for some in (point > 0, point < 0)]
    columns = [*_feelings(felt, part.starts, owner, place), asks_last, shouts_last, length, *counts, *turned]
    return np.stack(columns, axis=1)


def _feelings(
    felt: Floats, starts: NDArray[np.int64], owner: NDArray[np.int64], place: NDArray[np.int64]
) -> list[Floats]:
    """Sums, peaks and shares of the points of each text's words, over the whole and towards its ends."""
    n = len(starts) - 1
    size = np.maximum(np.diff(starts), 1)
    third = size[owner] / 3
    good, bad = np.maximum(felt, 0), np.minimum(felt, 0)
    sums = [felt, good, bad, np.where(place >= 2 * third, felt, 0), np.where(place < third, felt, 0)]
    compound, all_good, all_bad, late, early = (_squash(_total(owner, values, n)) for values in sums)
    shares = [_total(owner, np.where(values != 0, 1.0, 0.0), n) / np.sqrt(size) for values in (good, bad)]
    return [compound, all_good, all_bad, _peak(good, starts) / 4, -_peak(-bad, starts) / 4, *shares, late, early]


def _total(owner: NDArray[np.int64], values: Floats, n: int) -> Floats:
    return np.bincount(owner, values, n)


def _felt(by_word: Floats, place: NDArray[np.int64], is_denied: NDArray[np.bool_]) -> Floats:
    """Points of each word after boosters, shouting and negation before it."""
    felt = by_word[:, 0].copy()
    sign, role = np.sign(felt), by_word[:, 1]
    boost = np.where(role == _MORE, BOOST, 0.0) - np.where(role == _LESS, BOOST, 0.0)
    felt += sign * SHOUT * by_word[:, _COLUMN["shouts"]]
    for back, share in ((1, 1.0), (2, 0.95), (3, 0.9)):
        within = place[back:] >= back
        felt[back:] += sign[back:] * boost[:-back] * share * within
    felt = np.where(is_denied, felt * TURNED, felt)
    return np.where((felt < 0) & _mended(role, place), felt * TURNED, felt)


def _mended(role: Floats, place: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which words stand near one that says it is over, in whichever order: "behoben" beside "Störung"."""
    is_mended = role == _MENDED
    near = np.zeros(len(role), np.bool_)
    if is_mended.any():
        for back in range(1, _FAR + 1):
            within = place[back:] >= back
            near[back:] |= is_mended[:-back] & within
            near[:-back] |= is_mended[back:] & within
    return near


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
