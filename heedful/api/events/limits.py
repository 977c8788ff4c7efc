"""How much the door takes at once, and how it says that something was too much or unreadable."""

EVENT_BYTES = 32 * 1024
"""One event; Segment's limit, which its clients and RudderStack's keep by themselves."""
BATCH_BYTES = 512 * 1024
"""One request, unpacked; Segment says 500 KB, and RudderStack's browser client fills 512 KiB."""
BATCH_ITEMS = 2_500
BODY_BYTES = 4 * 1024 * 1024
"""Beyond this a body is not even read to its end."""
DEPTH = 64
"""Levels of objects and lists within one event; readers of the log must never run out of stack."""
DIGITS = 4_000
"""Digits in a row; readers of the log refuse to turn longer ones into numbers."""


class UnreadableRequest(Exception):
    """A request that cannot be taken at all, with the status and the sentence of its answer."""

    def __init__(self, sentence: str, *, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


class Unusable(Exception):
    """One event that cannot be taken, with the reason; the others of its batch are."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
