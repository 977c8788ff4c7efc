"""The time that figures on the desk are about: the last 30 or 90 days, a year, or all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

from heedful.prove.periods import ALWAYS, LABELS
from heedful.web import lists

USUAL = "90"


@dataclass(frozen=True, slots=True)
class PagePeriod:
    """From `since` up to, not including, `until`."""

    since: datetime
    until: datetime
    value: str
    choices: lists.Filter
    """The periods that one may choose, the one that is shown among them."""
    query: str
    """The part of an address that keeps the one that somebody chose."""

    @property
    def label(self) -> str:
        """It in words."""
        return LABELS[self.value]

    @property
    def is_all(self) -> bool:
        """Whether it has no beginning."""
        return self.since == ALWAYS


def period_of(request: HttpRequest, *, last: Callable[[], datetime | None], at: datetime) -> PagePeriod:
    """The period that the address names; else the last 90 days, or all time where the `last` of it was before them."""
    chosen = request.GET.get("period", request.GET.get("days", ""))  # `days` is what addresses said before
    value = chosen if chosen in LABELS else _usual(last(), at)
    since = ALWAYS if value == "all" else at - timedelta(days=int(value))
    made = [
        lists.Choice(one, label, one == value, lists.query(request.GET, period=one, days=None), goes=False)
        for one, label in LABELS.items()
    ]
    return PagePeriod(
        since, at, value, lists.Filter("period", "Period", made), f"?period={value}" if chosen == value else ""
    )


def _usual(last: datetime | None, at: datetime) -> str:
    return "all" if last is not None and last < at - timedelta(days=int(USUAL)) else USUAL
