"""A form that is sent twice is done once: each has a token as it is drawn, and the second gets the first's answer."""

import re
import secrets
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.backends.utils import csrf_input_lazy
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString, mark_safe

from heedful.associates.models import Associate
from heedful.kit import locks
from heedful.kit.errors import Refused
from heedful.ledger import idempotency
from heedful.web import versions

NAME = "form_token"
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")
AGAIN = "sentence_for_repeats"


class FormInput:
    """What stands in each form that is posted: the guard against forged ones, and a token that no other form has."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def _guard(self) -> str:
        """The guard, drawn once for a page: it is masked anew for each, and a list has a hundred forms."""
        return str(csrf_input_lazy(self._request))

    def __html__(self) -> SafeString:
        token = secrets.token_urlsafe(16)
        return mark_safe(f'{self._guard}<input type="hidden" name="{NAME}" value="{token}">')

    __str__ = __html__


def context(request: HttpRequest) -> dict[str, Any]:
    """Put it into every template, in the place of the guard alone."""
    return {"csrf_input": FormInput(request)}


def mark_unrepeatable[R: HttpResponseBase](response: R, sentence: str) -> R:
    """Mark an answer that nobody gets again, such as one with a secret: who sends the form again is refused."""
    setattr(response, AGAIN, sentence)
    return response


def answer(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Open a page; a form that was done already is answered as it was then.

    The words are part of the name: who goes back and writes others sends another form. A form that only is shown again,
    with what is wrong in it, did nothing. What is refused on the way leaves what was written before it, such as counts.
    """
    if request.method != "POST" or not TOKEN.fullmatch(request.POST.get(NAME, "")):
        return view()
    if versions.NAME in request.POST:
        return _run(request, view, lock=request.path)
    return _run(request, view)


def _run(request: HttpRequest, view: Callable[[], HttpResponseBase], *, lock: str = "") -> HttpResponseBase:
    response: HttpResponseBase | Refused = HttpResponse()

    def do() -> tuple[int, Any]:
        nonlocal response
        before = len(_waiting(request))
        if lock:
            locks.lock(lock)  # of two who save at once the second reads what the first wrote
        try:
            response = view()
        except Refused as no:
            response = no
        return _reply(request, response, before)

    sending = salted_hmac(NAME, f"{request.path}\n{request.POST.urlencode()}", algorithm="sha256").hexdigest()
    reply = idempotency.run_once(
        actor=str(cast("Associate", request.user).by),
        key=f"{request.POST[NAME]} {sending}",
        request=sending.encode(),
        do=do,
        at=timezone.now(),
    )
    if isinstance(response, Refused):
        raise response
    return _again(request, reply.body) if reply.is_repeated else response


def _reply(request: HttpRequest, response: HttpResponseBase | Refused, before: int) -> tuple[int, Any]:
    """What is kept of an answer: where it leads and what it adds to say; nothing of one that did nothing."""
    if isinstance(response, Refused):
        return 0, None
    if sentence := getattr(response, AGAIN, ""):
        return response.status_code, {"sentence": sentence}
    address = response.headers.get("Location") or response.headers.get("HX-Redirect")
    return (response.status_code, {"address": address, "words": _waiting(request)[before:]}) if address else (0, None)


def _waiting(request: HttpRequest) -> list[tuple[int, str]]:
    """The sentences that the next page says; looking at them takes none away."""
    storage = cast("BaseStorage", messages.get_messages(request))
    waiting = [(message.level or 0, str(message.message)) for message in storage]
    storage.used = False
    return waiting


def _again(request: HttpRequest, body: Any) -> HttpResponse:
    """The first one's answer, with its sentences where they were lost on the way."""
    if "sentence" in body:
        raise Refused(body["sentence"])
    waiting = {words for _, words in _waiting(request)}
    for level, words in body["words"]:
        if words not in waiting:
            messages.add_message(request, level, words)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": body["address"]})
    return HttpResponseRedirect(body["address"])
