"""What a process remembers of the database, in one place, so that all of it can be forgotten at once."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Memory:
    """One thing that each process remembers."""

    module: str
    stale_s: float | None
    """For how long it may be wrong after another process wrote; None where what is remembered never changes."""
    forget: Callable[[], None]


_memories: dict[str, Memory] = {}


def register(*, stale_s: float | None) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Mark a module's function that forgets what the module remembers."""

    def mark(forget: Callable[[], None]) -> Callable[[], None]:
        _memories[forget.__module__] = Memory(forget.__module__, stale_s, forget)
        return forget

    return mark


def every() -> list[Memory]:
    """Everything that is remembered by what has been imported, in the order of the modules."""
    return [_memories[module] for module in sorted(_memories)]


def forget_all() -> None:
    """Know nothing of the database any more, as after it was replaced."""
    for memory in every():
        memory.forget()
