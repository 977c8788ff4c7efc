"""The countries that there are, by their two letters, and the time zones that each lives by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HOME = {
    "cs": "CZ", "da": "DK", "el": "GR", "et": "EE", "fa": "IR", "he": "IL", "ja": "JP", "ko": "KR", "nb": "NO",
    "sl": "SI", "sv": "SE", "uk": "UA", "vi": "VN",
}  # fmt: skip
"""Languages that are at home in one country, whose letters are others."""
OWN_LETTERS = {
    "bg", "de", "es", "fi", "fr", "hr", "hu", "id", "is", "it", "lt", "lv", "nl", "no", "pl", "pt", "ro", "ru", "sk",
    "th", "tr",
}  # fmt: skip
"""Languages whose country has the same letters."""


@dataclass(frozen=True, slots=True)
class Country:
    """A country, with its currency and its time zones, the foremost first."""

    code: str
    name: str
    currency: str
    zones: tuple[str, ...]


@cache
def every() -> Mapping[str, Country]:
    """Every country by its letters, in the order of their names."""
    lines = Path(__file__).with_name("countries.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {
        code: Country(code, name, currency, tuple(" ".join(zones).split())) for code, name, currency, *zones in rows
    }


@cache
def by_zone() -> Mapping[str, str]:
    """The country of each time zone that is one country's own."""
    return {zone: country.code for country in every().values() for zone in reversed(country.zones)}


def of_languages(languages: Iterable[str]) -> str:
    """Return the country that a browser's languages speak of, `de-AT` before `de`, or nothing."""
    tags = [language.replace("_", "-").split("-") for language in languages]
    for _, *parts in tags:
        if region := next((part.upper() for part in parts if part.upper() in every()), ""):
            return region
    for language, *_ in tags:
        if country := HOME.get(language) or (language.upper() if language in OWN_LETTERS else ""):
            return country
    return ""
