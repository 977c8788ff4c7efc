"""What is shown to somebody who logged in, or told to a program, is kept in no cache."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER, PRIVATE = "Cache-Control", "private, no-store"


def keep_private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: an answer is private unless it says by itself how long it may be kept, as styles and scripts do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, PRIVATE)
        return response

    return middleware
