"""The time that figures are counted over, and the time before it that they are held against."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ALWAYS = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to, not including, `until`."""

    since: datetime
    until: datetime
    words: str

    @property
    def choice(self) -> str:
        """The name under which it was chosen."""
        return next((choice for choice, words in CHOICES.items() if words == self.words), "all")

    @property
    def label(self) -> str:
        """What it is called where one chooses."""
        return LABELS[self.choice]

    @property
    def is_all(self) -> bool:
        """Whether it has no beginning."""
        return self.since == ALWAYS

    @property
    def before(self) -> "Period | None":
        """The time of the same length before it; None where it has no beginning, or is longer than what was before."""
        length = self.until - self.since
        if self.since - ALWAYS < length:
            return None
        return Period(self.since - length, self.since, f"the {self.words} before")


CHOICES = {"30": "30 days", "90": "90 days", "365": "year", "all": "whole time"}
"""What each is called within a sentence."""
LABELS = {"30": "30 days", "90": "90 days", "365": "A year", "all": "All time"}
"""What each is called where one chooses among them."""


def last(choice: str, *, at: datetime) -> Period:
    """The period of a choice, up to now; 90 days where the choice is not known."""
    choice = choice if choice in CHOICES else "90"
    since = ALWAYS if choice == "all" else at - timedelta(days=int(choice))
    return Period(since, at + timedelta(seconds=1), CHOICES[choice])
