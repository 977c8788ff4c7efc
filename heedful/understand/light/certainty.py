"""How often a feeling is right that the models give some probability, and whether that is enough to show it.

The models are surer than they are right in some languages and less sure in long texts, so the probability is not what
is said. What is said was read off labelled texts, language by language, and rounded; where there were none, the most
cautious row is taken. That no good or bad word was met in a language of which only words are known says little, so
that neutral has rows of its own there.
"""

from __future__ import annotations

import bisect

ENOUGH = 0.66
"""Two of three: a feeling that is right more seldom is not shown."""
_AT = (0.35, 0.5, 0.65, 0.8, 0.95)
"""Probabilities of the models at which the rows below say how often they are right."""
_SHORT = {
    "en": (0.40, 0.53, 0.72, 0.88, 0.97),
    "de": (0.36, 0.52, 0.65, 0.77, 0.88),
    "fr": (0.40, 0.58, 0.67, 0.75, 0.80),
}
_LONG = {
    "en": (0.45, 0.68, 0.80, 0.92, 0.96),
    "de": (0.40, 0.56, 0.68, 0.78, 0.86),
}
_NEUTRAL = {
    "en": (0.30, 0.55, 0.74, 0.90, 0.97),
    "de": (0.35, 0.50, 0.61, 0.74, 0.84),
    "fr": (0.25, 0.28, 0.36, 0.42, 0.45),
}
_OTHERS = (0.34, 0.45, 0.56, 0.68, 0.86)
_OTHERS_NEUTRAL = (0.20, 0.34, 0.44, 0.62, 0.66)


def stated(code: str, feeling: str, probability: float, *, is_long: bool) -> float:
    """The share of feelings like this one that are right, from 0 to 1."""
    if feeling == "neutral" and not (is_long and code in _LONG):
        row = _NEUTRAL.get(code, _OTHERS_NEUTRAL)
    else:
        row = (_LONG if is_long and code in _LONG else _SHORT).get(code, _OTHERS)
    return _between(probability, row)


def _between(probability: float, row: tuple[float, ...]) -> float:
    """The row's value at a probability, on the straight line between the two that stand there."""
    if not _AT[0] < probability < _AT[-1]:
        return row[0] if probability <= _AT[0] else row[-1]
    right = bisect.bisect(_AT, probability)
    low, high = _AT[right - 1], _AT[right]
    return round(row[right - 1] + (row[right] - row[right - 1]) * (probability - low) / (high - low), 4)
