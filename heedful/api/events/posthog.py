"""PostHog's capture format in terms of the events that the door knows."""

import contextlib
from typing import Any

import msgspec
from msgspec import Raw

from heedful.api.events.wire import Event

NAMES = {"$pageview": "page", "$screen": "screen", "$set": "identify", "$identify": "identify"}


def translate(event: Event) -> None:
    """Rewrite an event with a `distinct_id` in place; the id names an account unless it is the device's own."""
    properties = _dict(event.properties)
    name = event.event if isinstance(event.event, str) else ""
    event.type = NAMES.get(name, "track")
    if event.distinct_id == properties.get("$device_id") or properties.get("$is_identified") is False:
        event.anonymous_id = event.distinct_id
    else:
        event.user_id, event.anonymous_id = event.distinct_id, properties.get("$anon_distinct_id")
    if name == "$create_alias":
        event.type, event.previous_id = "alias", properties.get("alias")
    elif name == "$groupidentify":
        event.type, event.group_id = "group", properties.get("$group_key")
        event.traits = _raw(properties.get("$group_set"))
    elif event.type == "identify":
        event.traits = _raw(event.set if isinstance(event.set, dict) else properties.get("$set"))
    elif event.type in ("page", "screen"):
        event.name = properties.get("$screen_name") or properties.get("title")
        url = properties.get("$current_url")
        event.properties = _raw(properties | ({"url": url} if url else {}))
    if isinstance(library := properties.get("$lib"), str):
        event.context = _raw({"library": {"name": library}})


def _dict(text: Raw) -> dict[str, Any]:
    with contextlib.suppress(msgspec.DecodeError):
        if isinstance(read := msgspec.json.decode(bytes(text)), dict):
            return read
    return {}


def _raw(value: Any) -> Raw:
    return Raw(msgspec.json.encode(value if isinstance(value, dict) else {}))
