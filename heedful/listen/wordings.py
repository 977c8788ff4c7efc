"""What we say when the company has not written it itself: one file a language in `words/`, {company} is filled in."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf.locale import LANG_INFO

from heedful.customers.question_kinds import EXPECTED

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def _read() -> dict[str, dict[str, Any]]:
    files = sorted((Path(__file__).parent / "words").glob("*.toml"), key=lambda file: (file.stem != "en", file.stem))
    return {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


WORDS = _read()
LANGUAGES: dict[str, str] = {language: words["name"] for language, words in WORDS.items()}


def base(language: str) -> str:
    """Return the language without its region: `de` for `de-AT`."""
    return language.replace("_", "-").partition("-")[0].lower()


def is_spoken(language: str) -> bool:
    """Whether we have words of our own in a language."""
    return base(language) in WORDS


def name_of(language: str) -> str:
    """What a language calls itself, or its code where we do not know."""
    return LANGUAGES.get(base(language)) or _about(language).get("name_local", language)


def in_english(language: str) -> str:
    """What a language is called by those who write surveys, such as `Arabic`, or its code where we do not know."""
    return _about(language).get("name", language)


def _about(language: str) -> Mapping[str, str]:
    languages: Mapping[str, Mapping[str, str]] = LANG_INFO
    return languages.get(language.lower()) or languages.get(base(language)) or {}


def ours(key: str, language: str) -> str:
    """Return one of our sentences in a language, or nothing where we have none."""
    return say(key, language) if is_spoken(language) else ""


def direction(language: str) -> str:
    """Return `rtl` for languages that are written from right to left, else `ltr`."""
    return "rtl" if base(language) in RIGHT_TO_LEFT else "ltr"


def say(key: str, language: str, **values: str) -> str:
    """Return one of our sentences in a language, in English where we have no other."""
    return fill(str(_words(language)["sentences"][key]), **values)


def question(code: str, language: str) -> str:
    """Return our wording of a question; nothing for a topic of the company's own, which it words itself."""
    return str(_words(language)["questions"].get(code, ""))


def ends(code: str, language: str) -> tuple[str, str]:
    """Return what the two ends of a scale mean; nothing in a language that we do not speak."""
    words = WORDS.get(base(language), {"ends": {}, "points": {}})
    points = words["points"].get(_scale(code)) or ("", "")
    low, high = words["ends"].get(_scale(code)) or (points[0], points[-1])
    return low, high


def points(code: str, language: str) -> tuple[str, ...]:
    """Return the words of every point of a scale that has words; nothing in a language that we do not speak."""
    return tuple(WORDS.get(base(language), {"points": {}})["points"].get(_scale(code), ()))


def pick(texts: Mapping[str, str], language: str, *fallbacks: str) -> str:
    """Return the text in the language, in the language without its region, in a fallback, in English, or any."""
    for choice in (language, base(language), *fallbacks, "en"):
        if texts.get(choice):
            return texts[choice]
    return next((text for text in texts.values() if text), "")


def fill(text: str, **values: str) -> str:
    """Put values in place of {names}; other braces stay as they are."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def _words(language: str) -> dict[str, Any]:
    return WORDS.get(base(language), WORDS["en"])


def _scale(code: str) -> str:
    scale = code.removeprefix(EXPECTED).partition(".")[0]
    return "helped" if scale == "yes" else scale
