"""Which of the company's topics a text is about, told by a sentence of description and some examples each.

A topic is near a text by the mean of two cosines: to whatever of it is nearest (an example, its name, its description
or a clause of that), and to the centre of its examples with its description counting twice. How sure that is depends on
how near it is, by how much it beats the runner-up, and by how much it beats the average topic; the weights were fitted
on texts of known topic.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import vectors, words

Floats = NDArray[np.float64]

THRESHOLD = 0.25
"""With it some two of three texts of the three kinds that were measured have a topic, and most first ones are right."""
DESCRIPTION_WEIGHT = 2.0
NEAR, AHEAD, ABOVE_MEAN, START = 6.0, 6.0, 6.0, -4.8
ALONE = 0.2
"""The cosine that a text has with a topic it is not about, for a company with a single topic."""
MOST_SENTENCES = 60
_SENTENCE_END = re.compile(r"(?<=[.!?\n])\s+")
_CLAUSE_END = re.compile(r"[,;:.]|\b(?:and|or|und|oder|et|ou|y|o|en|of|e)\b")
_WHOLE = float(1 << 15)


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as the company tells it; texts below its threshold of confidence are not counted to it."""

    slug: str
    name: str
    description: str = ""
    examples: tuple[str, ...] = ()
    threshold: float = THRESHOLD


@dataclass(frozen=True, slots=True)
class TopicMatch:
    slug: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Compass:
    """The topics as whole-number vectors: a centre for each, and all that may be near, in the order of the topics."""

    centres: Floats
    prototypes: Floats
    first: NDArray[np.int64]


def topics(texts: Sequence[str] | NDArray[np.float32], specs: Sequence[TopicSpec]) -> list[list[TopicMatch]]:
    """The topics of each text or vector, the surest first; none where no topic reaches its threshold.

    A text is looked at whole and sentence by sentence, a vector as it is.
    """
    if not len(specs) or not len(texts):
        return [[] for _ in texts]
    if isinstance(texts, np.ndarray):
        sure = confidences(texts, specs)
    else:
        sure = _of_texts(texts, specs)
    return [_matches(row, specs) for row in sure]


def confidences(given: NDArray[np.float32], specs: Sequence[TopicSpec]) -> Floats:
    """How sure it is that each vector belongs to each topic, [n, topics], from 0 to 1."""
    near = _nearness(given, _compass(tuple(specs)))
    if near.shape[1] == 1:
        ahead = above = near - ALONE
    else:
        ranked = np.sort(near, axis=1)
        best, second = ranked[:, -1:], ranked[:, -2:-1]
        ahead = near - np.where(near == best, second, best)
        above = near - near.mean(axis=1, keepdims=True)
    logits = NEAR * near + AHEAD * ahead + ABOVE_MEAN * above + START
    sure = 1 / (1 + np.exp(-logits))
    return np.asarray(np.where(given.any(axis=1)[:, None], sure, 0.0), np.float64)


def _of_texts(texts: Sequence[str], specs: Sequence[TopicSpec]) -> Floats:
    parts = [_sentences(words.tidy(text)) for text in texts]
    owner = np.repeat(np.arange(len(texts)), [len(some) for some in parts])
    each = confidences(vectors.embed([sentence for some in parts for sentence in some]), specs)
    sure = np.zeros((len(texts), len(specs)))
    np.maximum.at(sure, owner, each)
    return sure


def _sentences(text: str) -> list[str]:
    """The text and, where it has several, its sentences."""
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    return [text, *sentences[:MOST_SENTENCES]] if len(sentences) > 1 else [text]


def _nearness(given: NDArray[np.float32], compass: _Compass) -> Floats:
    whole = _whole(given)
    nearest = np.maximum.reduceat(whole @ compass.prototypes.T, compass.first, axis=1)
    return np.asarray((nearest + whole @ compass.centres.T) / (2 * _WHOLE * _WHOLE), np.float64)


@functools.lru_cache(maxsize=8)
def _compass(specs: tuple[TopicSpec, ...]) -> _Compass:
    described = vectors.embed([f"{topic.name}. {topic.description}" for topic in specs])
    shown = [vectors.embed(topic.examples) for topic in specs]
    sums = np.stack([some.sum(axis=0) + DESCRIPTION_WEIGHT * own for some, own in zip(shown, described, strict=True)])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    centres = sums / np.where(lengths > 0, lengths, 1)
    near = [np.vstack((some, vectors.embed(_texts(topic)))) for some, topic in zip(shown, specs, strict=True)]
    counts = np.array([len(some) for some in near])
    return _Compass(_whole(centres), _whole(np.vstack(near)), np.cumsum(counts) - counts)


def _texts(topic: TopicSpec) -> list[str]:
    """What a topic says of itself: all of it, its name, and each clause of its description."""
    clauses = [clause.strip() for clause in _CLAUSE_END.split(topic.description)]
    return [f"{topic.name}. {topic.description}", topic.name, *filter(None, clauses)]


def _whole(given: NDArray[np.floating[Any]]) -> Floats:
    """Whole numbers, so that a product does not depend on the order in which it is added up."""
    return np.rint(given.astype(np.float64) * _WHOLE)


def _matches(row: Floats, specs: Sequence[TopicSpec]) -> list[TopicMatch]:
    enough = [(sure, topic.slug) for sure, topic in zip(row.tolist(), specs, strict=True) if sure >= topic.threshold]
    ranked = sorted(enough, key=lambda pair: (-pair[0], pair[1]))
    return [TopicMatch(slug, math.floor(sure * 10_000) / 10_000) for sure, slug in ranked]
