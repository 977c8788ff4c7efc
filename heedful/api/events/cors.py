"""Lets pages of any origin send events: every answer says so, and preflights allow the headers that they ask for."""

from django.http import HttpRequest, HttpResponse

METHODS = "GET, POST, OPTIONS"
HEADERS = "authorization, content-type, anonymousid, sentat"
CACHED_S = "7200"


def preflight(request: HttpRequest) -> HttpResponse:
    """Answer what a browser asks before it sends."""
    return allow(request, HttpResponse(status=204))


def allow(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark an answer as readable for the page that asked; no cookie is read here, so none can be misused."""
    response["Content-Length"] = str(len(response.content))
    origin = request.headers.get("Origin")
    response["Access-Control-Allow-Origin"] = origin or "*"
    if origin:
        response["Access-Control-Allow-Credentials"] = "true"
        response["Vary"] = "Origin, Access-Control-Request-Headers"
    if request.method == "OPTIONS":
        response["Access-Control-Allow-Methods"] = METHODS
        response["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers") or HEADERS
        response["Access-Control-Max-Age"] = CACHED_S
    else:
        response["Access-Control-Expose-Headers"] = "Retry-After, X-RateLimit-Reset"
    return response
