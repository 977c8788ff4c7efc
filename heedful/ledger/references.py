"""What a sign, a mail or an answer is about: a kind of thing and its number, written and read in this place alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class ReferenceKind:
    """A kind of thing that may be named: its table, what people call it, and the address that shows one, if any."""

    model: str
    label: str
    page: str = ""
    former: str = ""
    """How it was called before, and still is in tables that are too large to be rewritten."""


KINDS = {
    "feedback": ReferenceKind("customers.Feedback", "Feedback"),
    "touchpoint": ReferenceKind("customers.Touchpoint", "Touchpoint"),
    "commitment": ReferenceKind("promise.Commitment", "Promise to a customer", former="instance"),
    "invitation": ReferenceKind("listen.Invitation", "Survey", former="ask"),
    "message": ReferenceKind("listen.Message", "Mail on a case", former="note"),
    "opening": ReferenceKind("customers.Customer", "Opened by hand", page="desk:customer"),
    "escalation": ReferenceKind("act.Case", "Case that is nearly late", page="desk:case"),
    "endpoint": ReferenceKind("courier.Endpoint", "Webhook", page="setup:webhook"),
}
"""Every kind of thing that may be named. The detail behind its number is for who wrote it alone to read."""

FORMER = {kind.former: name for name, kind in KINDS.items() if kind.former}


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing by its kind and number, such as `commitment:7`; `detail` says what of it, such as `broken`."""

    kind: str
    number: int
    detail: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of thing that may be named.")

    def __str__(self) -> str:
        return self._written(self.kind)

    @property
    def former(self) -> str:
        """As it is written where old rows are looked up by it and are too many to be written anew."""
        return self._written(KINDS[self.kind].former or self.kind)

    def _written(self, kind: str) -> str:
        return ":".join([kind, str(self.number), *([self.detail] if self.detail else [])])

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Read what was written, by its name of today or by its former one; nothing where it names no such thing."""
        kind, _, rest = text.partition(":")
        number, _, detail = rest.partition(":")
        kind = FORMER.get(kind, kind)
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        return cls(kind, int(number), detail) if kind in KINDS and is_number else None


def numbers(kind: str, texts: Iterable[str]) -> dict[str, int]:
    """Return the numbers of the texts that name a thing of this kind, by text."""
    read = {text: Reference.read(text) for text in texts}
    return {
        text: reference.number for text, reference in read.items() if reference is not None and reference.kind == kind
    }
