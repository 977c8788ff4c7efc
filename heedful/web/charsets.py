"""Text that comes in is UTF-8: the sender does not choose the codec, for Python has slow ones and ones that fail."""

import re
from collections.abc import Callable, Iterable
from typing import Any

type Application = Callable[..., Iterable[bytes]]

_CHARSET = re.compile(r"charset", re.IGNORECASE)
_UTF_8 = re.compile(r'charset\s{0,9}=\s{0,9}"?utf-?8\b', re.IGNORECASE)


def read_as_utf8(application: Application) -> Application:
    """Return an application to which no request names another charset; Django reads even the address by it."""

    def inner(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        kind = environ.get("CONTENT_TYPE", "")
        if kind and len(_CHARSET.findall(kind)) != len(_UTF_8.findall(kind)):
            environ["CONTENT_TYPE"] = _CHARSET.sub("labelled", kind)
        return application(environ, start_response)

    return inner
