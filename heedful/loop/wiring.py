"""When this happens, do that: the product's behaviour on one page."""

from collections.abc import Sequence

from heedful.ledger.events import Reaction

REACTIONS: dict[type, Sequence[Reaction]] = {}
"""Event -> what follows, each in a job of its own."""

RECORDED_ONLY: tuple[type, ...] = ()
"""Events that are written down and followed by nothing."""
