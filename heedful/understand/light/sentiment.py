"""How a text feels: negative, neutral or positive, as the average of three small models.

Word pairs, sentence vectors with cues, and cues alone each give probabilities; English texts take the average of the
three, texts in other languages only the cues, because the other two have learned from English. What a text denies has
a vector of its own, for "no trouble" is not half as bad as "trouble".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import language, ngrams, valence, vectors, weights, words

Floats = NDArray[np.float64]

LABELS = ("negative", "neutral", "positive")
SILENT = (0.1, 0.8, 0.1)
"""Of a text that says nothing."""
FELT = [valence.CUES.index(cue) for cue in ("good words", "bad words")]
ELSEWHERE = np.array([cue not in ("links", "people", "hashes") for cue in valence.CUES], np.float64)
"""Which cues count in other languages: what links and marks of English tweets stand beside says nothing of them."""
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


@weights.load_once
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
    by_word = valence.look_up(part, lexicons.get(code, lexicons[valence.ENGLISH]))
    is_denied = valence.denied(part, by_word)
    cues = valence.cues(part, by_word, is_denied)
    found = _averaged(part, cues, is_denied, code)
    found[_says_nothing(part, cues)] = SILENT
    return found


def _says_nothing(part: words.Words, cues: Floats) -> NDArray[np.bool_]:
    """Texts without a letter and without a sign that has points, such as `10` or `...`."""
    spelled = np.fromiter((any(map(str.isalpha, word)) for word in part.unique), bool, len(part.unique))[part.ids]
    letters = np.concatenate(([0], spelled.cumsum()))[part.starts]
    return np.asarray((np.diff(letters) == 0) & ~cues[:, FELT].any(axis=1), np.bool_)


def _averaged(part: words.Words, cues: Floats, is_denied: NDArray[np.bool_], code: str) -> Floats:
    judged = model()
    if code not in (valence.ENGLISH, language.UNKNOWN):
        return _softmax(judged.by_cue.logits(cues * ELSEWHERE))
    by_cue = _softmax(judged.by_cue.logits(cues))
    by_vector = _softmax(judged.by_vector.logits(np.hstack((meant(part, is_denied), cues))))
    return (by_cue + by_vector + _softmax(_gram_logits(judged, part))) / 3


def meant(part: words.Words, is_denied: NDArray[np.bool_]) -> Floats:
    """The vectors [n, 2 * DIM] of what texts say and of what they deny."""
    return np.hstack((vectors.precise(part.only(~is_denied)), vectors.precise(part.only(is_denied))))


def _gram_logits(judged: Model, part: words.Words) -> Floats:
    texts, found, values = judged.grams.features(part)
    picked = judged.by_gram[found] * values[:, None]
    n = len(part.starts) - 1
    summed = [np.bincount(texts, picked[:, column], n) for column in range(3)]
    return np.stack(summed, axis=1) + judged.gram_bias


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)
