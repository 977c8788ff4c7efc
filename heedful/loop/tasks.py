"""The worker's way into the schedule: one task that calls what is due."""

from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from heedful.loop.schedule import SCHEDULE


@app.task(name="regularly")
def regularly(timestamp: int, *, function: str) -> None:  # noqa: ARG001 - procrastinate tells it
    """Call a function of the schedule."""
    close_old_connections()
    import_string(function)(at=timezone.now())


for regular in SCHEDULE:
    app.periodic(
        cron=regular.cron,
        periodic_id=regular.name,
        queue=regular.queue,
        task_kwargs={"function": regular.name},
        queueing_lock=regular.name,
        lock=regular.name,
    )(regularly)
