"""What may be told to whom: a text that is kept to the letter, to an address outside the company's own network."""

from collections.abc import Mapping
from typing import Any

from heedful.kit import http
from heedful.kit.errors import Refused


def payload(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an endpoint is told as it can be kept."""
    return {"body": str(written["body"])}


def address(url: str) -> str:
    """Return an address that may be told things; one inside, or without sense, is refused."""
    cleaned = url.strip()
    if len(cleaned) > 500:
        raise Refused("This address is too long.")
    try:
        http.refuse_private(cleaned)
    except http.Unreachable as error:
        raise Refused(f"{error}.") from None
    return cleaned
