"""One thing that happened, as a line of a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, when, and what stands below it. `tone` is feedback, late, good or nothing."""

    icon: str
    title: str
    at: datetime
    detail: str = ""
    words: str = ""
    scores: Sequence[str] = ()
    tone: str = ""
    href: str = ""
    facts: Sequence[tuple[str, object]] = ()
    at_time: bool = False
    """Show the time of day, under a heading that names the day."""
