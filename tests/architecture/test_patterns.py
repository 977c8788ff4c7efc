"""Whatever a stranger sends: no regular expression of the product takes more than linear time for it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import get_resolver
from django.urls.resolvers import RegexPattern, URLResolver

from heedful.kit import characters
from heedful.kit.reading import numbers, times
from tests.architecture.patterns import Use, slow, uses

DYNAMIC = {
    "heedful.kit.characters:_too_many_marks": [characters._too_many_marks().pattern],
    "heedful.web.components.verbatims:pieces": ["(too late|late|a)", "(aaaa|aaa|aa)"],
    "heedful.kit.reading.times:WRITTEN": [written.pattern for written in times.WRITTEN],
    "heedful.kit.reading.times:NAMED": [written.pattern for written in times.NAMED],
    "heedful.kit.reading.numbers:PATTERNS": [written.pattern for written in numbers.PATTERNS.values()],
}
"""Patterns that are made of values, by their place: what they look like."""


def addresses(resolver: URLResolver | None = None) -> Iterator[re.Pattern[Any]]:
    """Yield the addresses that are regular expressions."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry.pattern, RegexPattern):
            yield entry.pattern.regex
        if isinstance(entry, URLResolver):
            yield from addresses(entry)


def test_no_pattern_is_worse_than_linear() -> None:
    left = dict(DYNAMIC)
    every = [*uses(left), *(Use("address", pattern, frozenset({"search"})) for pattern in addresses())]
    assert not left, f"these are no more: {left}"
    assert len(every) > 80
    unique = {(use.pattern, use.ways): use for use in every}
    bad = {f"{use.place} {use.pattern.pattern!r}": found for use in unique.values() if (found := slow(use))}
    assert not bad, "\n".join(f"{where}\n    {found}" for where, found in bad.items())


@pytest.mark.parametrize(
    ("careless", "way"),
    [
        (r"\s+$", "sub"),
        (r"<([^<>\s]+@[^<>\s]+)>$", "search"),
        (rb'"(?:[^"\\]++|\\.)*+"', "finditer"),
        (r"\D*?(?:\(\s*(\d+)\s*\)|\s\s*\d+)", "fullmatch"),
        (r"\d+\s*(?:[).]+\s*|\s)\D*", "fullmatch"),
    ],
)
def test_careless_patterns_are_found(careless: str | bytes, way: str) -> None:
    assert slow(Use("here", re.compile(careless), frozenset({way})))
