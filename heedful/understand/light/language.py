"""Which language a text is written in."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence

import eldc

UNKNOWN = "und"
_starting = threading.Lock()


def identify(text: str, *, among: tuple[str, ...] = ()) -> tuple[str, float]:
    """The ISO 639-1 code of the text and a confidence of 0..1; ("und", 0.0) where there is nothing to tell from.

    The confidence is the winner's lead over the runner-up as a share of its own score, halved where the detector
    itself calls the answer unreliable. Sixty languages, or those `among` which it must be; a word or two is often too
    little for any detector.
    """
    found = _detector(among).detect_details(text)
    code = str(found.language)
    return (code, _confidence(list(found.scores.values()), bool(found.reliable))) if code != UNKNOWN else (UNKNOWN, 0.0)


def _detector(among: tuple[str, ...]) -> eldc.instance:
    with _starting:
        return _started(among)


@functools.lru_cache(maxsize=16)
def _started(among: tuple[str, ...]) -> eldc.instance:
    eldc.init()
    detector = eldc.instance()
    detector.set_scores(2)
    if among:
        detector.set_languages(list(among))
    return detector


def _confidence(scores: Sequence[float], reliable: bool) -> float:
    if not scores:
        return 0.0
    lead = (scores[0] - scores[1]) / scores[0] if len(scores) > 1 and scores[0] > 0 else 1.0
    return round((0.5 + 0.5 * lead) if reliable else 0.5 * lead, 4)
