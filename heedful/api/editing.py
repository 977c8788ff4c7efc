"""An edit with a version: `ETag` says which one was read, `If-Match` that nothing else shall be overwritten."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Header

from heedful.api.door import PROBLEMS, ApiRequest, Problem
from heedful.ledger import versions

TAG = re.compile(r'"([^"]*)"')
EDIT_PROBLEMS: dict[Any, Any] = {**PROBLEMS, 412: Problem}
IfMatch = Annotated[
    str,
    Header(
        "",
        alias="If-Match",
        max_length=1000,
        description="The ETag of what was read. Where somebody changed it since, the edit is refused with 412.",
    ),
]


def tag(response: HttpResponse, fields: Mapping[str, Any]) -> None:
    """Say which version of a thing is shown."""
    response["ETag"] = f'"{versions.version(fields)}"'


def edit[T](
    request: ApiRequest,
    if_match: str,
    *,
    fields: Callable[[], Mapping[str, Any]],
    change: Callable[[], T],
    **about: int | str,
) -> T:
    """Change a thing where it still is what the program read; without a version, whatever it is."""
    return versions.edit(earlier=_earlier(if_match), fields=fields, change=change, by=request.auth, **about)


def _earlier(if_match: str) -> list[str]:
    """The versions of a header; `*` is every one."""
    if if_match.strip() in ("", "*"):
        return []
    return TAG.findall(if_match) or [if_match]
