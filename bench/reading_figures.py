"""What the product says of its own reading: the figures behind the page "How well we read", written into its data.

python -m bench.reading --write
"""

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bench import accuracy
from heedful.understand import light
from heedful.understand.light import language, words

FILE = Path(light.__file__).parent / "data" / "figures.json"
FEWEST = 100
"""Texts of a kind that have a figure of their own."""
LONG = 40
"""Words from which on a text is a long one."""
CODES = {"german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt"}
TOPIC_SETS = {
    "complaints": "Complaints about restaurants, eight topics told by one sentence each",
    "restaurants": "Sentences of restaurant reviews, seven topics told by one sentence each",
}

type Felt = list[tuple[str, str]]
"""Texts with their feelings."""


def write(data: Path, *, on: date) -> None:
    """Measure on the labelled files and write the figures; refuses where a file is missing."""
    missing = [name for name, _ in accuracy.LABELLED_FILES.values() if not (data / name).is_file()]
    if missing:
        raise SystemExit(f"Not measured: {data} has no {', '.join(missing)}.")
    FILE.write_text(json.dumps(figures(data, on=on), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def figures(data: Path, *, on: date) -> dict[str, Any]:
    """All that the page shows."""
    return {
        "model": light.MODEL,
        "measured_on": on.isoformat(),
        "feelings": feelings(data),
        "own_sentences": [{"language": "nl", "texts": len(accuracy.dutch_sentences()), "right": accuracy.dutch_talk()}],
        "signals": [row for name, code in (("english", "en"), ("german", "de")) for row in _signals(data, name, code)],
        "signals_check": [
            _signals(data, f"{name}_check", code)[0] for name, code in (("english", "en"), ("german", "de"))
        ],
        "topics": _topics(data),
        "languages": _languages(data),
    }


def feelings(data: Path) -> list[dict[str, Any]]:
    """How often a feeling is shown and right, by language, length and kind of text."""
    return [_felt(code, kind, texts) for code, kind, texts in _sets(data) if len(texts) >= FEWEST]


def _sets(data: Path) -> Iterable[tuple[str, str, Felt]]:
    """Language, kind of text, texts: those that are long apart from the others."""
    talk = [(text, feeling) for text, feeling, _, _ in accuracy.labelled(data, "english") if feeling]
    tweets = accuracy.rows(data, accuracy.OTHERS)
    railway = [(row["text"], row["sentiment"]) for row in accuracy.rows(data, accuracy.RAILWAY)]
    whole = [
        ("en", "Service talk", talk),
        ("en", "Reviews", _reviews(data)),
        ("de", "Talk about a railway", railway),
        *(
            (code, "Tweets", [(row["text"], row["label"]) for row in tweets if row["language"] == name])
            for name, code in CODES.items()
        ),
    ]
    for code, kind, texts in whole:
        for is_long in (False, True):
            yield code, kind, [pair for pair in texts if (len(pair[0].split()) > LONG) is is_long]


def _reviews(data: Path) -> Felt:
    return [*accuracy.rated(data, accuracy.SEATS), *accuracy.rated(data, accuracy.LOUNGES)]


def _felt(code: str, kind: str, texts: Felt) -> dict[str, Any]:
    told = light.read([text for text, _ in texts])
    shown = [(one, feeling) for one, (_, feeling) in zip(told, texts, strict=True) if one.sentiment]
    right = np.array([one.sentiment == feeling for one, feeling in shown])
    sure = np.array([one.sentiment_confidence for one, _ in shown])
    return {
        "language": code,
        "length": "long" if len(texts[0][0].split()) > LONG else "short",
        "kind": kind,
        "texts": len(texts),
        "shown": round(len(shown) / len(texts), 3),
        "right": round(float(right.mean()), 3),
        "calibration_error": round(accuracy.calibration_error(sure, right), 3),
    }


def _signals(data: Path, name: str, code: str) -> list[dict[str, Any]]:
    found = accuracy.signal_figures(accuracy.labelled(data, name))
    kinds = [key.removesuffix("_fired") for key in found if key.endswith("_fired")]
    return [
        {
            "language": code,
            "signal": kind,
            "fired": int(found[f"{kind}_fired"]),
            "there": int(found[f"{kind}_there"]),
            "precision": round(found[f"{kind}_precision"], 3),
            "recall": round(found[f"{kind}_recall"], 3),
        }
        for kind in kinds
    ]


def _topics(data: Path) -> list[dict[str, Any]]:
    measures: list[tuple[str, str, Callable[[accuracy.Rows], dict[str, float]]]] = [
        ("complaints", accuracy.RESTAURANTS, accuracy.complaint_topics),
        ("restaurants", accuracy.ASPECTS, accuracy.restaurant_topics),
    ]
    rows = []
    for name, file, measure in measures:
        found = measure(accuracy.rows(data, file))
        rows.append(
            {
                "kind": TOPIC_SETS[name],
                "spoken_for": round(found[f"{name}_with_a_topic"], 3),
                "right": round(found[f"{name}_first_right"], 3),
            }
        )
    return rows


def _languages(data: Path) -> list[dict[str, Any]]:
    by_code: dict[str, list[bool]] = {}
    for row in accuracy.rows(data, accuracy.LANGUAGES):
        code = row["lang"].split("_")[0]
        by_code.setdefault(code, []).append(language.identify(words.tidy(row["text"]))[0] == code)
    return [
        {"language": code, "texts": len(some), "right": round(sum(some) / len(some), 3)}
        for code, some in sorted(by_code.items())
    ]
