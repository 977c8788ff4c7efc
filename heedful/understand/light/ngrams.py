"""Words and pairs of neighbouring words as features: which are known, and how much each tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import weights, words

_DIGITS = re.compile(r"\d+")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_MOST_CACHED_WORDS = 60_000


def form(word: str) -> str:
    """The word as the features know it: plain, numbers alike, no stretched letters, one mark for many."""
    low = words.plain(word)
    if low[0] in "!?." and len(low) > 1:
        return low[:2]
    return _STRETCHED.sub(r"\1\1", _DIGITS.sub("0", low))


@dataclass(frozen=True, slots=True)
class Grams:
    """Known words by number, known pairs as sorted keys, and the rarity (idf) of each: words first, then pairs."""

    numbers: dict[str, int]
    pairs: NDArray[np.int64]
    rarity: NDArray[np.float64]
    cached: dict[str, int] = field(default_factory=dict)

    @classmethod
    def stored(cls, held: Mapping[str, NDArray[Any]]) -> Grams:
        numbers = {word: number for number, word in enumerate(weights.lines(held["words"]))}
        return cls(numbers, held["pairs"], held["rarity"].astype(np.float64) / 256)

    def features(self, part: words.Words) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """(text, feature, value) of every known word and pair, the values of one text brought to length one."""
        n = len(part.starts) - 1
        number = self._numbers_of(part.unique)[part.ids]
        owner = np.repeat(np.arange(n), np.diff(part.starts))
        single = np.flatnonzero(number >= 0)
        both = np.flatnonzero((number[1:] >= 0) & (number[:-1] >= 0) & (owner[1:] == owner[:-1]))
        at, is_known = self._pair_numbers(number[both] * len(self.numbers) + number[both + 1])
        texts = np.concatenate((owner[single], owner[both][is_known]))
        number_of = np.concatenate((number[single], len(self.numbers) + at[is_known]))
        values = self.rarity[number_of]
        lengths = np.sqrt(np.bincount(texts, values * values, n))
        return texts, number_of, values / lengths[texts]

    def _pair_numbers(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self.pairs):
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
        at = np.minimum(np.searchsorted(self.pairs, keys), len(self.pairs) - 1)
        return at, self.pairs[at] == keys

    def _numbers_of(self, unique: Sequence[str]) -> NDArray[np.int64]:
        cached = self.cached
        if len(cached) > _MOST_CACHED_WORDS:
            cached.clear()
        for word in unique:
            if word not in cached:
                cached[word] = self.numbers.get(form(word), -1)
        return np.array([cached[word] for word in unique], np.int64)
