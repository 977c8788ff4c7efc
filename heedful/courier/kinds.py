"""The kinds of event that the outside may hear of, by the names under which it does."""

import re
from collections.abc import Iterable, Sequence

from heedful.kit.errors import Refused

_offered: list[str] = []


def kind_of(name: str) -> str:
    """Return the kind under which an event is told: CaseHandedOver is `case.handed_over`."""
    thing, *verb = re.findall(r"[A-Z][a-z0-9]*", name)
    return f"{thing}.{'_'.join(verb) or 'happened'}".lower()


def offer(events: Iterable[type]) -> None:
    """Say which events there are to hear of; the wiring does, when the house is built."""
    _offered[:] = sorted(kind_of(event.__name__) for event in events)


def every() -> Sequence[str]:
    """Return the kinds that there are to hear of, in the order of the alphabet."""
    return tuple(_offered)


def check(kinds: Sequence[str]) -> list[str]:
    """Return the kinds sorted, each once; one that nothing is told under would be waited for in vain."""
    for kind in kinds:
        if kind not in _offered:
            raise Refused(f"There is no kind of event {kind[:80]!r}. There are {', '.join(_offered)}.")
    return sorted(set(kinds))
