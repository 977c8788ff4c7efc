"""Builds vectors.npz: a row of 256 whole numbers for each word piece, so that summed rows imitate the encoder.

Every piece goes through the encoder alone; the rows are brought to 256 dimensions (those in which sentences differ
most) and weighted by rarity (SIF, 1e-3). Then the rows are fitted by ridge regression so that their sums come near
the encoder's own vectors of some 80,000 short texts, and stored as eight bits with one whole-number step a row.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from heedful.understand.light import pieces, vectors, words
from models import corpus, teacher

Matrix = NDArray[np.float32]
SIF = 1e-3
RIDGE = 1.0
ROUNDS = 60
SEEDED_BY = 4  # every fourth text is enough to find the directions
LARGEST_STEP = 255


def build(data: Path, out: Path) -> None:
    texts = corpus.unlabelled(data)
    vocabulary = _vocabulary()
    lookup = {piece: row for row, piece in enumerate(vocabulary) if piece}
    counts = count_pieces(texts, lookup)
    alone = teacher.embed([[101, piece, 102] for piece in range(len(vocabulary))])
    goal, basis = _goal(teacher.embed_texts(texts))
    rows = _fit(counts, goal, (alone - alone.mean(0)) @ basis * _rarity(counts)[:, None])
    whole, steps = quantised(rows)
    packed = np.frombuffer("\n".join(vocabulary).encode(), np.uint8)
    np.savez_compressed(out / "vectors.npz", rows=whole, steps=steps, pieces=packed)


def _vocabulary() -> list[str]:
    """The pieces by id; special ones are blank, so that no word is ever mistaken for one."""
    known = sorted(teacher.tokenizer().get_vocab().items(), key=lambda pair: pair[1])
    return ["" if piece.startswith("[") and len(piece) > 1 else piece for piece, _ in known]


def count_pieces(texts: list[str], lookup: dict[str, int]) -> sp.csr_matrix:
    """How often each piece stands in each text, cut as the product cuts it."""
    part = words.split([words.tidy(text) for text in texts])
    by_word = [pieces.of(word, lookup) for word in part.unique]
    flat: list[int] = []
    bounds = [0]
    for start, end in itertools.pairwise(part.starts):
        flat.extend(piece for word in part.ids[start:end] for piece in by_word[word])
        bounds.append(len(flat))
    shape = (len(texts), max(lookup.values()) + 1)
    return sp.csr_matrix((np.ones(len(flat), np.float32), flat, bounds), shape=shape)


def _rarity(counts: sp.csr_matrix) -> Matrix:
    often = np.asarray(counts.sum(0)).ravel()
    return np.asarray(SIF / (SIF + often / often.sum()), np.float32)


def _goal(taught: Matrix) -> tuple[Matrix, Matrix]:
    """The encoder's vectors, centred and in the product's dimensions, and the way there."""
    centre = taught.mean(0)
    basis = np.linalg.svd(taught[::SEEDED_BY] - centre, full_matrices=False)[2][: vectors.DIM].T
    turned = (taught - centre) @ basis
    return turned / np.linalg.norm(turned, axis=1, keepdims=True), basis


def _fit(counts: sp.csr_matrix, goal: Matrix, start: Matrix) -> Matrix:
    """Rows near `start` whose sum over a text, divided by the root of its length, is near the goal."""
    lengths = np.maximum(np.asarray(counts.sum(1)).ravel(), 1)
    mixed = sp.diags((lengths**-0.5).astype(np.float32)).tocsr() @ counts
    sums = mixed @ start
    rows = start * ((sums * goal).sum() / (sums * sums).sum())
    left = mixed.T @ (goal - mixed @ rows)
    way, size = left.copy(), (left * left).sum(0)
    for _ in range(ROUNDS):  # conjugate gradients on (A'A + ridge) rows = A' goal + ridge start
        turned = mixed.T @ (mixed @ way) + RIDGE * way
        stride = size / np.maximum((way * turned).sum(0), 1e-12)
        rows, left = rows + stride * way, left - stride * turned
        grown = (left * left).sum(0)
        way, size = left + grown / np.maximum(size, 1e-12) * way, grown
    return np.asarray(rows, np.float32)


def quantised(rows: Matrix) -> tuple[NDArray[np.int8], NDArray[np.uint8]]:
    """Eight-bit rows and the whole-number step of each; row * step is the row in units of the largest row's 255th."""
    units = rows / np.abs(rows).max() * (127 * LARGEST_STEP)
    steps = np.clip(np.ceil(np.abs(units).max(1) / 127), 1, LARGEST_STEP)
    return np.rint(units / steps[:, None]).astype(np.int8), steps.astype(np.uint8)
