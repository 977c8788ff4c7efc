"""The light tier of reading: language, sentiment, signs of trouble, sentence vectors and topics, in numpy alone.

What was learned lies in heedful/understand/light/data, built by the scripts in models/; models/README.md names the
sources. Nothing is loaded before it is first used, and any number of threads may read at once.
"""

from heedful.understand.light.language import is_read, read_languages
from heedful.understand.light.reading import LightReading, read
from heedful.understand.light.signals import Signal
from heedful.understand.light.topics import THRESHOLD, TopicMatch, TopicSpec, confidences, topics
from heedful.understand.light.vectors import DIM, embed

MODEL = "heedful-light/4"
"""Which models made a reading or a vector; it changes whenever the shipped data or the way of reading does."""

__all__ = [
    "DIM", "MODEL", "THRESHOLD", "LightReading", "Signal", "TopicMatch", "TopicSpec", "confidences", "embed", "is_read",
    "read", "read_languages", "topics",
]  # fmt: skip
