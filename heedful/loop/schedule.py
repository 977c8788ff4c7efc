"""What happens regularly, whether or not anything else does."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from heedful.act import cases
from heedful.associates import disclosures, rate_limits
from heedful.courier import outbox
from heedful.customers import partitions, renormalisation
from heedful.imports import uploads
from heedful.kit import cache
from heedful.ledger import idempotency, jobs
from heedful.listen.conversations import files
from heedful.promise import calendars, commitments, recounts
from heedful.understand import rereadings


@dataclass(frozen=True, slots=True)
class Regular:
    """A function `(*, at)` and when it runs: minute, hour, day, month, weekday, and seconds where six are given."""

    cron: str
    function: Callable[..., object]
    queue: str = jobs.DEFAULT

    @property
    def name(self) -> str:
        """The dotted name of the function."""
        return jobs.dotted(self.function)


SCHEDULE: tuple[Regular, ...] = (
    Regular("23 * * * *", jobs.forget_finished),
    Regular("31 * * * *", idempotency.forget),
    Regular("43 * * * *", cache.forget),
    Regular("*/10 * * * *", rate_limits.forget),
    Regular("17 * * * *", cases.release_abandoned),
    Regular("37 2 * * *", disclosures.forget),
    Regular("*/10 * * * *", renormalisation.keep_up),
    Regular("41 2 * * *", partitions.tend),
    Regular("47 2 * * *", uploads.forget),
    Regular("57 2 * * *", files.forget),
    Regular("* * * * *", commitments.fire, queue=jobs.CLOCKS),
    Regular("* * * * *", outbox.wake_forgotten),
    Regular("22 2 * * *", calendars.keep_up),
    Regular("12 3 * * *", recounts.follow_audiences),
    Regular("52 3 * * *", rereadings.keep_up),
)

if settings.DEMO_ALIVE:
    from heedful.demo import alive

    SCHEDULE += (Regular("* * * * * */5", alive.live_on),)
