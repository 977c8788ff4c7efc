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
_ROWS = {
    ("en", "negative"): (0.40, 0.50, 0.63, 0.80, 0.92),
    ("en", "neutral"): (0.36, 0.59, 0.76, 0.90, 0.97),
    ("en", "positive"): (0.44, 0.56, 0.79, 0.96, 0.99),
    ("de", "negative"): (0.36, 0.46, 0.58, 0.73, 0.84),
    ("de", "neutral"): (0.46, 0.58, 0.66, 0.82, 0.90),
    ("de", "positive"): (0.34, 0.43, 0.57, 0.74, 0.86),
    ("fr", "negative"): (0.48, 0.61, 0.69, 0.80, 0.92),
    ("fr", "neutral"): (0.42, 0.46, 0.49, 0.52, 0.55),
    ("fr", "positive"): (0.45, 0.57, 0.67, 0.76, 0.86),
}
_LONG_ROWS = {
    ("en", "negative"): (0.45, 0.60, 0.77, 0.90, 0.96),
    ("en", "neutral"): (0.25, 0.40, 0.60, 0.80, 0.90),
    ("en", "positive"): (0.60, 0.76, 0.92, 0.98, 0.99),
    ("de", "negative"): (0.36, 0.43, 0.51, 0.60, 0.70),
    ("de", "neutral"): (0.68, 0.78, 0.86, 0.90, 0.92),
    ("de", "positive"): (0.20, 0.30, 0.45, 0.66, 0.80),
}
_OTHERS = (0.38, 0.49, 0.60, 0.73, 0.90)
_OTHERS_NEUTRAL = (0.38, 0.46, 0.54, 0.62, 0.66)


def stated(code: str, feeling: str, probability: float, *, is_long: bool) -> float:
    """The share of feelings like this one that are right, from 0 to 1."""
    row = _LONG_ROWS.get((code, feeling)) if is_long else None
    others = _OTHERS_NEUTRAL if feeling == "neutral" else _OTHERS
    return _between(probability, row or _ROWS.get((code, feeling), others))


def _between(probability: float, row: tuple[float, ...]) -> float:
    """The row's value at a probability, on the straight line between the two that stand there."""
    if not _AT[0] < probability < _AT[-1]:
        return row[0] if probability <= _AT[0] else row[-1]
    right = bisect.bisect(_AT, probability)
    low, high = _AT[right - 1], _AT[right]
    return round(row[right - 1] + (row[right] - row[right - 1]) * (probability - low) / (high - low), 4)
