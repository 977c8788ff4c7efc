"""How well words are read, as it was measured on texts whose meaning is known; the figures come with the product."""

import functools
import json
from typing import Any

from heedful.understand.light import weights

FEWEST = 10
"""Signals that were heard in fewer of the measured texts than these have no figure of their own."""


@functools.cache
def figures() -> dict[str, Any]:
    """What `bench.reading --write` measured: `feelings`, `signals`, `topics` and `languages`, each a list of rows."""
    measured: dict[str, Any] = json.loads(weights.text("figures.json"))
    return measured
