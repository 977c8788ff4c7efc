"""What an event means: something that happened to a customer, something about who it is, or both."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from heedful.api.events import client_context, posthog, traits
from heedful.api.events.client_context import ClientContext
from heedful.api.events.feedback_properties import FeedbackProperties, read_feedback
from heedful.api.events.limits import Unusable
from heedful.api.events.times import happened, moment, shift
from heedful.api.events.wire import Event
from heedful.customers import identities, kinds, phones
from heedful.customers.identities import Name
from heedful.customers.messages import Description, SourceMessage
from heedful.customers.slugs import slug
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.errors import Refused


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all events of a request share: when it came, how far its clock is behind, and whose house it is."""

    at: datetime
    behind: timedelta
    context: bytes
    country: str
    currency: str
    stages: frozenset[str]
    contexts: dict[bytes, ClientContext] = field(default_factory=dict)
    """The contexts that its events carry, read once."""
    brands: Mapping[str, int] = field(default_factory=dict)
    """The number of each brand by its names."""
    brand: int | None = None
    """That of the key."""
    unknown_brands: set[str] = field(default_factory=set)
    """What its events call a brand and is none."""

    def brand_of(self, *said: str) -> int | None:
        """The brand that an event names first, else the key's; a name that is none stays a property."""
        for name in filter(None, said if self.brands else ()):
            if (brand := self.brands.get(name.strip().casefold())) is not None:
                return brand
            self.unknown_brands.add(name)
        return self.brand

    def client_context_of(self, context: Raw) -> ClientContext:
        """Return what an event's own context says together with the batch's."""
        text = bytes(context)
        if (client := self.contexts.get(text)) is None:
            client = self.contexts[text] = client_context.read(text, self.context, self.country)
        return client


def read(event: Event, arrival: Arrival, item: bytes, kind: str | None = None) -> SourceMessage:
    """Return what one event means, or say why it means nothing; `kind` is the path's, for an event without a type."""
    if event.distinct_id is not None:
        posthog.translate(event)
    name = event.type or kind
    reader = READERS.get(name) if isinstance(name, str) else None
    if reader is None:
        raise Unusable(
            f"Its type is {str(name)[:40]!r}; there are {', '.join(READERS)}." if name else "It has no type."
        )
    event.type = name
    return reader(event, _EventContext(arrival, arrival.client_context_of(event.context), item))


class _EventContext(msgspec.Struct, gc=False):
    """What surrounds one event: its request, its context, and its own text."""

    arrival: Arrival
    client: ClientContext
    item: bytes


def _track(event: Event, context: _EventContext) -> SourceMessage:
    if type(event.event) is not str or not (kind := _kind_of(event.event)):
        raise Unusable("A track needs the name of its event.")
    return SourceMessage(_draft(kind, event, context, {}))


@lru_cache(maxsize=2_000)
def _kind_of(name: str) -> str:
    """Return the kind of touchpoint that an event's name means; nothing for a name of blanks."""
    try:
        return kinds.check(slug(name)) if name.strip() else ""
    except Refused as no:
        raise Unusable(no.sentence) from None


def _page(event: Event, context: _EventContext) -> SourceMessage:
    extra = {key: value for key in ("name", "category") if isinstance(value := getattr(event, key), str) and value}
    return SourceMessage(_draft(str(event.type), event, context, extra))


def _draft(kind: str, event: Event, context: _EventContext, extra: dict[str, Any]) -> TouchpointDraft:
    names = _who(event, context)
    text = _object(event.properties, "properties")
    happened_at, is_read = _when(event, context)
    properties = read_feedback(text, context.arrival.stages)
    campaign = context.client.campaign
    return TouchpointDraft(
        kind,
        happened_at,
        _message_id(event, context, happened_at),
        names,
        channel=_channel(event, context, properties),
        stage=properties.stage if properties else "",
        properties=Raw(_with(text, extra, campaign) if extra or campaign else text),
        scores=properties.scores if properties else None,
        verbatim=properties.verbatim if properties else None,
        clamped=not is_read,
        brand=context.arrival.brand_of(properties.brand if properties else "", context.client.brand),
    )


def _object(text: Raw, name: str) -> bytes:
    content = bytes(text)
    if content[:1] == b"{":
        return content
    if not content or content == b"null":
        return b"{}"
    raise Unusable(f"Its {name} must be an object.")


def _with(text: bytes, extra: dict[str, Any], campaign: bytes) -> bytes:
    """Add to properties, which win where both say something, without reading them."""
    parts = [part for part in (msgspec.json.encode(extra)[1:-1], campaign) if part]
    if text[1:].lstrip()[:1] != b"}":
        parts.append(text[1:-1])
    return b"{" + b",".join(parts) + b"}"


def _identify(event: Event, context: _EventContext) -> SourceMessage:
    description = _description(event, context)
    own = context.client.traits | _dict(event.traits)
    read = traits.read(own, context.arrival.currency)
    if context.client.locale:
        read.facts.setdefault("language", context.client.locale)
    for kind in ("email", "phone"):
        if found := next((value for name, value in description.identities if name == kind), None):
            read.facts[kind] = found
        elif kind == "phone" and (given := read.facts.get(kind)):
            read.facts[kind] = phones.attribute(str(given), context.arrival.country)
    description.facts = read.facts
    description.consents = read.consents | traits.preferences(context.client.consent)
    description.organisation, description.organisation_traits = read.organisation, read.organisation_traits
    return SourceMessage(description=description)


def _group(event: Event, context: _EventContext) -> SourceMessage:
    group = _text_id(event.group_id, "groupId")
    if not group:
        raise Unusable("A group needs its groupId.")
    description = _description(event, context)
    description.organisation, description.organisation_traits = group[:200], _dict(event.traits)
    return SourceMessage(description=description)


def _alias(event: Event, context: _EventContext) -> SourceMessage:
    previous = _text_id(event.previous_id, "previousId") or _text_id(event.anonymous_id, "anonymousId")
    if not previous or not _text_id(event.user_id, "userId"):
        raise Unusable("An alias needs a previousId and a userId.")
    country = context.arrival.country
    earlier = [identities.normal(kind, previous, country) for kind in ("user_id", "anonymous_id")]
    return SourceMessage(description=_description(event, context, *earlier))


def _merge(event: Event, context: _EventContext) -> SourceMessage:
    pairs = event.merge_properties if isinstance(event.merge_properties, list) else []
    names = [
        identities.normal(MERGE_KINDS.get(pair["type"], "external"), _value(pair), context.arrival.country)
        for pair in pairs
        if isinstance(pair, dict) and isinstance(pair.get("type"), str) and isinstance(pair.get("value"), str | int)
    ]
    if len(set(names) - {None}) < 2:
        raise Unusable("A merge needs at least two mergeProperties, each with a type and a value.")
    at = _when(event, context)[0]
    message = _message_id(event, context, at)
    return SourceMessage(
        description=Description(identities.strongest_first([name for name in names if name]), at, message=message)
    )


MERGE_KINDS = {
    "email": "email", "mobile": "phone", "phone": "phone", "userId": "user_id", "user_id": "user_id",
    "anonymousId": "anonymous_id", "anonymous_id": "anonymous_id", "deviceId": "device",
}  # fmt: skip


def _value(pair: dict[str, Any]) -> str:
    value = str(pair["value"])
    return value if pair["type"] in MERGE_KINDS else f"{pair['type']}:{value}"


READERS: dict[str, Callable[[Event, _EventContext], SourceMessage]] = {
    "track": _track,
    "page": _page,
    "screen": _page,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
    "merge": _merge,
}


def _description(event: Event, context: _EventContext, *more: Name | None) -> Description:
    at = _when(event, context)[0]
    names = list(more)
    if event.type == "identify":
        names += client_context.addresses(_dict(event.traits), context.arrival.country)
    return Description(_who(event, context, names), at, message=_message_id(event, context, at))


def _who(event: Event, context: _EventContext, more: list[Name | None] | None = None) -> tuple[Name, ...]:
    """Return all identities that an event names, the firmest first."""
    user, visitor = event.user_id, event.anonymous_id
    names = _own(
        user if type(user) is str else _text_id(user, "userId"),
        visitor if type(visitor) is str else _text_id(visitor, "anonymousId"),
    )
    if more or context.client.names:
        others = [name for name in more or () if name is not None]
        names = identities.strongest_first([*names, *others, *context.client.names])
    if not names:
        raise Unusable("It names nobody: it needs a userId or an anonymousId.")
    return names


@lru_cache(maxsize=50_000)
def _own(user: str, visitor: str) -> tuple[Name, ...]:
    """Return the identities that an event's own two ids are."""
    own = (identities.normal("user_id", user), identities.normal("anonymous_id", visitor))
    return identities.strongest_first(name for name in own if name is not None)


def _text_id(value: Any, name: str) -> str:
    """Return an id as text; clients send numbers too."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if type(value) is int or (type(value) is float and value.is_integer()):
        return str(int(value))
    raise Unusable(f"Its {name} must be text or a number.")


def _dict(text: Raw) -> dict[str, Any]:
    try:
        read: dict[str, Any] = msgspec.json.decode(_object(text, "traits"))
    except msgspec.ValidationError:
        raise Unusable("Its traits hold a number that is too large.") from None
    return read


def _when(event: Event, context: _EventContext) -> tuple[datetime, bool]:
    """Return when an event happened, and whether it said so readably."""
    arrival = context.arrival
    sent_at = event.timestamp if event.timestamp is not None else event.original_timestamp
    if sent_at is None:
        return arrival.at, True
    read = moment(sent_at)
    if read is None:
        return arrival.at, False
    behind = arrival.behind if event.sent_at is None else shift(event.sent_at, arrival.at)
    return happened(read, behind, arrival.at), True


def _message_id(event: Event, context: _EventContext, happened_at: datetime) -> str:
    """Return the id by which a second arrival is known: the client's, else what the event says.

    An event without id and time is taken for the same within a minute: somebody may well do the same again later.
    """
    number = event.message_id if event.message_id is not None else event.uuid
    if (type(number) is str or isinstance(number, int)) and (known := str(number).strip()):
        return known
    minute = "" if event.timestamp or event.original_timestamp else f"{happened_at:%Y%m%d%H%M}"
    return hashlib.blake2b(context.item + minute.encode(), digest_size=16).hexdigest()


def _channel(event: Event, context: _EventContext, properties: FeedbackProperties | None) -> str:
    """Return the channel: what the properties say, else the context or the event, else what the library is made for."""
    if properties is not None and properties.channel:
        return properties.channel
    if context.client.channel:
        return context.client.channel
    if isinstance(event.channel, str) and event.channel:
        return slug(event.channel)[:40]
    return context.client.library_channel
