"""One thing that happened, as a line of a timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from heedful.web.components.verbatims import WithSignals


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What happened, when, and what stands below it. `tone` is feedback, late, good or nothing."""

    icon: str
    title: str
    at: datetime
    detail: str = ""
    words: str = ""
    """What the customer said."""
    reading: WithSignals | None = None
    """What was read in these words."""
    scores: Sequence[str] = ()
    tone: str = ""
    href: str = ""
    facts: Sequence[tuple[str, object]] = ()
    key: str = ""
    """By which a page that is open knows it again."""

    @property
    def day(self) -> date:
        """The day it happened on, in the reader's zone."""
        return timezone.localtime(self.at).date()
