"""What tells languages apart: a fast detector where there is one for the machine, else one in plain Python."""

from __future__ import annotations

import copy
import functools
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

UNKNOWN = "und"
SURE = 0.5
_CODES = (
    "am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl"
    " no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
)
LANGUAGES = frozenset(_CODES.split())
"""Those that the fast detector knows; the other is held to them, so that both answer with the same codes."""

_starting = threading.Lock()


class Judgement(NamedTuple):
    """A language, whether the detector trusts its answer, and the scores of the best two."""

    code: str
    is_reliable: bool
    scores: tuple[float, ...]


type Detector = Callable[[str], Judgement]


def detector(among: tuple[str, ...]) -> Detector:
    """Return the machine's detector for some languages, or for all that it knows."""
    with _starting:
        return _started(among)


@functools.lru_cache(maxsize=16)
def _started(among: tuple[str, ...]) -> Detector:
    try:
        return _fast(among)
    except ImportError:
        return _plain(among)


def _fast(among: tuple[str, ...]) -> Detector:
    import eldc

    eldc.init()
    engine = eldc.instance()
    engine.set_scores(2)
    if among:
        engine.set_languages(list(among))

    def judge(text: str) -> Judgement:
        details = engine.detect_details(text)
        return Judgement(str(details.language), bool(details.reliable), tuple(details.scores.values()))

    return judge


@functools.cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _plain(among: tuple[str, ...]) -> Detector:
    engine = copy.copy(_model())
    engine.set_languages((frozenset(among) or LANGUAGES) & frozenset(engine.labels))

    def judge(text: str) -> Judgement:
        if not any(map(str.isalpha, text)):
            return Judgement(UNKNOWN, False, ())
        best: list[tuple[str, Any]] = engine.rank(text)[:2]
        return Judgement(best[0][0], best[0][1] >= SURE, tuple(float(score) for _, score in best))

    return judge
