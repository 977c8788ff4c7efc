"""A place in a long list, as an address or a program carries it."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any


def encode(values: Sequence[Any]) -> str:
    """Write the values after which a list goes on."""
    text = json.dumps([_plain(value) for value in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any]:
    """Read what `encode` wrote; whoever reads it checks each value. Raises ValueError for what somebody made up."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise ValueError("This is no cursor.") from None
    if not isinstance(values, list):
        raise ValueError("This is no cursor.")
    return values


def _plain(value: Any) -> str | int | float:
    if isinstance(value, int | float):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
