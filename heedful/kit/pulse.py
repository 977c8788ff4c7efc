"""Signs of life: a process gives them, and whoever started it sees when they no longer come."""

import asyncio
import mmap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

BEAT_S = 1.0
START_S = 60.0
"""For the first sign of life; what is loaded and asked before it may take a while on a busy machine."""
AWAKE_S = 2.0
"""Of a longer time between two looks only this much counts: then the watcher, or the machine, stood still itself."""


class Pulse:
    """A number in memory that a process shares with the one that forked it; it changes while the process lives."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)

    def beat(self) -> None:
        """Give a sign of life."""
        self._memory[0] = (self._memory[0] + 1) % 256

    @property
    def count(self) -> int:
        """How often there was one, round and round."""
        return self._memory[0]


@dataclass
class Watch:
    """What the parent knows of a process: how long it has given no sign of life."""

    pulse: Pulse
    patience_s: float
    pid: int = 0
    count: int = 0
    still_s: float = 0.0
    looked_at: float = 0.0
    has_begun: bool = field(default=False, init=False)

    def has_stopped(self, *, pid: int, at: float) -> bool:
        """Look once, on the monotonic clock; true when the process has been still for longer than it may."""
        count = self.pulse.count
        if pid != self.pid:
            self.pid, self.has_begun, self.still_s = pid, False, 0.0
        elif count != self.count:
            self.has_begun, self.still_s = True, 0.0
        else:
            self.still_s += min(at - self.looked_at, AWAKE_S)
        self.count, self.looked_at = count, at
        return self.still_s > (self.patience_s if self.has_begun else max(START_S, self.patience_s))


def every_beat(do: Callable[[], None]) -> None:
    """Call something again and again beside this process's own work, for as long as the process lives."""

    def go_on() -> None:
        while True:
            do()
            time.sleep(BEAT_S)

    threading.Thread(target=go_on, daemon=True, name="pulse").start()


async def beat_in_loop(pulse: Pulse) -> None:
    """Give signs of life for as long as the event loop goes round."""
    while True:
        pulse.beat()
        await asyncio.sleep(BEAT_S)
