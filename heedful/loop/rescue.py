"""What a worker that is gone was doing is done by another, as soon as it is seen that it is gone."""

import asyncio
import logging
from collections.abc import Iterable

from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from heedful.kit import presence

LOOK_S = 0.5
STALLED_S = 12.0

LEFT = """
SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
FROM procrastinate_jobs job WHERE status = 'doing' AND worker_id IS NOT NULL AND NOT EXISTS ({held})
""".format(held=presence.HELD.format(number="job.worker_id"))
"""Jobs of workers whose lock is gone."""

log = logging.getLogger(__name__)


class Present(JobManager):
    """Registers a worker only when its lock tells all others that it is there."""

    async def register_worker(self) -> int:
        """Return the worker's number, which this process holds from here on until it ends."""
        number = await super().register_worker()
        await asyncio.to_thread(presence.mine.hold, number)
        return number


async def go_on(working: App) -> None:
    """Put the jobs of workers that are gone back into the queue, now and twice a second."""
    missed: set[int] = set()
    while True:
        try:
            await asyncio.to_thread(presence.mine.keep)
            missed = await _look(working, missed)
        except (ConnectorException, OSError) as error:
            log.warning("Interrupted jobs could not be looked for: %s", error)
        await asyncio.sleep(LOOK_S)


async def _look(working: App, missed: set[int]) -> set[int]:
    """Take back what is stalled, and what was without its worker at the last look and still is.

    Once is not enough: a worker whose connection was cut is without its lock until it has another.
    """
    for job in await working.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
        await _again(working, job)
    left = await _left(working)
    for job in left:
        if job.id in missed:
            await _again(working, job)
    return {job.id for job in left if job.id is not None}


async def _left(working: App) -> Iterable[Job]:
    return [Job.from_row(row) for row in await working.connector.execute_query_all_async(query=LEFT)]


async def _again(working: App, job: Job) -> None:
    log.warning("Job %s (%s) was interrupted; it runs again.", job.id, job.call_string)
    try:
        await working.job_manager.retry_job(job)
    except UniqueViolation:  # the same call waits already, so that one will do
        await working.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
