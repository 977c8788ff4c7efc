"""The short way to the events door: a program that sends events needs no session, no login and no page's headers."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

PREFIX = "/v1/"


class FastPath(WSGIHandler):
    """Django without its middleware, for the addresses of the events door alone."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 - as Django calls it
        """Leave all middleware out."""
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]

    def get_response(self, request: Any) -> Any:
        """Look the address up among this door's alone, and ask no connection how it is before it is used.

        A dead one costs one answer of 503, after which Django replaces it; all clients send that again.
        """
        connection.health_check_done = True  # type: ignore[attr-defined]
        request.urlconf = "heedful.api.events.urls"
        return super().get_response(request)


def with_fast_path(full: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Return an application that sends events the short way and everything else through `full`."""
    light = FastPath()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chosen = light if environ["PATH_INFO"].startswith(PREFIX) else full
        return chosen(environ, start_response)

    return application
