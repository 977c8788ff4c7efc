"""The worker: does the jobs, each kind with hands of its own, and takes over those of a worker that was killed."""

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.conf import settings
from django.db import OperationalError, connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from heedful.kit import presence
from heedful.kit.errors import Refused
from heedful.kit.pulse import Pulse, beat_in_loop
from heedful.ledger import jobs
from heedful.loop import rescue
from heedful.loop.regular import Deferrer
from heedful.understand import reading

HEARTBEAT_S = 2.0
POLL_S = 1.0
GRACE_S = 4.0
HANDS = {jobs.CLOCKS: 2, jobs.PROMISES: 2, jobs.MAILS: 1, jobs.WEBHOOKS: 3, jobs.SLOW_WEBHOOKS: 1}
"""Jobs of a queue that are done at once, beside those of all other work: whatever that waits for, these go on."""
SPARE = 3
"""Threads for what the loop itself has to wait for, such as names to be looked up."""


def run(*, alone: bool, pulse: Pulse | None = None) -> None:
    """Work until a signal asks to stop; `alone` says that no other worker shares this database."""
    try:
        if alone:
            forget_the_dead()
        threading.Thread(target=reading.warm, daemon=True).start()
        connection.close()
        with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
            asyncio.run(_work(working, pulse or Pulse()))
    except (OperationalError, psycopg.OperationalError, ConnectorException) as error:
        why = next(iter(str(error).strip().splitlines()), "it does not answer")
        raise Refused(f"The worker has no database, and starts anew: {why}", code="away") from None


def forget_the_dead() -> None:
    """Strike former workers off the list, so that what they were doing is free to be done again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")


class Hands(Worker):
    """The hands of one queue; those of the clocks also see to what is regular."""

    async def _periodic_deferrer(self) -> None:
        if list(self.queues or ()) == [jobs.CLOCKS]:
            await Deferrer(registry=self.app.periodic_registry, **self.app.periodic_defaults).worker()
        await asyncio.Event().wait()


async def _work(working: App, pulse: Pulse) -> None:
    hands = {jobs.DEFAULT: settings.WORKER_CONCURRENCY, **HANDS}
    threads = sum(hands.values()) + SPARE
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads, thread_name_prefix="job"))
    async with working.open_async():
        working.perform_import_paths()  # type: ignore[no-untyped-call]
        working.job_manager = rescue.Present(working.connector)
        tasks = [asyncio.create_task(_take_from(working, queue, at_once)) for queue, at_once in hands.items()]
        tasks += [asyncio.create_task(rescue.go_on(working)), asyncio.create_task(beat_in_loop(pulse))]
        try:
            # Who ends was asked to, or lost the database: then all end, and the parent starts the whole of it anew.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            presence.mine.end()


async def _take_from(working: App, queue: str, at_once: int) -> None:
    worker = Hands(
        app=working,
        queues=[queue],
        concurrency=at_once,
        fetch_job_polling_interval=POLL_S,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=rescue.STALLED_S,
        shutdown_graceful_timeout=GRACE_S,
        install_signal_handlers=queue == jobs.DEFAULT,
    )
    await worker.run()  # type: ignore[no-untyped-call]
