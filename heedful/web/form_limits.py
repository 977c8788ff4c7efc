"""What a form may bring: as much as a page of ours ever sends."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from heedful.web import errors

FORM_BYTES = 512 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def limit(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: refuse a form that is larger than any of ours before any of it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.content_type in FORMS and int(request.META.get("CONTENT_LENGTH") or 0) > FORM_BYTES:
            return _large(request)
        return get_response(request)

    return middleware


def _large(request: HttpRequest) -> HttpResponse:
    words = f"A form may bring {FORM_BYTES // 1024} KB; nothing of this was kept."
    if not request.path_info.startswith("/api/"):
        return errors.plain("This is too large", words, 413)
    problem = {"type": "about:blank", "title": "The request is too large.", "status": 413, "detail": words}
    body = {**problem, "code": "large", "errors": []}
    return JsonResponse(body, status=413, content_type="application/problem+json")
