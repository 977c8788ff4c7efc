"""The JSON door: who comes in, how a no is said, and what is the same for every address."""

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer, SessionAuth

from heedful import __version__
from heedful.associates import keys
from heedful.associates.models import Associate, Key
from heedful.kit import outage, visibility
from heedful.kit.actor import By
from heedful.kit.errors import Forbidden, Refused, TooMany
from heedful.ledger.versions import Stale

WORDS = {
    400: "The request cannot be read.",
    401: "Come with a key that may use the API, or log in.",
    403: "You may not do this.",
    404: "There is nothing here.",
    405: "This address is not used like that.",
    412: "Somebody changed it since it was read.",
    413: "The request is too large.",
    422: "Something in the request is not as it should be.",
    429: "That was too much for now.",
    503: "Nothing can be kept at this moment.",
}


class Problem(Schema):
    """A no, as RFC 9457 has it: `detail` is the sentence that a person reads on the page."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = ""
    errors: list[dict[str, Any]] = []


PROBLEMS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 422, 429), Problem)


class WithKey(HttpBearer):
    """A key with the full scope, as `Authorization: Bearer KEY`."""

    def authenticate(self, request: HttpRequest, token: str) -> By | None:
        key = keys.find(token)
        if key is None or key.scope != Key.Scope.FULL:
            return None
        keys.note_use(key=key, at=timezone.now())
        _limit_to(request, key.limit)
        return key.by


class WithSession(SessionAuth):
    """Somebody who is logged in, from a page of ours."""

    def authenticate(self, request: HttpRequest, key: str | None) -> By | None:  # noqa: ARG002
        user: Associate | AnonymousUser = request.user
        if not isinstance(user, Associate) or not user.is_active:
            return None
        _limit_to(request, user.limit)
        return user.by


def _limit_to(request: HttpRequest, brands: frozenset[int] | None) -> None:
    request.brands = brands  # type: ignore[attr-defined]


class HeedfulAPI(NinjaAPI):
    """The API, described so that a generated client gets short names and the true type of a no."""

    def get_openapi_operation_id(self, operation: Any) -> str:
        noun = operation.view_func.__module__.rpartition(".")[2]
        return f"{noun}_{operation.view_func.__name__}"

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400:
                        answer["content"] = {"application/problem+json": answer["content"]["application/json"]}
        return schema


def with_declared_parameters(view: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a parameter that an address does not know, rather than answer another question than was asked."""

    @functools.wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        declared = _parameters(view)
        if unknown := sorted(set(request.GET) - declared):
            takes = f"this address takes {', '.join(sorted(declared))}" if declared else "this address takes none"
            what = f"there is no such parameter; {takes}"
            raise ValidationError([{"loc": ("query", name), "msg": what} for name in unknown])
        return view(request, *args, **kwargs)

    return checked


def with_visible_brands(view: Callable[..., Any]) -> Callable[..., Any]:
    """Show what is of those brands alone which the asker may see."""

    @functools.wraps(view)
    def asked(request: HttpRequest, *args: Any, **named: Any) -> Any:
        with visibility.limited(request.brands):  # type: ignore[attr-defined]
            return view(request, *args, **named)

    return asked


def _parameters(view: Any) -> set[str]:
    """The names that the view's operation reads from the query."""
    queries = [model for model in view._ninja_operation.models if model.__ninja_param_source__ == "query"]
    return {name for model in queries for name in model.__ninja_flatten_map__}


api = HeedfulAPI(
    title="Heedful",
    version=__version__,
    description="Everything that people see, for programs. Send events by the addresses in docs/events.md.",
    auth=[WithKey(), WithSession()],
    urls_namespace="api",
    docs_url=None,
)
api.add_decorator(with_declared_parameters, mode="operation")
api.add_decorator(with_visible_brands, mode="operation")


class ApiRequest(HttpRequest):
    """A request whose asker is known."""

    auth: By


def problem(
    status: int, detail: str = "", *, code: str = "", errors: list[dict[str, Any]] | None = None
) -> HttpResponse:
    """Say no."""
    body = Problem(title=WORDS[status], status=status, detail=detail or WORDS[status], code=code, errors=errors or [])
    return HttpResponse(body.model_dump_json(), status=status, content_type="application/problem+json")


def json_method_not_allowed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a view say no to a method in the language of programs too."""

    @functools.wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refusal = problem(405)
        refusal["Allow"] = response.headers.get("Allow", "")
        return refusal

    return answer


@csrf_exempt
def missing(request: HttpRequest) -> HttpResponse:
    """Say no to an address that is not there in the language of programs."""
    return problem(404)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, no: Refused) -> HttpResponse:
    return problem(422, no.sentence, code=no.code)


@api.exception_handler(Stale)
def _stale(request: HttpRequest, no: Stale) -> HttpResponse:
    errors = [{"where": ["body", name], "what": "changed", "now": value} for name, value in no.now.items()]
    return problem(412, no.sentence, code=no.code, errors=errors)


@api.exception_handler(TooMany)
def _too_many(request: HttpRequest, no: TooMany) -> HttpResponse:
    return problem(429, no.sentence, code=no.code)


@api.exception_handler(Forbidden)
def _forbidden(request: HttpRequest, no: Forbidden) -> HttpResponse:
    return problem(403, no.sentence, code=no.code)


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, no: PermissionDenied) -> HttpResponse:
    return problem(403)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, no: AuthenticationError) -> HttpResponse:
    return problem(401, code="unauthenticated")


@api.exception_handler(Http404)
def _missing(request: HttpRequest, no: Http404) -> HttpResponse:
    return problem(404)


@api.exception_handler(ValidationError)
def _misshapen(request: HttpRequest, no: ValidationError) -> HttpResponse:
    errors = [{"where": _where(error.get("loc", ())), "what": error.get("msg", "")} for error in no.errors]
    where = ".".join(str(part) for part in errors[0]["where"][1:]) if errors else ""
    return problem(422, f"{where}: {errors[0]['what']}." if errors else "", code="misshapen", errors=errors)


def _where(loc: Sequence[Any]) -> list[Any]:
    """The place as the program wrote it: a body has no name there."""
    return [*loc[:1], *loc[2:]] if loc[:1] == ("body",) else list(loc)


@api.exception_handler(HttpError)
def _other(request: HttpRequest, no: HttpError) -> HttpResponse:
    where = _place(no.__cause__)
    return problem(
        no.status_code if no.status_code in WORDS else 400, where or str(no), code="unreadable" if where else ""
    )


def _place(error: BaseException | None) -> str:
    """Where a body stops being JSON."""
    match error:
        case json.JSONDecodeError():
            return f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        case UnicodeDecodeError():
            return f"The body is not UTF-8: byte {error.start + 1} does not belong there."
        case RecursionError():
            return "The body is nested too deeply."
        case _:
            return ""


@api.exception_handler(RequestDataTooBig)
def _large(request: HttpRequest, no: RequestDataTooBig) -> HttpResponse:
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024 / 1024
    return problem(413, f"A request may have {most:g} MB; send it in parts.", code="large")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def _unavailable(request: HttpRequest, error: OperationalError | InterfaceError) -> HttpResponse:
    outage.note(error)
    response = problem(503, outage.sentence(error), code="disk_full" if outage.has_no_room(error) else "away")
    response["Retry-After"] = str(outage.AGAIN_S)
    return response
