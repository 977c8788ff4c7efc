"""The one company that this installation belongs to: its name, its colour, its time."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from django.db import transaction

from heedful.associates import associates, countries
from heedful.associates.models import Company
from heedful.kit import days as kit_days
from heedful.kit import names
from heedful.kit.actor import By
from heedful.kit.errors import Refused
from heedful.kit.reading.currencies import CODES
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class CompanyChanged:
    """The company's name, colour, time zone, currency, country or vision became another."""

    name: str
    colour: str
    time_zone: str
    currency: str
    country: str


def find() -> Company | None:
    """Return the company, or nothing before the first administrator has set it up."""
    return Company.objects.filter(pk=1).first()


def zone() -> str:
    """The time zone that the company lives in: its days, weeks and months begin there."""
    row = find()
    return row.time_zone if row else "UTC"


def days_before(at: datetime, days: int) -> datetime:
    """The same time of the company's clock so many calendar days earlier."""
    return kit_days.before(at, days, zone=zone())


@transaction.atomic
def edit(
    *,
    name: str,
    colour: str,
    time_zone: str,
    currency: str = "",
    country: str = "GB",
    vision: str = "",
    is_demo: bool = False,
    by: By,
    at: datetime,
) -> Company:
    """Say what the company is called, how it looks and by which clock it lives; the first time this founds it.

    Without a currency it has that of its country.
    """
    associates.must(by, "company.edit")
    fields = {
        "name": _name(name),
        "colour": _colour(colour),
        "time_zone": _time_zone(time_zone),
        "currency": _currency(currency or countries.every()[_country(country)].currency),
        "country": _country(country),
    }
    company, _ = Company.objects.update_or_create(
        pk=1,
        defaults={**fields, "vision": names.text(vision)},
        create_defaults={**fields, "vision": names.text(vision), "is_demo": is_demo, "created_at": at},
    )
    events.record(CompanyChanged(**fields), by=by, at=at)
    return company


def _name(name: str) -> str:
    if not (stripped := names.one_line(name)):
        raise Refused("Give the company a name.")
    return stripped[:120]


def _colour(colour: str) -> str:
    if not re.fullmatch(r"#[0-9a-f]{6}", colour.lower()):
        raise Refused(f"{colour!r} is not a colour such as #2f6f5e.")
    return colour.lower()


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise Refused(f"{name!r} is not a time zone such as Europe/London.")
    return name


def _country(code: str) -> str:
    if code.upper() not in countries.every():
        raise Refused(f"{code[:20]!r} is not a country of two letters, such as GB.")
    return code.upper()


def _currency(code: str) -> str:
    if code.upper() not in CODES:
        raise Refused(f"{code[:20]!r} is not a currency of three letters, such as EUR.")
    return code.upper()
