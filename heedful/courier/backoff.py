"""How a destination that fails is left alone, longer each time, and never tried by two at once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from django.db.models import Q

from heedful.courier.models import Destination
from heedful.kit import presence

LEASE = timedelta(seconds=60)
"""For how long one who delivers holds a destination; taken anew before each delivery."""
JITTER = 0.1
_random = Random()  # noqa: S311 - spreads load, keeps no secret


def pause(schedule: Sequence[int], failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row: the schedule's step, give or take a tenth."""
    seconds = schedule[min(max(failures, 1), len(schedule)) - 1]
    return timedelta(seconds=seconds * (1 + _random.uniform(-JITTER, JITTER)))


def take_lease(*, destination: Destination, at: datetime) -> bool:
    """Take a destination for oneself; false when somebody else delivers there. Who is gone holds nothing."""
    if _lease(destination, Q(busy_until=None) | Q(busy_until__lte=at), at=at):
        return True
    destination.refresh_from_db(fields=["busy_until", "held_by"])
    if destination.held_by is None or presence.is_here(destination.held_by):
        return False
    return _lease(destination, _as_held(destination), at=at)


def renew_lease(*, destination: Destination, at: datetime) -> bool:
    """Keep what one took for another while; false when it was lost in between."""
    return _lease(destination, _as_held(destination), at=at)


def _as_held(destination: Destination) -> Q:
    """Held as this row says: by the same process, until the same time."""
    return Q(busy_until=destination.busy_until, held_by=destination.held_by)


def _lease(destination: Destination, free: Q, *, at: datetime) -> bool:
    until = at + LEASE
    ours = Destination.objects.filter(free, pk=destination.pk)
    if not ours.update(busy_until=until, held_by=presence.mine.number):
        return False
    destination.busy_until, destination.held_by = until, presence.mine.number
    return True


def release_lease(*, destination: Destination) -> None:
    """Let others deliver there, unless one who took it since does."""
    ours = Destination.objects.filter(_as_held(destination), pk=destination.pk)
    ours.update(busy_until=None, held_by=None)
    destination.busy_until = destination.held_by = None


def note_failure(
    *, destination: Destination, schedule: Sequence[int], answer: str, wait_s: int | None, at: datetime
) -> None:
    """Leave a destination alone after a failure, at least as long as it asked for."""
    destination.answer = answer
    destination.failures += 1
    destination.failing_since = destination.failing_since or at
    rest = max(pause(schedule, destination.failures), timedelta(seconds=wait_s or 0))
    destination.resting_until = at + rest
    destination.save(update_fields=["answer", "failures", "failing_since", "resting_until"])


def note_recovery(*, destination: Destination) -> None:
    """Forget the failures of a destination that answers again."""
    if destination.failures:
        destination.failures, destination.failing_since, destination.resting_until = 0, None, None
        destination.save(update_fields=["failures", "failing_since", "resting_until"])
