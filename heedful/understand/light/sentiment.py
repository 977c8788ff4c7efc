"""How a text feels: negative, neutral or positive, as the average of three small models.

Word pairs, sentence vectors with cues, and cues alone each give probabilities; English texts take the average of the
three, texts in other languages only the cues, because the other two have learned from English.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import language, ngrams, valence, vectors, weights, words

Floats = NDArray[np.float64]

LABELS = ("negative", "neutral", "positive")
_SHARE = np.float64(1 << 20)
_STEP = np.float64(1 << 16)


@dataclass(frozen=True, slots=True)
class Linear:
    """A linear model whose sums are of whole numbers, so that they do not depend on the order of adding."""

    whole: Floats
    bias: Floats

    def logits(self, features: Floats) -> Floats:
        summed = np.rint(features * _SHARE) @ self.whole
        return np.asarray(summed / (_SHARE * _STEP) + self.bias, np.float64)


@dataclass(frozen=True, slots=True)
class Model:
    grams: ngrams.Grams
    by_gram: Floats
    gram_bias: Floats
    by_vector: Linear
    by_cue: Linear


@weights.once
def model() -> Model:
    held = weights.arrays("sentiment.npz")
    return Model(
        grams=ngrams.Grams.stored(held),
        by_gram=held["gram_weights"].astype(np.float64) * held["gram_step"],
        gram_bias=held["gram_bias"],
        by_vector=Linear(held["vector_weights"].astype(np.float64), held["vector_bias"]),
        by_cue=Linear(held["cue_weights"].astype(np.float64), held["cue_bias"]),
    )


def whole_steps(learned: Floats) -> NDArray[np.int32]:
    """Learned weights in the whole steps that `Linear` adds up."""
    return np.rint(learned * _STEP).astype(np.int32)


def probabilities(part: words.Words, code: str) -> Floats:
    """Probabilities [n, 3] in the order of LABELS of texts in one language that are cut into `part`."""
    lexicons = valence.lexicons()
    cues = valence.cues(part, lexicons.get(code, lexicons[valence.ENGLISH]))
    judged = model()
    by_cue = _softmax(judged.by_cue.logits(cues))
    if code not in (valence.ENGLISH, language.UNKNOWN):
        return by_cue
    by_vector = _softmax(judged.by_vector.logits(np.hstack((vectors.precise(part), cues))))
    return (by_cue + by_vector + _softmax(_gram_logits(judged, part))) / 3


def _gram_logits(judged: Model, part: words.Words) -> Floats:
    texts, found, values = judged.grams.features(part)
    picked = judged.by_gram[found] * values[:, None]
    n = len(part.starts) - 1
    summed = [np.bincount(texts, picked[:, column], n) for column in range(3)]
    return np.stack(summed, axis=1) + judged.gram_bias


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)
