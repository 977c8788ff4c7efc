"""The period that an address asks for: read in one way, and chosen in one way, on every page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from heedful.kit import days
from heedful.prove import periods
from heedful.prove.periods import LABELS, Period
from heedful.web import lists

NAME, FORMER = "period", "days"
USUAL = "90"


def normal(query: QueryDict) -> QueryDict:
    """An address with its period under the one name; one that there is not is left out."""
    choice = query.get(NAME, query.get(FORMER))
    if FORMER not in query and (choice is None or choice in LABELS):
        return query
    changed = query.copy()
    for name in (NAME, FORMER):
        changed.pop(name, None)
    if choice in LABELS:
        changed[NAME] = choice
    return changed


def read(request: HttpRequest, *, at: datetime, last: Callable[[], datetime | None] = lambda: None) -> Period:
    """The period that the address names; else the last 90 days, or all time where the `last` of it was before them."""
    return periods.last(request.GET.get(NAME) or _usual(last(), at), at=at, zone=_zone())


def within[M: Model](request: HttpRequest, rows: QuerySet[M], key: str, *, at: datetime) -> QuerySet[M]:
    """The rows of the period that the address names, by the time in `key`; all of them where it names none."""
    if NAME not in request.GET:
        return rows
    return rows.filter(**{f"{key}__gte": periods.last(request.GET[NAME], at=at, zone=_zone()).since})


def chips(request: HttpRequest, label: str = "Period", *, default: str = "") -> lists.Filter:
    """The periods that one may choose."""
    return lists.chips(request, NAME, label, LABELS.items(), default=default)


def context(request: HttpRequest, period: Period) -> dict[str, Any]:
    """What a page shows of its period: it, those that one may choose, and what keeps a choice in an address."""
    choice = request.GET.get(NAME, "")
    return {
        "period": period,
        "period_choices": chips(request, default="" if choice else period.choice),
        "period_query": f"?{NAME}={choice}" if choice else "",
    }


def _usual(last: datetime | None, at: datetime) -> str:
    return "all" if last is not None and last < days.before(at, int(USUAL), zone=_zone()) else USUAL


def _zone() -> str:
    """The company's, by which every page is drawn."""
    return timezone.get_current_timezone_name()
