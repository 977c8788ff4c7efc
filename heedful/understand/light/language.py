"""Which language a text is written in."""

from __future__ import annotations

from collections.abc import Sequence

from heedful.understand.light import detectors, valence, weights, words

UNKNOWN, ENGLISH = detectors.UNKNOWN, "en"
FEW_WORDS = 3
_MOSTLY = 0.7
_SHORT_TEXT = 80


def identify(text: str, *, among: tuple[str, ...] = ()) -> tuple[str, float]:
    """The ISO 639-1 code of a tidied text and a confidence of 0..1; ("und", 0.0) where there is nothing to tell from.

    The confidence is the winner's lead over the runner-up as a share of its own score, halved where the detector
    itself calls the answer unreliable. Sixty languages, or those `among` which it must be. A few words are too little
    for the detector; where all of them are common English ones, English it is, and of more words nearly all where the
    detector names a language that is not read.
    """
    code, reliable, scores = detectors.detector(among)(text)
    may_be_english = not reliable and code != ENGLISH and (not among or ENGLISH in among)
    if may_be_english and _is_short_english(text, mostly=not is_read(code)):
        return ENGLISH, 0.5
    return (UNKNOWN, 0.0) if code == UNKNOWN else (code, _confidence(scores, reliable))


def read_languages() -> frozenset[str]:
    """The codes of the languages that are read."""
    return frozenset(valence.lexicons())


def is_read(code: str) -> bool:
    """Whether texts in this language are read; what nobody can tell, such as `ok`, is."""
    return code == UNKNOWN or code in read_languages()


def _is_short_english(text: str, *, mostly: bool) -> bool:
    letters = words.letters(text) if len(text) < _SHORT_TEXT else []
    share = sum(words.plain(word) in _common() for word in letters) / max(1, len(letters))
    return share == 1 if 0 < len(letters) <= FEW_WORDS else mostly and len(letters) > FEW_WORDS and share >= _MOSTLY


@weights.load_once
def _common() -> frozenset[str]:
    return frozenset(weights.text("english.txt").split())


def _confidence(scores: Sequence[float], reliable: bool) -> float:
    if not scores:
        return 0.0
    lead = (scores[0] - scores[1]) / scores[0] if len(scores) > 1 and scores[0] > 0 else 1.0
    return round((0.5 + 0.5 * lead) if reliable else 0.5 * lead, 4)
