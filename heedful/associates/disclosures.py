"""Disclosures: whom somebody was shown, so that a day's work is free and carrying all customers off is not.

Whoever may export takes as much as they like, and it is written down; all others see so many customers a day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from heedful.associates import associates, company
from heedful.associates.models import Disclosure
from heedful.kit import days, statements
from heedful.kit.actor import By
from heedful.kit.errors import TooMany
from heedful.ledger import events

COUNTED = {"associate", "key"}
RETENTION = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class CustomersDisclosed:
    """Somebody who may export was shown more customers than a day's work takes; so many since the last time."""

    customers: int


@dataclass(frozen=True, slots=True)
class ListExported:
    """A list left as a file: which one, what its rows are, and how many."""

    what: str
    kind: str
    rows: int


SHOW = """
WITH today AS (
    SELECT (%(at)s AT TIME ZONE coalesce((SELECT time_zone FROM associates_company WHERE id = 1), 'UTC'))::date AS day
), seen AS (
    SELECT FROM associates_disclosure
    WHERE actor = %(actor)s AND day = (SELECT day FROM today) AND customers @> %(shown)s::bigint[]
), counted AS (
    INSERT INTO associates_disclosure AS known (actor, day, customers)
    SELECT %(actor)s, day, %(shown)s::bigint[] FROM today
    WHERE NOT EXISTS (SELECT FROM seen) AND cardinality(%(shown)s::bigint[]) <= %(most)s
    ON CONFLICT (actor, day) DO UPDATE
    SET customers = ARRAY(SELECT DISTINCT unnest(known.customers || EXCLUDED.customers))
    WHERE (SELECT count(DISTINCT one) FROM unnest(known.customers || EXCLUDED.customers) one) <= %(most)s
    RETURNING 1
)
SELECT EXISTS (SELECT FROM seen) OR EXISTS (SELECT FROM counted)
"""
"""One statement, which holds the row that it adds to: of many pages at once each sees whom those before it showed.

The day is the company's, as `_day` says."""


def show(*, customers: Iterable[int], by: By, at: datetime) -> None:
    """Count customers before they are shown, each once a day, and refuse what is more than a day's work."""
    shown = sorted(set(customers))
    if by.kind not in COUNTED or not shown or _is_allowed(shown, by, at):
        return
    if not associates.may(by, "customer.export"):
        raise TooMany(
            f"You may be shown {settings.CUSTOMERS_A_DAY:,} customers in a day, and these would be more."
            " Go on tomorrow, or ask somebody who may export."
        )
    _begin_anew(shown, by, at)


def _is_allowed(shown: Sequence[int], by: By, at: datetime) -> bool:
    """Whether these were shown today already, or can be counted within a day's work, which is done then."""
    about = {"actor": str(by), "at": at, "shown": list(shown), "most": settings.CUSTOMERS_A_DAY}
    return bool(statements.fetch(SHOW, about)[0][0])


def _day(at: datetime) -> date:
    """The day where the company is."""
    return days.day_of(at, zone=company.zone())


@transaction.atomic
def _begin_anew(shown: Sequence[int], by: By, at: datetime) -> None:
    """Write down how many they were, and count from nothing."""
    row, _ = Disclosure.objects.select_for_update().get_or_create(actor=str(by), day=_day(at))
    events.record(CustomersDisclosed(len({*row.customers, *shown})), by=by, at=at)
    row.customers = []
    row.save(update_fields=["customers"])


@transaction.atomic
def export(*, what: str, kind: str, rows: int, by: By, at: datetime) -> None:
    """Let a list of customers, or of what is theirs, leave as a file, and write it down."""
    associates.must(by, "customer.export")
    events.record(ListExported(what, kind, rows), by=by, at=at)


@transaction.atomic
def export_figures(*, what: str, rows: int, by: By, at: datetime) -> None:
    """Let figures that name nobody leave as a file, and write it down."""
    associates.must(by, "board.read")
    events.record(ListExported(what, "figure", rows), by=by, at=at)


def forget(*, at: datetime) -> int:
    """Drop what was counted a month ago; returns how many days of how many people."""
    return Disclosure.objects.filter(day__lt=_day(at - RETENTION)).delete()[0]
