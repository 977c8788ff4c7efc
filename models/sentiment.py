"""Builds sentiment.npz: three linear models of how a text feels, learned from labelled tweets and sentences.

Service talk is nearly absent from those, so that a part of unlabelled service texts is added with the label that
nearly all of them have: sentences of restaurant complaints are negative, requests in service chats are neutral. What
neither teaches, above all what is denied and what was put right, is written down in sentences and patterns of our own.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from heedful.understand.light import ngrams, sentiment, valence, vectors, words
from models import corpus

Floats = NDArray[np.float64]

COMPLAINTS, REQUESTS = 750, 400
OWN_TIMES = 3
FILLED = 12
"""Ways in which each pattern of ours is filled in; what has no blanks counts as often as our sentences."""
RAREST_WORD, RAREST_PAIR = 2, 3
RARITY_STEP = 256
SMALLEST_SPREAD = 1e-6


def build(data: Path, out: Path) -> None:
    texts, labels = examples(data)
    part = words.split([words.tidy(text) for text in texts])
    grams, names = _grams(part)
    by_gram = _fitted(_gram_matrix(grams, part, len(texts)), labels, strength=2.0)
    by_word = valence.look_up(part, valence.lexicons()[valence.ENGLISH])
    is_denied = valence.denied(part, by_word)
    found = np.hstack((sentiment.meant(part, is_denied), valence.cues(part, by_word, is_denied)))
    vector_weights, vector_bias = _scaled(found, labels, strength=0.1)
    cue_weights, cue_bias = _scaled(found[:, 2 * vectors.DIM :], labels, strength=0.3)
    step = np.abs(by_gram.coef_).max() / np.iinfo(np.int16).max
    np.savez_compressed(
        out / "sentiment.npz",
        words=np.frombuffer("\n".join(names).encode(), np.uint8),
        pairs=grams.pairs,
        rarity=np.rint(grams.rarity * RARITY_STEP).astype(np.uint16),
        gram_weights=np.rint(by_gram.coef_.T / step).astype(np.int16),
        gram_step=step,
        gram_bias=by_gram.intercept_,
        vector_weights=sentiment.whole_steps(vector_weights),
        vector_bias=vector_bias,
        cue_weights=sentiment.whole_steps(cue_weights),
        cue_bias=cue_bias,
    )


def examples(data: Path) -> tuple[list[str], NDArray[np.int64]]:
    """Texts and the numbers of their labels."""
    chance = random.Random(0)  # noqa: S311 (the same choice every time)
    complaints = _some(corpus.restaurant_complaints(data), 4, COMPLAINTS, chance)
    requests = _some(corpus.service_chats(data), 5, REQUESTS, chance)
    rows = [*corpus.tweets(data), *corpus.review_sentences(data)]
    rows += list(corpus.own_sentences()) * OWN_TIMES + [(f"{text}.", label) for text, label in corpus.own_sentences()]
    rows += corpus.own_patterns(filled=FILLED, bare=OWN_TIMES, chance=random.Random(1))  # noqa: S311
    rows += [(text, "negative") for text in complaints] + [(text, "neutral") for text in requests]
    return [text for text, _ in rows], np.array([sentiment.LABELS.index(label) for _, label in rows])


def _some(found: corpus.Texts, fewest_words: int, count: int, chance: random.Random) -> list[str]:
    fit = [text for text in dict.fromkeys(found) if len(text.split()) >= fewest_words]
    chance.shuffle(fit)
    return fit[:count]


def _grams(part: words.Words) -> tuple[ngrams.Grams, list[str]]:
    """The words and pairs that enough texts hold."""
    forms = [ngrams.form(word) for word in part.unique]
    of_words: Counter[str] = Counter()
    of_pairs: Counter[tuple[str, str]] = Counter()
    for start, end in itertools.pairwise(part.starts):
        said = [forms[word] for word in part.ids[start:end]]
        of_words.update(set(said))
        of_pairs.update(set(itertools.pairwise(said)))
    names = sorted(word for word, texts in of_words.items() if texts >= RAREST_WORD)
    number = {word: place for place, word in enumerate(names)}
    pairs = sorted(
        (number[first] * len(names) + number[second], texts)
        for (first, second), texts in of_pairs.items()
        if texts >= RAREST_PAIR and first in number and second in number
    )
    often = np.array([of_words[word] for word in names] + [texts for _, texts in pairs], np.float64)
    rarity = np.log(len(part.starts) / (1 + often)) + 1
    rounded = np.rint(rarity * RARITY_STEP) / RARITY_STEP
    return ngrams.Grams(number, np.array([key for key, _ in pairs], np.int64), rounded), names


def _gram_matrix(grams: ngrams.Grams, part: words.Words, rows: int) -> sp.csr_matrix:
    texts, found, values = grams.features(part)
    return sp.csr_matrix((values, (texts, found)), shape=(rows, len(grams.rarity)))


def _fitted(features: Floats | sp.csr_matrix, labels: NDArray[np.int64], strength: float) -> LogisticRegression:
    return LogisticRegression(C=strength, max_iter=1_000, class_weight="balanced").fit(features, labels)


def _scaled(features: Floats, labels: NDArray[np.int64], strength: float) -> tuple[Floats, Floats]:
    """Weights and biases for features as they are, fitted on features of one spread."""
    centre, spread = features.mean(0), features.std(0) + SMALLEST_SPREAD
    cues = len(valence.CUES)
    spread[:-cues] = spread[:-cues].mean() if len(spread) > cues else spread[:-cues]
    fitted = _fitted((features - centre) / spread, labels, strength)
    learned = (fitted.coef_ / spread).T
    return learned, fitted.intercept_ - centre @ learned
