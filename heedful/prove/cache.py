"""Figures that took long to count stand for a while before they are counted anew, so that the board opens at once.

A small company counts in a few milliseconds and always sees the newest figures. Where counting takes longer, it takes
at most half a percent of the time, however many people look.
"""

from collections.abc import Callable
from time import monotonic
from typing import cast

from django.core.cache import cache

from heedful import __version__

LONG_S = 0.1
"""What is counted faster than this is counted each time."""
TIMES = 200
"""How many times as long as it took to count something, it stands."""
MOST_S = 60.0


def recent[T](name: str, count: Callable[[], T]) -> T:
    """What was counted under this name lately, else what is counted now."""
    name = f"{__version__}.{name}"  # another version may not understand what this one counted
    value = cache.get(name)
    if value is not None:
        return cast("T", value)
    began = monotonic()
    counted = count()
    took_s = monotonic() - began
    if took_s >= LONG_S:
        cache.set(name, counted, min(MOST_S, took_s * TIMES))
    return counted
