"""By which rates the company adds up amounts of other currencies: each with the day from which it holds."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from heedful.associates import associates, company
from heedful.associates.models import Company, ExchangeRate
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.kit.reading.currencies import CODES
from heedful.ledger import events

SMALLEST, LARGEST = Decimal("0.0000000001"), Decimal(10_000_000_000)


@dataclass(frozen=True, slots=True)
class ExchangeRateEntered:
    """The company said what one of another currency is in its own, from a day on."""

    currency: str
    into: str
    day: str
    rate: str


@dataclass(frozen=True, slots=True)
class ExchangeRateRemoved:
    """A rate holds no longer; the one before it does again."""

    currency: str
    into: str
    day: str
    rate: str


@transaction.atomic
def enter(*, currency: str, rate: Decimal, day: date, by: By, at: datetime) -> ExchangeRate:
    """Say what one of another currency is in the company's; a second rate for a day replaces the first."""
    associates.must(by, "rate.edit")
    home = _company()
    code = currency.strip().upper()
    _check(code, rate, day, home, at)
    row, _ = ExchangeRate.objects.update_or_create(currency=code, into=home.currency, day=day, defaults={"rate": rate})
    events.record(ExchangeRateEntered(*_words(row)), by=by, at=at)
    return row


@transaction.atomic
def remove(*, rate: ExchangeRate, by: By, at: datetime) -> None:
    """Take a rate away."""
    associates.must(by, "rate.edit")
    events.record(ExchangeRateRemoved(*_words(rate)), by=by, at=at)
    rate.delete()


def _company() -> Company:
    if (home := company.find()) is None:
        raise Refused("Set up the company first.")
    return home


def _check(code: str, rate: Decimal, day: date, home: Company, at: datetime) -> None:
    if code not in CODES:
        raise Refused(f"{code[:20]!r} is not a currency of three letters, such as EUR.")
    if code == home.currency:
        raise Refused(f"{code} is the company's own currency and needs no rate.")
    if not rate.is_finite() or not SMALLEST <= rate < LARGEST:
        raise Refused(f"A rate says how many {home.currency} one {code} is; it is more than nothing.")
    if day > at.astimezone(ZoneInfo(home.time_zone)).date():
        raise Refused("A rate holds from today or from a day before.")


def _words(row: ExchangeRate) -> tuple[str, str, str, str]:
    return row.currency, row.into, row.day.isoformat(), f"{row.rate.normalize():f}"
