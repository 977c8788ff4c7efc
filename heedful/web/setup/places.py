"""Fields in which a company says where it is: its country, and the time zone by which it lives."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest

from heedful.associates import countries
from heedful.kit.reading.currencies import CODES
from heedful.promise import public_holidays


@cache
def zones() -> list[tuple[str, Any]]:
    """Time zones grouped by region; the old second names that some have are left out."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(available_timezones() & countries.by_zone().keys()):
        region, _, place = zone.partition("/")
        grouped.setdefault(region, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return [*grouped.items(), ("UTC", "UTC")]


def country_choices() -> list[tuple[str, str]]:
    """Countries by name."""
    return [("", "Choose a country"), *((one.code, one.name) for one in countries.every().values())]


@cache
def regions() -> list[tuple[str, Any]]:
    """Countries and regions whose public holidays are known, grouped by country."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for code in public_holidays.regions():
        country = public_holidays.name_of(code[:2])
        grouped.setdefault(country, []).append((code, public_holidays.name_of(code)))
    return list(grouped.items())


class ZoneSelect(forms.Select):
    """A choice of time zones, each of which knows its country for the script that guesses."""

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        """Add the zone's country to its option."""
        option = super().create_option(name, value, *rest, **more)
        if country := countries.by_zone().get(str(value)):
            option["attrs"]["data-country"] = country
        return option


def country_field(**more: Any) -> forms.ChoiceField:
    """A field for the country."""
    return forms.ChoiceField(
        choices=country_choices, help_text="Phone numbers without a prefix are read as numbers from here.", **more
    )


def currency_choices() -> list[tuple[str, str]]:
    """Currencies by their letters, after the one that most companies want."""
    return [("", "That of the country"), *((code, code) for code in sorted(CODES))]


def currency_field(**more: Any) -> forms.ChoiceField:
    """A field for the company's currency, which follows its country."""
    return forms.ChoiceField(
        choices=currency_choices, help_text="What customers are worth is shown and added up in it.", **more
    )


def zone_field(**more: Any) -> forms.ChoiceField:
    """A field for the time zone."""
    return forms.ChoiceField(
        choices=lambda: [("", "Choose a time zone"), *zones()], widget=ZoneSelect, label="Time zone", **more
    )


def keep(field: Any, value: str) -> None:
    """Let a field go on with a choice that it would not offer by itself."""
    offered = {
        code for _, group in field.choices for code in ([c for c, _ in group] if isinstance(group, list) else [])
    }
    if value and value not in offered | {str(code) for code, _ in field.choices}:
        field.choices = [*field.choices, (value, value)]


def guess(request: HttpRequest) -> dict[str, str]:
    """What a browser's languages say of the place: the country, and the foremost of its time zones."""
    header = request.headers.get("Accept-Language", "")[:200]
    spoken = [part.partition(";")[0].strip() for part in header.split(",")]
    country = countries.every().get(countries.of_languages(spoken))
    return {"country": country.code, "time_zone": country.zones[0] if country.zones else ""} if country else {}
