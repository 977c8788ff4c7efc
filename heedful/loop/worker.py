"""The worker: does the jobs, and takes over those of a worker that was killed."""

import asyncio
import contextlib
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status

from heedful.kit.pulse import Pulse, beat_in_loop
from heedful.understand import reading

HEARTBEAT_S = 2.0
STALLED_S = 12.0
POLL_S = 1.0
GRACE_S = 4.0
COURIERS = 3
"""Mail servers and endpoints that are served at once."""
SPARE = 2
"""Threads for what the loop itself has to wait for, such as names to be looked up."""

log = logging.getLogger(__name__)


def run(*, alone: bool, pulse: Pulse | None = None) -> None:
    """Work until a signal asks to stop; `alone` says that no other worker shares this database."""
    if alone:
        forget_the_dead()
    threading.Thread(target=reading.warm, daemon=True).start()
    connection.close()
    with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
        asyncio.run(_work(working, pulse or Pulse()))


def forget_the_dead() -> None:
    """Strike former workers off the list, so that what they were doing is free to be done again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


async def _work(working: App, pulse: Pulse) -> None:
    hands = settings.WORKER_CONCURRENCY + COURIERS
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(hands + SPARE, thread_name_prefix="job"))
    async with working.open_async():
        # What waits for other people's servers has hands of its own, so that a slow one keeps nobody here waiting.
        beside = [
            asyncio.create_task(beat_in_loop(pulse)),
            asyncio.create_task(_rescue(working)),
            asyncio.create_task(_take_from(working, "courier", at_once=COURIERS, heeds_signals=False)),
        ]
        try:
            await _take_from(working, "default", at_once=settings.WORKER_CONCURRENCY, heeds_signals=True)
        finally:
            for task in beside:
                task.cancel()
            for task in beside:
                with contextlib.suppress(asyncio.CancelledError):
                    await task


async def _take_from(working: App, queue: str, *, at_once: int, heeds_signals: bool) -> None:
    await working.run_worker_async(
        queues=[queue],
        concurrency=at_once,
        fetch_job_polling_interval=POLL_S,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALLED_S,
        shutdown_graceful_timeout=GRACE_S,
        install_signal_handlers=heeds_signals,
    )


async def _rescue(working: App) -> None:
    """Put the jobs of workers that are gone back into the queue, now and every few seconds."""
    while True:
        try:
            for job in await working.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
                await _again(working, job)
        except ConnectorException as error:
            log.warning("Interrupted jobs could not be looked for: %s", error)
        await asyncio.sleep(STALLED_S / 3)


async def _again(working: App, job: Job) -> None:
    log.warning("Job %s (%s) was interrupted; it runs again.", job.id, job.call_string)
    try:
        await working.job_manager.retry_job(job)
    except UniqueViolation:  # the same call waits already, so that one will do
        await working.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)
