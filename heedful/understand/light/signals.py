"""Signs of trouble in what a customer wrote, and the very words that are the sign.

The signs are phrases in data/signals.toml. A text is held against the phrases of its own language alone, for one word
means different things in two (a German `Gericht` is a court or a dish, and `Anzeige` a display), and against those of
every language where nobody can tell which it is. What is passed on, such as a headline with a link, is nobody's
trouble here.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from heedful.understand.light import language, weights, words

GAP = 3
REACH = 3
"""Words before a phrase in which a negator takes it back."""
NEGATED_BEHIND = frozenset({"de", "nl"})
_STOPS = frozenset(".!?;,:()")
_SENTENCE_ENDS = (".", "!", "?")
_PASSED_ON = frozenset((words.URL, "#", "rt", "dpa", "ots", "afp", "reuters"))
BEGINNING = "^"
"""Stands in a phrase for the beginning of a sentence, or of a part of one."""
_ELIDED = 4
_SHORTEST_REST = 3
_MOST_CACHED_WORDS = 60_000

type Form = tuple[str, str]
type Span = tuple[int, int]
"""First and last word of a phrase in a text."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign of trouble by its name, and the words of the text that are the sign, each as it was written.

    It is mild where the customer is pleased all the same.
    """

    signal: str
    words: tuple[str, ...]
    is_mild: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """One place in a phrase: certain words, words that begin so, a gap, or the beginning of a sentence."""

    exact: frozenset[str]
    stems: tuple[str, ...]
    is_gap: bool = False
    is_beginning: bool = False

    def fits(self, form: Form) -> bool:
        return any(one in self.exact or (bool(self.stems) and one.startswith(self.stems)) for one in form if one)


@dataclass(frozen=True, slots=True)
class Phrase:
    signal: str
    language: str
    elements: tuple[Element, ...]
    anchor: int
    is_ours: bool = False
    """Whether it counts only in a sentence in which the customer speaks of themselves."""

    def span(self, forms: Sequence[Form], at: int) -> Span | None:
        """First and last place of the phrase in a text whose word `at` fits the anchor."""
        last = _reach(self.elements[self.anchor + 1 :], forms, at, 1)
        first = _reach(self.elements[: self.anchor][::-1], forms, at, -1) if last is not None else None
        return None if first is None or last is None else (first, last)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a signal is heard: whether negation takes it back, and whether a pleased customer does."""

    negatable: bool
    quiet_when_pleased: bool


UNLESS = "unless "
"""How the name of a rule begins whose phrases take those of a signal back."""


@dataclass(frozen=True, slots=True)
class Phrases:
    rules: dict[str, Rule]
    negators: dict[str, frozenset[str]]
    first_person: dict[str, frozenset[str]]
    second_person: dict[str, frozenset[str]]
    phrases: list[Phrase]
    by_word: dict[str, list[int]]
    by_stem: dict[str, list[int]]
    cached: dict[str, tuple[Form, tuple[int, ...]]] = field(default_factory=dict)

    def record(self, word: str) -> tuple[Form, tuple[int, ...]]:
        """The word's forms and the phrases that it may be the anchor of."""
        if word not in self.cached:
            form = _form(word)
            self.cached[word] = (form, tuple(sorted(set(self._anchored(form)))))
        return self.cached[word]

    def _anchored(self, form: Form) -> Iterator[int]:
        for one in filter(None, form):
            yield from self.by_word.get(one, ())
            for end in range(2, len(one) + 1):
                yield from self.by_stem.get(one[:end], ())


@weights.load_once
def phrases() -> Phrases:
    held = tomllib.loads(weights.text("signals.toml"))
    rules: dict[str, Rule] = {}
    listed: list[Phrase] = []
    for name, spec in held["signals"].items():
        rules[name] = Rule(spec.get("negatable", True), spec.get("quiet_when_pleased", False))
        rules[UNLESS + name] = Rule(negatable=False, quiet_when_pleased=False)
        listed += _listed(name, spec)
        listed += [replace(phrase, is_ours=True) for phrase in _listed(name, spec.get("ours", {}))]
        listed += _listed(UNLESS + name, spec.get("unless", {}))
    by_word: dict[str, list[int]] = {}
    by_stem: dict[str, list[int]] = {}
    for number, phrase in enumerate(listed):
        anchor = phrase.elements[phrase.anchor]
        for word in anchor.exact:
            by_word.setdefault(word, []).append(number)
        for stem in anchor.stems:
            by_stem.setdefault(stem, []).append(number)
    negators, first, second = (_by_language(held[name]) for name in ("negators", "first_person", "second_person"))
    return Phrases(rules, negators, first, second, listed, by_word, by_stem)


def _by_language(lists: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    return {code: frozenset(some) for code, some in lists.items()}


def _listed(rule: str, spec: Mapping[str, Any]) -> list[Phrase]:
    """The phrases of one table, by language."""
    lists = ((code, lines) for code, lines in spec.items() if isinstance(lines, list))
    return [phrase for code, lines in lists for line in lines for phrase in _phrases(rule, code, line)]


def names() -> tuple[str, ...]:
    """Every signal that can be heard."""
    return tuple(name for name in phrases().rules if not name.startswith(UNLESS))


type FiredSignals = tuple[Signal, ...]
type Places = dict[str, list[Span]]
"""Where each signal is in a text: the first and the last character of its words."""


def places_of(part: words.Words, texts: Sequence[str], codes: Sequence[str]) -> dict[int, Places]:
    """Where the signals are in each tidied text of `part`, given its language, by the row of texts that have some."""
    held = phrases()
    if len(held.cached) > _MOST_CACHED_WORDS:
        held.cached.clear()
    records = [held.record(word) for word in part.unique]
    may_anchor = np.fromiter((bool(anchored) for _, anchored in records), bool, len(records))
    hits = np.flatnonzero(may_anchor[part.ids])
    owners = np.searchsorted(part.starts, hits, side="right") - 1
    fired: dict[int, Places] = {}
    for row, places in _grouped(owners, hits):
        start, end = part.starts[row], part.starts[row + 1]
        sentence = [records[word] for word in part.ids[start:end].tolist()]
        spans = _spans(held, sentence, [place - int(start) for place in places], codes[row])
        if spans and not _is_passed_on(held, [form for form, _ in sentence], codes[row]):
            fired[row] = _in_characters(texts[row], spans)
    return fired


def _spans(
    held: Phrases, forms_of: Sequence[tuple[Form, tuple[int, ...]]], places: Sequence[int], code: str
) -> dict[str, list[Span]]:
    """The places of the phrases that hold, by signal."""
    forms = [form for form, _ in forms_of]
    spans: dict[str, list[Span]] = {}
    for at in places:
        for number in forms_of[at][1]:
            phrase = held.phrases[number]
            if code not in (language.UNKNOWN, phrase.language):
                continue
            span = phrase.span(forms, at)
            if span and _holds(held, phrase, forms, span):
                spans.setdefault(phrase.signal, []).append(span)
    return _but(spans)


def _holds(held: Phrases, phrase: Phrase, forms: Sequence[Form], span: Span) -> bool:
    """Whether nothing around a phrase takes it back."""
    if phrase.is_ours and not _speaks_of(held.first_person[phrase.language], forms, span):
        return False
    return not (held.rules[phrase.signal].negatable and _is_negated(held.negators, phrase.language, forms, span))


def _speaks_of(people: frozenset[str], forms: Sequence[Form], span: Span) -> bool:
    """Whether one of these people stands in the sentence around a span."""
    first, last = span
    while first > 0 and not forms[first - 1][0].startswith(_SENTENCE_ENDS):
        first -= 1
    while last < len(forms) - 1 and not forms[last + 1][0].startswith(_SENTENCE_ENDS):
        last += 1
    return any(form[0] in people or form[1] in people for form in forms[first : last + 1])


def _is_passed_on(held: Phrases, forms: Sequence[Form], code: str) -> bool:
    """Whether a text is a headline or a post of others: it has links, marks or `RT`, and speaks of nobody here."""
    marks = {form[0] for form in forms} & _PASSED_ON
    if not marks or code == language.UNKNOWN:
        return False
    people = held.first_person.get(code, frozenset()) | held.second_person.get(code, frozenset())
    is_addressed = words.HANDLE in {form[0] for form in forms} and "rt" not in marks
    return not is_addressed and not any(form[0] in people for form in forms)


def _but(spans: dict[str, list[Span]]) -> dict[str, list[Span]]:
    """The spans of each signal that none of its `unless` meets."""
    left_over: dict[str, list[Span]] = {}
    for name, some in spans.items():
        back = spans.get(UNLESS + name, [])
        left = [span for span in some if not any(span[0] <= last and first <= span[1] for first, last in back)]
        if left and not name.startswith(UNLESS):
            left_over[name] = left
    return left_over


def _is_negated(negators: dict[str, frozenset[str]], spoken: str, forms: Sequence[Form], span: Span) -> bool:
    around = [range(span[0] - 1, max(-1, span[0] - 1 - REACH), -1)]
    if spoken in NEGATED_BEHIND:
        around.append(range(span[1] + 1, min(len(forms), span[1] + 1 + REACH)))
    for places in around:
        for place in places:
            word = forms[place][0]
            if word in _STOPS:
                break
            if word in negators[spoken] or word.endswith("n't"):
                return True
    return False


def _in_characters(text: str, spans: dict[str, list[Span]]) -> Places:
    at = words.spans(text)
    return {name: [(at[first][0], at[last][1]) for first, last in _widest(spans[name])] for name in sorted(spans)}


def _widest(spans: list[Span]) -> list[Span]:
    """The spans that lie in no other, in the order of the text."""
    widest: list[Span] = []
    for first, last in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not widest or last > widest[-1][1]:
            widest.append((first, last))
    return widest


def _reach(elements: Sequence[Element], forms: Sequence[Form], at: int, step: int) -> int | None:
    """The last place that the elements reach going one way from `at`, or none where they do not fit."""
    if not elements:
        return at
    if elements[0].is_beginning:
        return at if at == 0 or forms[at - 1][0] in _STOPS else None
    rest, room = (elements[1:], GAP) if elements[0].is_gap else (elements, 0)
    for _ in range(room + 1):
        at += step
        if not 0 <= at < len(forms) or forms[at][0] in _STOPS:
            return None
        if rest[0].fits(forms[at]) and (end := _reach(rest[1:], forms, at, step)) is not None:
            return end
    return None


def _grouped(owners: NDArray[np.int64], hits: NDArray[np.int64]) -> Iterator[tuple[int, list[int]]]:
    grouped: dict[int, list[int]] = {}
    for owner, hit in zip(owners.tolist(), hits.tolist(), strict=True):
        grouped.setdefault(owner, []).append(hit)
    yield from grouped.items()


def _form(word: str) -> Form:
    """The word in plain letters, and what follows an elided article, such as `internet` in `d'internet`."""
    low = words.plain(word).replace("ß", "ss")
    head, _, rest = low.partition("'")
    return (low, rest if rest and len(head) <= _ELIDED and len(rest) >= _SHORTEST_REST else "")


def _phrases(signal: str, language: str, line: str) -> list[Phrase]:
    """The phrases of one line: one, and more where an alternative is of several words."""
    ways = [_ways(word) for word in line.split()]
    return [_phrase(signal, language, " ".join(way)) for way in itertools.product(*ways)]


def _ways(word: str) -> list[str]:
    options = word.replace("-", "_-_").split("|")
    single = "|".join(option for option in options if "_" not in option)
    return [*filter(None, [single]), *(option.replace("_", " ") for option in options if "_" in option)]


def _phrase(signal: str, language: str, line: str) -> Phrase:
    elements = tuple(map(_element, line.split()))
    weight = [min([len(one) for one in (*each.exact, *each.stems)], default=0) for each in elements]
    return Phrase(signal, language, elements, weight.index(max(weight)))


def _element(word: str) -> Element:
    if word == "..":
        return Element(frozenset(), (), is_gap=True)
    if word == BEGINNING:
        return Element(frozenset(), (), is_beginning=True)
    options = [words.plain(option).replace("ß", "ss") for option in word.split("|")]
    stems = tuple(option[:-1] for option in options if option.endswith("*"))
    return Element(frozenset(option for option in options if not option.endswith("*")), stems)
