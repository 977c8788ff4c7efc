"""What was said of a record: each attribute with the time at which it was true, of which the later stands."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from heedful.customers import trust

type Fact = tuple[Any, datetime]
"""What was said, and when it was true."""

STAGE = "lifecycle_stage"


def stamped_all(facts: Mapping[int, Mapping[str, Fact]]) -> dict[int, dict[str, list[Any]]]:
    """The facts of each record as they are kept, without those that say nothing."""
    return {
        record: {key: _stamped(fact) for key, fact in new.items() if fact[0] is not None}
        for record, new in facts.items()
    }


def _stamped(fact: Fact) -> list[Any]:
    return [fact[0], _stamp(fact[1])]


@lru_cache(maxsize=10_000)
def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def merged(old: Mapping[str, list[Any]], new: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """What stands when new facts come to old ones."""
    if not old:
        return dict(new)
    return {**old, **{key: fact for key, fact in new.items() if key not in old or _is_later(fact, old[key])}}


def latest(old: Mapping[str, list[Any]], new: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """What browsers said last; a page must not fill the house."""
    union = merged(old, new)
    if len(union) <= trust.MOST_FACTS:
        return union
    return dict(sorted(union.items(), key=lambda said: (said[1][1], said[0]), reverse=True)[: trust.MOST_FACTS])


def _is_later(fact: list[Any], other: list[Any]) -> bool:
    return fact[1] > other[1] or (fact[1] == other[1] and repr(fact[0]) > repr(other[0]))


def later(fact: list[Any]) -> tuple[str, str]:
    """By what facts are put in order: their time, and at the same time what they say."""
    return fact[1], repr(fact[0])
