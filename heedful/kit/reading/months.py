"""Which month a word names, in the language that its sender says and in English."""

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

ENGLISH = "en"
NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
SHORTEST = 3
"""Letters with which a name may be cut short, where they begin one month alone."""


@cache
def languages() -> Mapping[str, Mapping[str, int]]:
    """The months of every language that is known, by their names without accents."""
    lines = Path(__file__).with_name("months.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {
        code: {name: month for month, forms in enumerate(months.split(" "), 1) for name in forms.split("|")}
        for code, months in rows
    }


@lru_cache(maxsize=1_000)
def month_of(word: str, language: str = ENGLISH) -> int | None:
    """The month that a name or its beginning means in a language or in English, or None."""
    folded = _folded(word)
    for code in dict.fromkeys((language[:2].lower(), ENGLISH)):
        names = languages().get(code, {})
        if folded in names:
            return names[folded]
        begun = {month for name, month in names.items() if name.startswith(folded)}
        if len(folded) >= SHORTEST and len(begun) == 1:
            return begun.pop()
    return None


def is_known(language: str) -> bool:
    """Whether the months of a language are known, however it goes on: de, de-AT."""
    return language[:2].lower() in languages()


def _folded(word: str) -> str:
    """A word in small letters without accents."""
    parts = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).strip(".")
