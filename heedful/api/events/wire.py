"""What clients write on the wire: typed as loosely as they write it, each event apart from the others."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from heedful.api.events import mending
from heedful.api.events.limits import BATCH_ITEMS, DEPTH, DIGITS, EVENT_BYTES, UnreadableRequest, Unusable

NOTHING = Raw()


class Event(msgspec.Struct, rename="camel", gc=False):
    """One event of Segment's specification, with RudderStack's and PostHog's names beside it."""

    type: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    message_id: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    properties: Raw = NOTHING
    traits: Raw = NOTHING
    context: Raw = NOTHING
    channel: Any = None
    group_id: Any = None
    previous_id: Any = None
    merge_properties: Any = None
    write_key: Any = None
    distinct_id: Any = msgspec.field(name="distinct_id", default=None)
    uuid: Any = None
    set: Any = msgspec.field(name="$set", default=None)


class Envelope(msgspec.Struct, rename="camel", gc=False):
    """A batch, or the outside of a single event."""

    batch: list[Raw] | UnsetType | None = UNSET
    context: Raw = NOTHING
    sent_at: Any = None
    write_key: Any = None
    api_key: Any = msgspec.field(name="api_key", default=None)
    sent_at_: Any = msgspec.field(name="sent_at", default=None)

    @property
    def sent(self) -> Any:
        """When the client says that it sent this, by its own clock."""
        return self.sent_at if self.sent_at is not None else self.sent_at_

    @property
    def key(self) -> str:
        """The key that came in the body, if any."""
        key = self.write_key or self.api_key
        return key if isinstance(key, str) else ""


_envelope = msgspec.json.Decoder(Envelope)
_event = msgspec.json.Decoder(Event)


def read_envelope(body: bytes) -> Envelope | None:
    """Read a body that is JSON as it came; None when it is not."""
    try:
        return _envelope.decode(body)
    except msgspec.ValidationError:
        raise UnreadableRequest("The body must be an object, and its batch a list of events.") from None
    except (msgspec.DecodeError, RecursionError):
        return None


def mend_envelope(body: bytes) -> tuple[Envelope, bytes]:
    """Read a body that is almost JSON, with the text that it was read from in the end."""
    if mending.is_mendable(body):
        body = _flat(mending.mend(_flat(body)))
    try:
        return _envelope.decode(body), body
    except (msgspec.DecodeError, RecursionError) as error:
        place = f": {str(error).removeprefix('JSON is malformed: ')}" if isinstance(error, msgspec.DecodeError) else ""
        raise UnreadableRequest(f"The body is not valid JSON{place}.") from None


def _flat(body: bytes) -> bytes:
    """Return a body without what is nested too deeply, where that is what keeps it from being read."""
    try:
        _envelope.decode(body)
    except RecursionError:
        return mending.flatten(body, DEPTH + 8)
    except msgspec.DecodeError:
        pass
    return body


def items(envelope: Envelope, body: bytes, *, single: bool) -> list[bytes]:
    """Return the JSON text of each event."""
    if isinstance(envelope.batch, list):
        if len(envelope.batch) > BATCH_ITEMS:
            raise UnreadableRequest(f"A batch may have {BATCH_ITEMS:,} events; send smaller batches.")
        return [bytes(item) for item in envelope.batch]
    if not single:
        raise UnreadableRequest("A batch needs a list of events named batch.")
    return [body]


def event(item: bytes) -> Event:
    """Read one event, or say why it cannot be used."""
    if len(item) > EVENT_BYTES:
        raise Unusable(f"An event may have {EVENT_BYTES // 1024} KB; this one has {len(item) // 1024 + 1}.")
    if item.count(b"{") + item.count(b"[") > DEPTH and mending.depth(item) > DEPTH:
        raise Unusable(f"It is nested deeper than {DEPTH} levels.")
    if len(item) > DIGITS and any(_digits(item)):
        raise Unusable(f"It holds a number of more than {DIGITS:,} digits.")
    try:
        return _event.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unusable(_reason(error)) from None


def _digits(item: bytes) -> Iterator[bool]:
    """Whether blocks that a very long number must fill hold nothing but digits."""
    half = DIGITS // 2
    return (item[start : start + half].isdigit() for start in range(0, len(item) - half, half))


def _reason(error: Exception) -> str:
    text = str(error).replace("`", "")
    return "An event must be an object." if "got array" in text or "- at" not in text else f"{text}."
