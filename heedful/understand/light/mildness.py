"""Signals of customers who are pleased all the same: small ones are none, grave ones are mild."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import sentences, signals

Floats = NDArray[np.float64]

PLEASED, PLEASED_AT_LENGTH = 0.5, 0.4
"""Probability of positive from which a text or a sentence is plainly positive; that of a long text is a mean."""


def tempered(
    texts: Sequence[str],
    is_pleased: Sequence[bool],
    places_of: Mapping[int, signals.Places],
    feelings: Callable[[Sequence[str]], Floats],
) -> list[signals.FiredSignals]:
    """The signals of each text; whether it is pleased is given, and `feelings` says it of single sentences."""
    left = {row: _unless_pleased(places, is_pleased=is_pleased[row]) for row, places in places_of.items()}
    around = {
        (row, place): sentences.around(texts[row], *place)
        for row, places in left.items()
        for some in places.values()
        for place in some
    }
    pleased = dict(zip(around, feelings(list(around.values()))[:, 2] >= PLEASED, strict=True)) if around else {}
    fired: list[signals.FiredSignals] = [()] * len(texts)
    for row, places in left.items():
        fired[row] = tuple(_signals(texts[row], row, places, pleased, is_mild=is_pleased[row]))
    return fired


def _unless_pleased(places: signals.Places, *, is_pleased: bool) -> signals.Places:
    rules = signals.phrases().rules
    return {name: some for name, some in places.items() if not (is_pleased and rules[name].quiet_when_pleased)}


def _signals(
    text: str,
    row: int,
    places: signals.Places,
    pleased: Mapping[tuple[int, signals.Span], np.bool_],
    *,
    is_mild: bool,
) -> list[signals.Signal]:
    rules = signals.phrases().rules
    fired = []
    for name, some in places.items():
        left = [place for place in some if not pleased[row, place]] if rules[name].quiet_when_pleased else some
        mild = is_mild or all(pleased[row, place] for place in some)
        if left:
            fired.append(signals.Signal(name, tuple(dict.fromkeys(text[a:b] for a, b in left)), is_mild=mild))
    return fired
