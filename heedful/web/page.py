"""How a page is opened: who may, in which time zone, and how a refusal is shown."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import jinja2
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template import engines
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.template.loader import get_template
from django.urls import is_valid_path, reverse
from django.utils import timezone

from heedful.associates import associates
from heedful.associates.models import Associate
from heedful.kit import visibility
from heedful.kit.characters import storable
from heedful.kit.errors import Forbidden, Refused, TooMany
from heedful.web import form_tokens, periods, shell, versions

PAGES = "jinja2"
"""The engine's name among Django's."""


class PageRequest(HttpRequest):
    """A request whose asker is known to be one of us, as views behind `page` get it."""

    user: Associate


type View[**P] = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page[**P](action: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Open the page for associates who may do `action`; others log in first, or are told that they may not."""

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @functools.wraps(view)
        def opened(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            request.GET = periods.normal(_storable(request.GET))  # type: ignore[assignment]  # the copy is as good
            with timezone.override(_zone(request)), visibility.limited(_limit(request)):
                try:
                    associates.must(request.user, action)
                    answer = form_tokens.answer(request, lambda: view(cast("PageRequest", request), *args, **kwargs))
                    if versions.is_stale(request):
                        answer.status_code = 409
                    return _above(request) if answer.status_code == 405 and request.method == "GET" else answer
                except Forbidden as no:
                    return _show(request, no, status=403)
                except Refused as no:
                    return _refused(request, no)

        opened.action = action  # type: ignore[attr-defined]
        return opened

    return decorate


def _limit(request: HttpRequest) -> frozenset[int] | None:
    """The brands that the reader may see; nothing limits whom the page refuses anyway."""
    return request.user.limit if isinstance(request.user, Associate) else None


def _storable(query: QueryDict) -> QueryDict:
    """The address without what no database can hold; nobody types it."""
    if "%00" not in query.urlencode():
        return query
    cleaned = query.copy()
    for name, values in query.lists():
        cleaned.setlist(name, [storable(value) for value in values])
    return cleaned


def redirect_with(request: HttpRequest, address: str, sentence: str = "") -> HttpResponse:
    """Go on to another page, with a sentence that says what happened."""
    if sentence:
        messages.success(request, sentence)
    if is_fragment(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def redirect_back(request: HttpRequest, sentence: str) -> HttpResponse:
    """Go back to the page from which something was done, with a sentence that says what happened."""
    return redirect_with(request, _came_from(request), sentence)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of a page rather than the page."""
    return bool(cast("Any", request).htmx) and not cast("Any", request).htmx.boosted


def fragment(
    request: HttpRequest, template: str, block: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Show one block of a page, for a page that is open already."""
    page = cast("jinja2.Template", cast("Any", get_template(template, using=PAGES)).template)
    around = {"request": request, "csrf_input": csrf_input_lazy(request), "csrf_token": csrf_token_lazy(request)}
    for processor in cast("Any", engines[PAGES]).template_context_processors:
        around |= processor(request)
    parts = page.blocks[block](page.new_context({**context, **around}))
    return HttpResponse("".join(parts), status=status)


def page_or_block(request: HttpRequest, template: str, block: str, context: dict[str, Any]) -> HttpResponse:
    """Show a page, or its block to a page that is open already."""
    if is_fragment(request):
        return fragment(request, template, block, context)
    return render(request, template, context)


def _above(request: HttpRequest) -> HttpResponse:
    """Go to the page that the form of an address stands on: nobody can read what only takes what is sent."""
    above = request.path_info.rpartition("/")[0]
    while above and not is_valid_path(above):
        above = above.rpartition("/")[0]
    return HttpResponseRedirect(above or "/")


def _zone(request: HttpRequest) -> ZoneInfo:
    return ZoneInfo(shell.of(request).company.time_zone)


def _to_login(request: HttpRequest) -> HttpResponse:
    if is_fragment(request):
        return HttpResponse(status=401, headers={"HX-Redirect": reverse("account_login")})
    return redirect_to_login(request.get_full_path() if request.method == "GET" else _came_from(request))


def _refused(request: HttpRequest, no: Refused) -> HttpResponse:
    if is_fragment(request) or request.method == "GET":
        return _show(request, no, status=429 if isinstance(no, TooMany) else 422)
    messages.error(request, no.sentence)
    return HttpResponseRedirect(_came_from(request))


def _show(request: HttpRequest, no: Refused, *, status: int) -> HttpResponse:
    if is_fragment(request):
        response = render(request, "errors/flash.html", {"refusal": no.sentence}, status=422)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#flash", "innerHTML"
        return response
    template = "errors/403.html" if status == 403 else "errors/refused.html"
    return render(request, template, {"sentence": no.sentence}, status=status)


def _came_from(request: HttpRequest) -> str:
    before = urlsplit(request.headers.get("Referer", ""))
    if before.path and before.netloc == request.get_host():
        return before.path + (f"?{before.query}" if before.query else "")
    return "/"
