"""Where the pages find the live process: a redirect, and leave from the content security policy."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

POLICY = "Content-Security-Policy"


def live(request: HttpRequest) -> HttpResponse:
    """Send an open page on to the live process."""
    return HttpResponseRedirect(f"{address(request)}?{request.META['QUERY_STRING']}", preserve_request=True)


def address(request: HttpRequest) -> str:
    """Return the live process's address as this browser reaches it."""
    if settings.LIVE_URL:
        return str(settings.LIVE_URL)
    host = urlsplit(f"//{request.get_host()}").hostname or "localhost"
    return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{settings.LIVE_PORT}/live"


def allow_live(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let pages connect to the live process under the very host name that the browser used for the page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if policy := response.headers.get(POLICY):
            origin = "/".join(address(request).split("/")[:3])
            if origin not in policy:
                response.headers[POLICY] = policy.replace("connect-src ", f"connect-src {origin} ")
        return response

    return middleware
