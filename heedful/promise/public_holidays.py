"""Public holidays of countries and of regions within them, as a calendar takes them: `GB`, `GB-WLS`."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from heedful.associates import countries
from heedful.kit.errors import Refused

YEARS = 3
"""This year and the next two."""


@cache
def regions() -> Mapping[str, str]:
    """The name of each country and region whose holidays are known, a country before its regions."""
    lines = Path(__file__).with_name("regions.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))


def name_of(region: str) -> str:
    """The name of a country or region; a region's with its country: `Wales, United Kingdom`."""
    if region not in regions():
        raise Refused(f"“{region[:40]}” is not a country or region whose holidays are known.")
    country = regions()[region[:2]]
    return f"{regions()[region]}, {country}" if len(region) > 2 else country


def days(region: str, *, year: int) -> list[str]:
    """The public holidays of a region from a year on, in the order of time: `2026-12-25`."""
    name_of(region)
    import holidays  # it loads every country there is, which takes a second

    country, _, part = region.partition("-")
    years = range(year, year + YEARS)
    return [day.isoformat() for day in sorted(holidays.country_holidays(country, subdiv=part or None, years=years))]


def through(days: Sequence[str]) -> int | None:
    """The last year of days that were taken over."""
    return int(max(days)[:4]) if days else None


def offered() -> dict[str, str]:
    """What the library knows: `regions.tsv` is written from it."""
    import holidays

    regions: dict[str, str] = {}
    supported = holidays.list_supported_countries(include_aliases=False)
    for code, country in countries.every().items():
        if code in supported:
            regions[code] = country.name
            names = _names(holidays.country_holidays(code))
            parts = {f"{code}-{part}": names.get(part, part) for part in supported[code]}
            regions |= dict(sorted(parts.items(), key=lambda one: one[1]))
    return regions


def _names(country: object) -> dict[str, str]:
    """The first name that the library has for each region."""
    aliases: Mapping[str, str] = getattr(country, "subdivisions_aliases", {})
    return {part: name for name, part in reversed(list(aliases.items()))}
