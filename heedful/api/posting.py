"""POST that may be sent twice: with an Idempotency-Key the second sending gets the first one's answer."""

import functools
import inspect
import json
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.utils import timezone
from ninja import Header, Schema

from heedful.api.door import ApiRequest
from heedful.ledger import idempotency

type Done = tuple[int, Schema | None]


def repeatable(view: Callable[..., Done]) -> Callable[..., HttpResponse]:
    """Let a view that returns (status, schema) be sent again with the same key."""

    @functools.wraps(view)
    def sent(request: ApiRequest, *, idempotency_key: str = "", **kwargs: Any) -> HttpResponse:
        def do() -> tuple[int, Any]:
            status, body = view(request, **kwargs)
            return status, None if body is None else json.loads(json.dumps(body.model_dump(), cls=DjangoJSONEncoder))

        if not idempotency_key:
            return _response(*do())
        sending = f"{request.method} {request.path}\n".encode() + request.body
        answer = idempotency.run_once(
            actor=str(request.auth), key=idempotency_key, request=sending, do=do, at=timezone.now()
        )
        return _response(answer.status, answer.body)

    header = inspect.Parameter(
        "idempotency_key",
        inspect.Parameter.KEYWORD_ONLY,
        annotation=str,
        default=Header("", alias="Idempotency-Key", max_length=idempotency.LONGEST_KEY),  # type: ignore[type-arg]
    )
    sent.__signature__ = inspect.Signature([*inspect.signature(view).parameters.values(), header])  # type: ignore[attr-defined]
    return sent


def _response(status: int, body: Any) -> HttpResponse:
    return HttpResponse(b"" if body is None else json.dumps(body), status=status, content_type="application/json")
