"""Clocks: when what is undecided must be evaluated again, since it changes at a moment by itself.

A clock is a job that waits in the database for its moment, so that it outlives every process. Only the next ones wait:
a job for each of a million commitments that are due some day would slow every other job down. Whatever comes later
stays in the commitments' own rows, from which the worker takes it each minute, and when it starts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from heedful.ledger import jobs

HORIZON = timedelta(minutes=10)
"""How far ahead clocks wait as jobs."""
STEP = timedelta(milliseconds=200)
"""Moments within a step share one job; it fires at the end of the step, so never before its time."""
PRIORITY = 10
BATCH_SIZE = 500
EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def set_for(moment: datetime, *, ring: Callable[..., None], at: datetime) -> None:
    """Have `ring(moment=...)` called when the moment comes; what waits already is not doubled."""
    if moment > at + HORIZON:
        return
    rung_at = end_of_step(moment)
    at_iso = rung_at.isoformat()
    name = f"{jobs.dotted(ring)}:{at_iso}"
    jobs.enqueue(ring, at=rung_at, priority=PRIORITY, queueing_lock=name, queue=jobs.CLOCKS, moment=at_iso)


def gather(ring: Callable[..., None]) -> jobs.Gathered:
    """Take along the other clocks that have run out."""
    return jobs.gather(ring, like={}, queue=jobs.CLOCKS, priority=PRIORITY, most=BATCH_SIZE)


def end_of_step(moment: datetime) -> datetime:
    """The first end of a step that is not before the moment."""
    return EPOCH - (EPOCH - moment) // STEP * STEP
