"""What surrounds an event: what its context says of who it was, where, and by what; clients repeat it word for word."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from heedful.customers import identities
from heedful.customers.identities import Name
from heedful.customers.slugs import slug

KEPT = 2_000
LONGEST_KEPT = 4_096


class Context(msgspec.Struct, rename="camel", gc=False):
    """The part of a context that means something here."""

    library: Any = None
    channel: Any = None
    device: Any = None
    traits: Any = None
    external_ids: Any = None
    consent: Any = None
    campaign: Raw = Raw()
    locale: Any = None
    brand: Any = None


@dataclass(frozen=True, slots=True)
class ClientContext:
    """What a context comes down to."""

    names: tuple[Name, ...]
    channel: str
    library_channel: str
    campaign: bytes
    traits: dict[str, Any]
    consent: Any
    locale: str
    brand: str


_context = msgspec.json.Decoder(Context)
_kept: dict[tuple[bytes, bytes, str], ClientContext] = {}


def read(text: bytes, outer: bytes, country: str) -> ClientContext:
    """Return what an event's context and its batch's say together; the event's own says it first."""
    if (context := _kept.get((text, outer, country))) is None:
        context = _read(text, outer, country)
        if len(_kept) >= KEPT:
            _kept.clear()
        if len(text) <= LONGEST_KEPT:
            _kept[text, outer, country] = context
    return context


def _read(own: bytes, outer: bytes, country: str) -> ClientContext:
    first, second = _decoded(own), _decoded(outer)

    def part(name: str) -> Any:
        return value if (value := getattr(first, name)) is not None else getattr(second, name)

    traits = value if isinstance(value := part("traits"), dict) else {}
    names = [*addresses(traits, country), *_devices(part("device"), country), *_external(part("external_ids"), country)]
    channel, library, campaign = part("channel"), part("library"), bytes(first.campaign) or bytes(second.campaign)
    library_name = library.get("name") if isinstance(library, dict) else None
    return ClientContext(
        names=tuple(name for name in names if name),
        channel=slug(channel)[:40] if isinstance(channel, str) else "",
        library_channel=_channel_of(library_name) if isinstance(library_name, str) else "",
        campaign=b'"campaign":' + campaign if campaign[:1] == b"{" and len(campaign) > 2 else b"",
        traits=traits,
        consent=part("consent"),
        locale=value if isinstance(value := part("locale"), str) else "",
        brand=value if isinstance(value := part("brand"), str) else "",
    )


def _decoded(text: bytes) -> Context:
    """Read a context; one that is malformed says nothing."""
    try:
        return _context.decode(text) if text else Context()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Context()


def addresses(traits: dict[str, Any], country: str) -> list[Name | None]:
    """E-mail and phone among traits."""
    return [
        identities.normal(kind, str(value), country)
        for kind in ("email", "phone")
        if (value := traits.get(kind)) and isinstance(value, str | int)
    ]


def _devices(device: Any, country: str) -> list[Name | None]:
    value = device.get("id") if isinstance(device, dict) else None
    return [identities.normal("device", str(value), country)] if value and isinstance(value, str | int) else []


def _external(listed: Any, country: str) -> list[Name | None]:
    return [
        identities.normal("external", f"{one.get('type', 'id')}:{one['id']}", country)
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and isinstance(one.get("id"), str)
    ]


LIBRARIES = (
    ("web", ("analytics.js", "javascript", "analytics-next", "browser", "posthog-js", "web")),
    ("mobile", ("ios", "swift", "android", "kotlin", "flutter", "react-native", "react native")),
    ("server", ("node", "python", "ruby", "php", "go", "java", ".net", "rust", "elixir", "server")),
)
"""Words in the name of a client library, and the channel that they tell of."""


@lru_cache(maxsize=1_000)
def _channel_of(library: str) -> str:
    name = library.lower()
    return next((channel for channel, words in LIBRARIES if any(word in name for word in words)), "")
