"""What an answer cost, for the browser's own tools, while one develops."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


def say(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: `Server-Timing` has the milliseconds in the database and in all else, which is mostly drawing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        in_database_s = statements = 0.0

        def measure(execute: Any, *statement: Any) -> Any:
            nonlocal in_database_s, statements
            began = time.perf_counter()
            try:
                return execute(*statement)
            finally:
                in_database_s += time.perf_counter() - began
                statements += 1

        began = time.perf_counter()
        with connection.execute_wrapper(measure):
            response = get_response(request)
        rest_s = time.perf_counter() - began - in_database_s
        database = f'database;dur={in_database_s * 1000:.1f};desc="{statements:.0f} statements"'
        response.headers["Server-Timing"] = f"{database}, render;dur={rest_s * 1000:.1f}"
        return response

    return middleware
