"""Sentence vectors from a table: one row for each word piece, added up and brought to length one.

The rows are whole numbers and so are their sums, so that a text has the same vector whatever stands beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import pieces, weights, words

DIM = 256
_CHUNK = 512
_BLOCK = 32
_MOST_CACHED_WORDS = 60_000


@dataclass(frozen=True, slots=True)
class EmbeddingTable:
    vocabulary: dict[str, int]
    rows: NDArray[np.int16]
    cached: dict[str, tuple[int, ...]]

    def pieces_of(self, unique: Sequence[str]) -> list[tuple[int, ...]]:
        """Piece ids of each word; words met before are remembered."""
        cached = self.cached
        if len(cached) > _MOST_CACHED_WORDS:
            cached.clear()
        return [cached[word] if word in cached else self._remember(word) for word in unique]

    def _remember(self, word: str) -> tuple[int, ...]:
        part = pieces.of(word, self.vocabulary)
        self.cached[word] = part
        return part


@weights.load_once
def table() -> EmbeddingTable:
    stored = weights.arrays("vectors.npz")
    vocabulary = {piece: row for row, piece in enumerate(weights.lines(stored["pieces"]))}
    rows = stored["rows"].astype(np.int16) * stored["steps"].astype(np.int16)[:, None]
    return EmbeddingTable(vocabulary, rows, {})


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """L2-normalised vectors [n, DIM] of the texts; a text without any known word piece has the zero vector."""
    vectors = np.zeros((len(texts), DIM), np.float32)
    for start in range(0, len(texts), _CHUNK):
        part = words.split([words.tidy(text) for text in texts[start : start + _CHUNK]])
        vectors[start : start + _CHUNK] = of(part)
    return vectors


def of(part: words.Words) -> NDArray[np.float32]:
    """L2-normalised vectors of texts that are cut into words already."""
    return precise(part).astype(np.float32)


def precise(part: words.Words) -> NDArray[np.float64]:
    sums = sums_of(part).astype(np.float64)
    lengths = np.sqrt((sums * sums).sum(axis=1))
    lengths[lengths == 0] = 1
    return np.asarray(sums / lengths[:, None], np.float64)


def sums_of(part: words.Words) -> NDArray[np.int64]:
    """The sum of the piece rows of each text, in the table's own units."""
    held = table()
    by_word = held.pieces_of(part.unique)
    counts = np.fromiter(map(len, by_word), np.int64, len(by_word))
    flat = np.fromiter(itertools.chain.from_iterable(by_word), np.int64, int(counts.sum()))
    first = np.cumsum(counts) - counts
    some = counts[part.ids]
    ends = np.cumsum(some)
    picks = np.repeat(first[part.ids] - (ends - some), some) + np.arange(int(some.sum()))
    bounds = np.concatenate(([0], ends))[part.starts]
    return _segment_sums(held.rows, flat[picks], bounds)


def _segment_sums(rows: NDArray[np.int16], picks: NDArray[np.int64], bounds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums of the picked rows between the bounds, in blocks whose rows stay in the processor's cache."""
    sums = np.zeros((len(bounds) - 1, rows.shape[1]), np.int64)
    filled = np.flatnonzero(bounds[1:] > bounds[:-1])
    for start in range(0, len(filled), _BLOCK):
        block = filled[start : start + _BLOCK]
        first, last = bounds[block[0]], bounds[block[-1] + 1]
        sums[block] = np.add.reduceat(rows[picks[first:last]], bounds[block] - first, axis=0, dtype=np.int32)
    return sums
