"""What a mail may hold: an address that is one, and headers of one line."""

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

from heedful.kit import emails, names
from heedful.kit.characters import is_one_line, storable, straight
from heedful.kit.errors import Refused


def payload(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mail as it can be kept; one that smuggles headers is refused."""
    return {
        "to": _address(written["to"]),
        "to_name": names.one_line(written["to_name"], most=200),
        "subject": straight(_line(written["subject"], "subject"))[:250],
        "text": storable(written["text"]),
        "html": storable(written["html"]),
        "headers": {_line(name, "header"): _line(value, "header") for name, value in written["headers"].items()},
    } | _optional(written)


def _optional(written: Mapping[str, Any]) -> dict[str, Any]:
    """What few mails have: another sender, people copied in, a secret."""
    return (
        ({"sender": _address(written["sender"])} if written.get("sender") else {})
        | ({"cc": _copies(written["cc"])} if written.get("cc") else {})
        | ({"secret": storable(written["secret"])} if written.get("secret") else {})
    )


def _copies(people: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Who gets a copy, each once; whose address is none gets none."""
    names_of: dict[str, str] = {}
    for name, address in people:
        with contextlib.suppress(ValueError):
            names_of.setdefault(emails.wire(address), names.one_line(name, most=200))
    return [[name, address] for address, name in names_of.items()]


def _address(address: str) -> str:
    try:
        return emails.wire(address)
    except ValueError:
        raise Refused(f"{storable(address)[:80]!r} is not an e-mail address.", code="bad_address") from None


def _line(text: str, what: str) -> str:
    if not is_one_line(text):
        raise Refused(f"A {what} is one line.", code="bad_header")
    return storable(text).strip()
