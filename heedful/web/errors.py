"""What we say when a page cannot be shown."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import is_valid_path

from heedful.associates.models import Company
from heedful.kit import outage
from heedful.web import stylesheet


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that a request could not be read."""
    return _shown(request, "errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this person may not."""
    return _shown(request, "errors/403.html", 403)


def expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was open too long; the check against forged forms refuses it."""
    return _shown(request, "errors/400.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is nothing here; an address with a slash too many leads to its page."""
    page, query = request.path_info.rstrip("/"), request.META.get("QUERY_STRING", "")
    if request.method in ("GET", "HEAD") and page != request.path_info and is_valid_path(page):
        return HttpResponsePermanentRedirect(page + (f"?{query}" if query else ""))
    return _shown(request, "errors/404.html", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that we broke down; asks nothing of the database, which may be what broke."""
    if isinstance(error := sys.exception(), outage.ERRORS):  # in a middleware, so that no other one hears of it
        return unavailable(request, error)
    return plain(
        "Something broke here", "It is our fault, and it has been written to the log. Nothing you did is lost.", 500
    )


def unavailable(request: HttpRequest, error: Exception | None = None) -> HttpResponse:
    """Say that the database cannot be reached for the moment, or cannot keep anything."""
    if isinstance(error, outage.ERRORS):
        outage.note(error)
    if outage.has_no_room(error):
        response = plain(
            "The disk is full",
            "What you just sent was not kept. Whoever looks after this installation has to free some space.",
            503,
        )
    else:
        response = plain(
            "Back in a moment", "The database cannot be reached right now. Try again in a few seconds.", 503
        )
    response.headers["Retry-After"] = "5"
    return response


class Unavailable:
    """Middleware: a database that is away is a 503 that says so, and not a breakdown."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for views whose query failed because the server is away."""
        return unavailable(request, exception) if isinstance(exception, outage.ERRORS) else None


def _shown(request: HttpRequest, template: str, status: int) -> HttpResponse:
    try:
        return render(request, template, status=status)
    except outage.ERRORS as error:
        return unavailable(request, error)


def plain(title: str, words: str, status: int) -> HttpResponse:
    """Say something on a page that asks nothing of the database."""
    colour = Company._meta.get_field("colour").default
    page = render_to_string(
        "errors/500.html", {"title": title, "words": words, "styles": stylesheet.address(str(colour))}
    )
    return HttpResponse(page, status=status)
