"""The deferrer of what is regular: it goes by the clock on the wall, wherever somebody sets it."""

from collections.abc import Iterable

from procrastinate.periodic import PeriodicDeferrer, TaskAtTime

LOOK_S = 5.0


class Deferrer(PeriodicDeferrer):
    """Defers each task once at each of its times, and goes on from where the clock was set to."""

    def get_previous_tasks(self, at: float) -> Iterable[TaskAtTime]:
        """Forget what was done at times that are yet to come, or so long ago that nothing is made up for."""
        self.last_defers = {key: done for key, done in self.last_defers.items() if at - self.max_delay <= done <= at}
        return super().get_previous_tasks(at)

    async def wait(self, next_tick: float) -> None:
        """Look again before long, for the clock may be set meanwhile."""
        await super().wait(min(next_tick, LOOK_S))
