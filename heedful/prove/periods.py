"""The time that figures are counted over, and the time before it that they are held against."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from heedful.associates import company
from heedful.kit import days

ALWAYS = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` up to, not including, `until`."""

    since: datetime
    until: datetime
    words: str
    days: int | None = field(default=None, compare=False)
    """So many calendar days in `zone`, where it was chosen so: the time before is as many days, not as many hours."""
    zone: str = field(default="UTC", compare=False)

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
        since = days.before(self.since, self.days, zone=self.zone) if self.days else self.since - length
        return Period(since, self.since, f"the {self.words} before", self.days, self.zone)


CHOICES = {"30": "30 days", "90": "90 days", "365": "year", "all": "whole time"}
"""What each is called within a sentence."""
LABELS = {"30": "30 days", "90": "90 days", "365": "A year", "all": "All time"}
"""What each is called where one chooses among them."""


def last(choice: str, *, at: datetime, zone: str = "") -> Period:
    """The period of a choice, up to now; 90 days where the choice is not known. Its days are those of the company."""
    choice = choice if choice in CHOICES else "90"
    until = at + timedelta(seconds=1)
    if choice == "all":
        return Period(ALWAYS, until, CHOICES[choice])
    return last_days(int(choice), at=at, zone=zone or company.zone())


def last_days(number: int, *, at: datetime, zone: str) -> Period:
    """So many calendar days up to now."""
    words = CHOICES.get(str(number), f"{number} days")
    return Period(days.before(at, number, zone=zone), at + timedelta(seconds=1), words, number, zone)
