"""The one task that the worker knows: make the call that a job describes."""

from typing import Any

from django.db import close_old_connections
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(name="run", retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def run(*, function: str, arguments: dict[str, Any]) -> None:
    """Call `function(**arguments)`; a failure is tried again with growing pauses, eight times in all."""
    if not function.startswith("heedful."):
        raise ValueError(f"{function} is not a function of this product")
    close_old_connections()
    import_string(function)(**arguments)
