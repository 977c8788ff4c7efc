"""Builds valence.tsv: how words feel, from VADER's lexicon for English and from our own lists for other languages."""

from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources
from pathlib import Path

from heedful.understand.light import words
from models import corpus

COMMON = 2_000
ACCENTED = {"schön"}
"""Words that are others without their accents."""
ROLES = {"negators": "not", "boosters": "more", "dampers": "less", "contrasts": "but", "menders": "mended"}
ENGLISH = {
    "not": "not no never none nobody nothing neither nor nowhere without cannot cant dont wont isnt arent wasnt werent"
    " doesnt didnt couldnt wouldnt shouldnt hasnt havent hadnt aint hardly rarely seldom barely scarcely n't",
    "more": "absolutely amazingly awfully completely considerably decidedly deeply enormously entirely especially"
    " exceptionally extremely fabulously fully greatly highly hugely incredibly intensely majorly more most"
    " particularly purely quite really remarkably so substantially thoroughly totally tremendously unbelievably"
    " unusually utterly very super bloody damn freaking fucking seriously truly too",
    "less": "almost barely hardly kinda kind less little marginally occasionally partly scarcely slightly somewhat"
    " sorta sometimes bit fairly",
    "but": "but however although though unfortunately except yet",
}
NOTICE = "# English points: VADER, (c) 2016 C.J. Hutto, MIT licence; other languages and roles: Heedful, Apache-2.0.\n"


def build(data: Path, out: Path) -> None:
    rows = [*_vader(), *_emoji(), *_roles("en", {role: line.split() for role, line in ENGLISH.items()}), *_own()]
    latest = {(*row[:2], row[2] in ROLES.values()): row for row in rows}
    lines = sorted("\t".join(row) + "\n" for row in latest.values())
    (out / "valence.tsv").write_text(NOTICE + "".join(lines), encoding="utf-8")
    (out / "english.txt").write_text("".join(word + "\n" for word in _common_english(data)), encoding="utf-8")


def _common_english(data: Path) -> list[str]:
    """The words that most English texts share, by which very short texts are known as English."""
    texts = {*(text for text, _ in corpus.tweets(data)), *corpus.service_chats(data)}
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update({words.plain(word) for word in words.letters(words.tidy(text))})
    ranked = sorted(counted, key=lambda word: (-counted[word], word))
    return sorted(word for word in ranked[:COMMON] if len(word) > 1 or word in "ai")


def _shipped(name: str) -> list[list[str]]:
    found = (resources.files("vaderSentiment") / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in found.splitlines() if "\t" in line]


def _vader() -> list[tuple[str, str, str]]:
    points = {entry[0]: float(entry[1]) for entry in _shipped("vader_lexicon.txt")}
    kept = {_form(word): point for word, point in points.items() if _form(word)}
    return [("en", word, f"{point:g}") for word, point in kept.items()]


def _emoji() -> list[tuple[str, str, str]]:
    """An emoji feels like the words that describe it."""
    points = {word: float(point) for _, word, point in _vader()}
    found = []
    for sign, described in (entry[:2] for entry in _shipped("emoji_utf8_lexicon.txt")):
        total = sum(points.get(word, 0.0) for word in described.split())
        if total and len(words.split([sign]).unique) == 1:
            found.append(("en", sign, f"{max(-4.0, min(4.0, total)):g}"))
    return found


def _form(word: str) -> str:
    """The word as the product cuts it, or nothing where it would be cut in two."""
    cut = words.split([word]).unique
    if len(cut) != 1 or cut[0] != word:
        return ""
    return word if word[0] in ":;=8<" else words.plain(word)


def _roles(language: str, lists: dict[str, list[str]]) -> list[tuple[str, str, str]]:
    return [(language, word, role) for role, some in lists.items() for word in some]


def _own() -> list[tuple[str, str, str]]:
    """Our own words; what is the same in every language stands in each of the others."""
    lists = tomllib.loads((Path(__file__).parent / "own_words.toml").read_text(encoding="utf-8"))
    everywhere = lists.pop("international")["points"]
    found = []
    for language, parts in lists.items():
        found += _roles(language, {role: parts[key] for key, role in ROLES.items() if key in parts})
        own = [(language, _spelled(word.strip()), point) for point, some in parts["points"].items() for word in some]
        theirs = {word for _, word, _ in own}
        if language != "en":
            own += [
                (language, word, point) for point, some in everywhere.items() for word in some if word not in theirs
            ]
        found += own
    return found


def _spelled(word: str) -> str:
    return word if word in ACCENTED else words.plain(word)
