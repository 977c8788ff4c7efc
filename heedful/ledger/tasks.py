"""The one task that the worker knows: make the call that a job describes."""

from typing import Any

from django.db import close_old_connections
from django.utils.module_loading import import_string
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from heedful.ledger import jobs


@app.task(name="run", pass_context=True, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def run(context: JobContext, *, function: str, arguments: dict[str, Any]) -> None:
    """Call `function(**arguments)`; a failure is tried again with growing pauses, eight times in all."""
    if not function.startswith("heedful."):
        raise ValueError(f"{function} is not a function of this product")
    close_old_connections()
    with jobs.doing(context.job.id):
        import_string(function)(**arguments)
