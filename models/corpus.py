"""The texts that the shipped models are built from: only sets whose licence lets a model made from them be shipped.

Each function takes the data directory and returns rows in a fixed order; models/README.md names origin and licence.
"""

from __future__ import annotations

import csv
import random
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

Texts = Iterable[str]

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_BLANK = re.compile(r"{(\w+)}")
_LONGEST_WORDS = 48


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        yield from csv.DictReader(lines)


def _cut(text: str) -> str:
    return " ".join(text.split()[:_LONGEST_WORDS])


def _sentences(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _SENTENCE_END.split(text)


def service_chats(data: Path) -> Iterator[str]:
    """Customer turns of service chats; the airline part is left out, so that one industry stays unseen."""
    for row in _rows(data / "multidogo/multidogo_dev.csv"):
        if row["domain"] != "airline":
            yield row["utterance"]


def home_requests(data: Path) -> Iterator[str]:
    yield from (row["text"] for row in _rows(data / "hwu64/hwu64_dev.csv"))
    yield from (row["text"] for row in _rows(data / "snips/snips_dev.csv"))


def tickets(data: Path) -> Iterator[str]:
    yield from (_cut(row["text"]) for row in _rows(data / "it_service_tickets/it_tickets_dev.csv"))


def restaurant_complaints(data: Path) -> Iterator[str]:
    path = data / "mcdonalds_complaints/mcd_dev.csv"
    reviews = (row["review"].replace("\u00ce\u00be", " ") for row in _rows(path))
    yield from map(_cut, _sentences(reviews))


def tweets(data: Path) -> Iterator[tuple[str, str]]:
    """(text, label) of SemEval-2017 task 4A."""
    for row in _rows(data / "semeval2017_tweets/tweets.csv"):
        yield row["text"], row["label"]


def review_sentences(data: Path) -> Iterator[tuple[str, str]]:
    """(text, label) of labelled Amazon, Yelp and IMDb sentences; the copy's stray Vietnamese lines are dropped."""
    for row in _rows(data / "sentiment_sentences/sentences_dev.csv"):
        if row["text"].isascii():
            yield row["text"], row["sentiment"]


def own_sentences() -> Iterator[tuple[str, str]]:
    """(text, label) of the verbatims that were written for this product."""
    lists = tomllib.loads((Path(__file__).parent / "own_sentences.toml").read_text(encoding="utf-8"))
    for label, texts in lists.items():
        yield from ((text, label) for text in texts)


def own_patterns(*, filled: int, bare: int, chance: random.Random) -> Iterator[tuple[str, str]]:
    """(text, label) of our patterns, each filled in so many times, with a full stop or without."""
    held = tomllib.loads((Path(__file__).parent / "own_patterns.toml").read_text(encoding="utf-8"))
    blanks = held.pop("blanks")
    for label, patterns in held.items():
        for pattern in patterns:
            for _ in range(filled if _BLANK.search(pattern) else bare):
                text = _BLANK.sub(lambda blank: chance.choice(blanks[blank[1]]), pattern)
                yield text + chance.choice(("", ".")), label


def unlabelled(data: Path) -> list[str]:
    """Every text that the static vectors learn from, once each."""
    sources: list[Callable[[Path], Iterator[str]]] = [service_chats, home_requests, tickets, restaurant_complaints]
    texts = [text.strip() for source in sources for text in source(data)]
    texts += [text.strip() for text, _ in [*tweets(data), *review_sentences(data)]]
    return [text for text in dict.fromkeys(texts) if len(text) > 2]
