"""What reading must reach, row by row, beside what it reaches: one JSON object a row, also for what is not built.

A row that holds says so, one that does not says so too; what cannot be measured here says why.
"""

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench import accuracy, reading_figures
from heedful.understand import light

GRAVE = ("safety", "vulnerable", "escalation", "privacy", "cancellation")
FEWEST = 3
"""Texts in which a grave signal must have been heard to have a precision of its own."""
LEARNED_FROM = (accuracy.TWEETS, accuracy.RESTAURANTS, accuracy.CHATS)
NOT_BUILT = {
    "feelings and detractors after 50 to 1,000 corrections": "corrections are kept as labels, none is learned from",
    "railway with labels, macro-F1": "corrections are kept as labels, none is learned from",
    "banking77 and clinc150, deep": "only the light tier is built; its figures stand in the row above",
    "themes on banking77": "themes are not built",
    "help articles (stackfaq, covidfaq, gnome_help_centre)": "help articles are not searched",
}

type Row = dict[str, Any]
type Limits = dict[str, float]


def rows(data: Path, figures: dict[str, float], speed: Row) -> list[Row]:
    """All rows, from the figures of `accuracy` and whatever else they need."""
    known = [
        *_feelings(data, figures), *_reviews(figures), *_signals(figures), *_topics(data, figures),
        *_languages(figures), _calibration(data), speed, _same_alone(data),
    ]  # fmt: skip
    return [*known, *({"row": name, "not measured": why} for name, why in NOT_BUILT.items())]


def row(name: str, found: Limits, least: Limits | None = None, most: Limits | None = None, **more: Any) -> Row:
    """What was measured beside what it must be, at least or at most; figures without a limit are shown alone."""
    missing = [key for key in (least or {}) | (most or {}) if key not in found]
    if missing:
        return {"row": name, "not measured": "the labelled file is not there"}
    holds = all(found[key] >= value for key, value in (least or {}).items())
    holds = holds and all(found[key] <= value for key, value in (most or {}).items())
    limits = {**({"at least": least} if least else {}), **({"at most": most} if most else {})}
    return {"row": name, "measured": {key: round(value, 3) for key, value in found.items()}, **limits,
            **({"holds": holds} if limits else {}), **more}  # fmt: skip


def _some(figures: dict[str, float], *names: str) -> Limits:
    return {name: figures[name] for name in names if name in figures}


def _feelings(data: Path, figures: dict[str, float]) -> Iterator[Row]:
    yield row("feelings, industry never seen", _unseen(data), {"macro_f1": 0.69, "accuracy": 0.72})
    yield row("detractors from their words, area", _some(figures, "detractor_auc"), {"detractor_auc": 0.91})
    yield row("railway without labels, macro-F1", _some(figures, "railway_macro_f1"), {"railway_macro_f1": 0.44})
    names = [f"{name}_macro_f1" for name in accuracy.OTHER_LANGUAGES]
    found = _some(figures, "mean_of_seven_macro_f1", *names)
    note = "Arabic and Hindi are not read and count as neutral"
    yield row("tweets in seven languages, macro-F1", found, {"mean_of_seven_macro_f1": 0.47}, note=note)
    yield row(
        "Dutch, sentences of our own", {"accuracy": accuracy.dutch_talk()}, note="no labelled Dutch texts at hand"
    )


def _unseen(data: Path) -> Limits:
    """Texts that were read by hand, of the kinds from which nothing was learned."""
    learned = {text.strip() for name in LEARNED_FROM for one in accuracy.rows(data, name) for text in one.values()}
    texts = [one for one in accuracy.labelled(data, "english") if one[1] and one[0] not in learned]
    if not texts:
        return {}
    found = accuracy.service_feelings(texts)
    return {"macro_f1": found["service_macro_f1"], "accuracy": found["service_accuracy"], "texts": len(texts)}


def _reviews(figures: dict[str, float]) -> Iterator[Row]:
    unhappy = ("seat_happy_read_as_unhappy", "lounge_happy_read_as_unhappy")
    yield row("long reviews: happy, read as unhappy", _some(figures, *unhappy), most=dict.fromkeys(unhappy, 0.10))
    signal = ("seat_happy_with_a_signal", "lounge_happy_with_a_signal")
    yield row("long reviews: happy, with a signal", _some(figures, *signal), most=dict.fromkeys(signal, 0.05))


def _signals(figures: dict[str, float]) -> Iterator[Row]:
    grave = [name for name in GRAVE if figures.get(f"english_{name}_fired", 0) >= FEWEST]
    least = {"english_all_precision": 0.75, "english_all_recall": 0.67}
    least |= {f"english_{name}_precision": 0.70 for name in grave}
    yield row("signals, English", _some(figures, *least), least)
    least = {"german_all_precision": 0.60, "german_all_recall": 0.45}
    yield row("signals, German", _some(figures, *least), least)
    for name, limits in (("english", (0.75, 0.67)), ("german", (0.60, 0.45))):
        least = dict(zip((f"{name}_check_all_precision", f"{name}_check_all_recall"), limits, strict=True))
        yield row(f"signals, texts that were drawn later, {name}", _some(figures, *least), least)


def _topics(data: Path, figures: dict[str, float]) -> Iterator[Row]:
    for name in ("complaints", "restaurants"):
        least = {f"{name}_with_a_topic": 0.65, f"{name}_first_right": 0.58}
        yield row(f"topics by description, {name}", _some(figures, *least), least)
    found = _some(figures, "intent_names_only", "intent_ten_examples")
    all_of_them = accuracy.intents_by_all(accuracy.rows(data, accuracy.BANKING))
    yield row("banking77, light: names, ten examples, all", found | all_of_them)
    yield row(
        "clinc150, light: twenty examples, refused", _some(figures, "clinc_twenty_examples", "clinc_out_of_scope")
    )


def _languages(figures: dict[str, float]) -> Iterator[Row]:
    least = {"language": 0.98, "language_four_words": 0.95}
    yield row("language, short messages and four words", _some(figures, *least), least)


def _calibration(data: Path) -> Row:
    """How far what is said of a feeling is from how often it is right, by language, length and kind of text."""
    found = {
        f"{one['language']} {one['length']} {one['kind']}": one["calibration_error"]
        for one in reading_figures.feelings(data)
    }
    return row("calibration error where a feeling is shown", found, most=dict.fromkeys(found, 0.08))


def speed(texts: Sequence[str], pipeline: Callable[[Sequence[str]], int]) -> Row:
    """CPU of all that is done to a text beside VADER's of its one judgement, in turns; the middle of five."""
    name = "CPU a text beside VADER"
    try:
        judge = importlib.import_module("vaderSentiment.vaderSentiment").SentimentIntensityAnalyzer().polarity_scores
    except ImportError:
        return {"row": name, "not measured": "vaderSentiment is not there: put it on PYTHONPATH to have it as the peer"}
    ratios = []
    for _ in range(5):
        ours, theirs = _cpu(lambda: pipeline(texts)), _cpu(lambda: [judge(text) for text in texts])
        ratios.append(ours / theirs)
    return row(
        name, {"times": float(np.median(ratios)), "least": min(ratios), "most": max(ratios)}, most={"times": 4.0}
    )


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _same_alone(data: Path) -> Row:
    """Whether a text has the same reading and the same bytes alone as among others."""
    texts = [one["text"] for one in accuracy.rows(data, accuracy.NPS)][:200] or ["ok", "Thank you.", "Still waiting!"]
    together, vectors = light.read(texts), light.embed(texts)
    same = all(
        light.read([text])[0] == together[place] and light.embed([text])[0].tobytes() == vectors[place].tobytes()
        for place, text in enumerate(texts)
    )
    return row("same bytes alone or among others", {"same": float(same), "texts": len(texts)}, {"same": 1.0})
