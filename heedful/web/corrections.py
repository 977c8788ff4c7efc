"""What an associate may say of a reading with one click, beside the verbatim that was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from heedful.customers.models import Feedback
from heedful.understand import corrections, detection
from heedful.understand.models import Correction, Reading
from heedful.web import wording


@dataclass(frozen=True, slots=True)
class Offer:
    """One click: that something is not so, or that it is after all."""

    words: str
    name: str
    """Of the button: `not` or `undo`."""
    value: str

    @property
    def is_made(self) -> bool:
        """Whether somebody said so already, and the click takes it back."""
        return self.name == "undo"


def offers(
    rows: Iterable[Feedback], standing: Iterable[Correction], topics: Mapping[str, str]
) -> dict[int, list[Offer]]:
    """What may be said of each reading, by the number of its feedback, given the corrections that stand."""
    readings = {row.pk: row.reading for row in rows if getattr(row, "reading", None)}
    made = corrections.by_feedback(standing)
    return {pk: [*_still(reading, topics), *_made(made.get(pk, []), topics)] for pk, reading in readings.items()}


def _still(reading: Reading, names: Mapping[str, str]) -> list[Offer]:
    parts = [(corrections.SENTIMENT, reading.sentiment)] if reading.sentiment else []
    parts += [(corrections.TOPIC, topic["slug"]) for topic in reading.topics]
    parts += [(corrections.SIGNAL, signal["signal"]) for signal in reading.signals]
    return [Offer(_words(part, value, names), "not", f"{part}:{value}") for part, value in parts]


def _made(rows: Iterable[Correction], names: Mapping[str, str]) -> list[Offer]:
    return [Offer(_words(row.part, row.value, names), "undo", str(row.pk)) for row in rows]


def _words(part: str, value: str, names: Mapping[str, str]) -> str:
    if part == corrections.SENTIMENT:
        return f"Not {wording.FEELINGS.get(value, value).lower()}"
    if part == corrections.TOPIC:
        return f"Not about {names.get(value, value)}"
    return f"Not so: {detection.words_of(value)}"
