"""The views: check the shape, keep what can be kept, and answer as Segment does."""

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import msgspec
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from heedful.api.events import auth, bodies, company_cache, cors, mapping, mending, wire
from heedful.api.events.limits import EVENT_BYTES, UnreadableRequest, Unusable
from heedful.api.events.times import shift
from heedful.associates import brands
from heedful.customers import group_commit, messages, rejections, unknown_brands
from heedful.kit import outage

TAKEN = b'{"success": true}'
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
CODES = {
    400: "unreadable", 401: "unauthenticated", 404: "missing", 405: "method", 413: "large", 429: "too_fast",
    503: "away",
}  # fmt: skip
"""What a refusal is called by programs; RudderStack's client for Python takes an answer without it for a breakdown."""

type View = Callable[..., HttpResponse]


def door(view: View) -> View:
    """Give a view the manners of this door: open to every page, and one form of saying no."""

    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            return cors.preflight(request)
        try:
            response = view(request, *args, **kwargs)
        except UnreadableRequest as unreadable:
            response = _no(unreadable.status, unreadable.sentence)
        except auth.TooFast as fast:
            response = _no(429, "This key sends more events than it may.", wait_s=str(fast.wait_s))
        except (DatabaseError, InterfaceError) as error:
            outage.note(error)
            code = "disk_full" if outage.has_no_room(error) else ""
            response = _no(503, outage.sentence(error), code=code, wait_s=str(outage.AGAIN_S))
        return cors.allow(request, response)

    return answer


def _no(status: int, sentence: str, *, code: str = "", wait_s: str = "") -> HttpResponse:
    body = msgspec.json.encode({"success": False, "code": code or CODES[status], "message": sentence})
    response = HttpResponse(body, status=status, content_type="application/json")
    if wait_s:
        response["Retry-After"] = response["X-RateLimit-Reset"] = wait_s
    if status == 401:
        response["WWW-Authenticate"] = 'Basic realm="events"'
    return response


@door
def send(request: HttpRequest, kind: str | None = None) -> HttpResponse:
    """Take one event of a kind, or a batch when there is no kind."""
    if request.method != "POST":
        return _no(405, "Send events with POST.")
    envelope, body, sender = _open(request)
    items = wire.items(envelope, body, single=kind is not None)
    auth.meter(sender, len(items))
    sent = envelope.sent if envelope.sent is not None else request.headers.get("SentAt")
    refused = _keep(items, kind, sender, sent, envelope.context)
    if kind is not None and refused and len(items[0]) > EVENT_BYTES:
        raise UnreadableRequest(refused[0][0])
    return HttpResponse(TAKEN, content_type="application/json")


def _open(request: HttpRequest) -> tuple[wire.Envelope, bytes, auth.Sender]:
    """Read a request and who sends it; mending is dear, so that a body is not mended before a key was seen."""
    sender = auth.find(auth.key_candidates(request))
    body = bodies.read(*_stream(request))
    if body.lstrip()[:1] == b"[":
        body = b'{"batch":%b}' % body
    envelope = wire.read_envelope(body)
    if envelope is None:
        if sender is None:
            auth.authenticate(auth.key_candidates(request, *mending.key_candidates(body)))
        envelope, body = wire.mend_envelope(body)
    return envelope, body, sender or auth.authenticate(auth.key_candidates(request, envelope.key))


def _stream(request: HttpRequest) -> tuple[bodies.BodyStream, int | None]:
    """Where to read the body from, and how long it says it is; a chunked one does not say."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return request.META["wsgi.input"], None
    said = request.META.get("CONTENT_LENGTH") or "0"
    return request, int(said) if said.isdigit() else 0


def _keep(
    items: list[bytes], kind: str | None, sender: auth.Sender, sent: Any, outer: msgspec.Raw
) -> list[tuple[str, str]]:
    """Keep the events that can be kept; returns the others, each with its reason and what was sent."""
    at = timezone.now()
    ours = company_cache.get()
    arrival = mapping.Arrival(
        at,
        shift(sent, at),
        bytes(outer),
        ours.country,
        ours.currency,
        ours.stages,
        brands=brands.numbers(),
        brand=sender.brand,
    )
    kept: list[messages.SourceMessage] = []
    texts: list[bytes] = []
    refused: list[tuple[str, str]] = []
    for item in items:
        try:
            kept.append(mapping.read(wire.event(item), arrival, item, kind))
            texts.append(item)
        except Unusable as unusable:
            refused.append((unusable.reason, item[: rejections.SNIPPET].decode("utf-8", "replace")))
    no = group_commit.record(messages=kept, source=sender.source, verified=sender.verified, by=sender.by, at=at)
    refused += [(reason, texts[n][: rejections.SNIPPET].decode("utf-8", "replace")) for n, reason in no]
    if arrival.unknown_brands:
        unknown_brands.note(key=sender.key, words=arrival.unknown_brands, at=at)
    if refused:
        rejections.record(key=sender.key, rejected=refused, at=at)
    return refused


@door
def pixel(request: HttpRequest, kind: str) -> HttpResponse:
    """Take one event out of an image's address, as mails send it; the image is answered whatever it says.

    Whoever has the mail can read the key in it, so its word is worth no more than a browser's, whatever its scope.
    """
    query: dict[str, Any] = {name: value for name, value in request.GET.items() if not name.startswith("properties.")}
    query["properties"] = {
        name.removeprefix("properties."): value for name, value in request.GET.items() if name.startswith("properties.")
    }
    sender = auth.authenticate(auth.key_candidates(request))
    auth.meter(sender, 1)
    sender = replace(sender, verified=False)
    _keep([bodies.text(msgspec.json.encode(query))], kind, sender, None, wire.NOTHING)
    response = HttpResponse(PIXEL, content_type="image/gif")
    response["Cache-Control"] = "no-store"
    return response


@door
def ignored(request: HttpRequest) -> HttpResponse:
    """Answer the counters that a client sends about itself, and keep nothing of them."""
    return HttpResponse(TAKEN, content_type="application/json")


@door
def unknown(request: HttpRequest) -> HttpResponse:
    """Say that there is no such address, in words that a program's author can use."""
    return _no(404, "Events go to /v1/batch, or to /v1/ and their type, such as /v1/track.")


@door
def segment_settings(request: HttpRequest, key: str) -> HttpResponse:
    """Tell analytics.js where to send: here."""
    auth.authenticate([key])
    here = f"{request.get_host()}/v1"
    protocol = "https" if request.is_secure() else "http"
    return _json(
        {
            "integrations": {
                "Segment.io": {"apiKey": key, "apiHost": here, "protocol": protocol, "addBundledMetadata": True}
            },
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
            "edgeFunction": {},
            "analyticsNextEnabled": True,
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        }
    )


@door
def rudderstack_settings(request: HttpRequest) -> HttpResponse:
    """Tell RudderStack's clients that their source is on, and that nothing else is to be loaded."""
    candidates = auth.key_candidates(request)
    sender = auth.authenticate(candidates)
    at = timezone.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    off = {"enabled": False}
    source = {
        "id": sender.source,
        "name": sender.by.label,
        "writeKey": candidates[0],
        "enabled": True,
        "workspaceId": "heedful",
        "updatedAt": at,
        "config": {"statsCollection": {"errors": off, "metrics": off}},
        "destinations": [],
        "dataplanes": {},
    }
    return _json({"source": source, "updatedAt": at})


def _json(said: dict[str, Any]) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(said), content_type="application/json")
