"""What happens regularly, whether or not anything else does."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from heedful.associates import disclosures, rate_limits
from heedful.customers import partitions
from heedful.ledger import jobs, once
from heedful.promise import instances, recounts
from heedful.understand import rereadings


@dataclass(frozen=True, slots=True)
class Regular:
    """A function `(*, at)` and when it runs: minute, hour, day, month, weekday, and seconds where six are given."""

    cron: str
    function: Callable[..., object] | str
    queue: str = jobs.DEFAULT

    @property
    def name(self) -> str:
        """The dotted name of the function."""
        return self.function if isinstance(self.function, str) else jobs.dotted(self.function)


SCHEDULE: tuple[Regular, ...] = (
    Regular("23 * * * *", jobs.forget_finished),
    Regular("31 * * * *", once.forget),
    Regular("*/10 * * * *", rate_limits.forget),
    Regular("37 2 * * *", disclosures.forget),
    Regular("41 2 * * *", partitions.tend),
    Regular("* * * * *", instances.fire, queue=jobs.CLOCKS),
    Regular("12 3 * * *", recounts.follow_audiences),
    Regular("52 3 * * *", rereadings.keep_up),
)

if settings.DEMO_ALIVE:
    # The shell's demo stands beside the loop, so it is called by its name.
    SCHEDULE += (Regular("* * * * * */5", "heedful.cli.demo.live_on"),)
