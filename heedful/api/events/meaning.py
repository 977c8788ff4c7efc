"""What an event means: something that happened to a customer, something about who it is, or both."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Raw

from heedful.api.events import posthog, traits
from heedful.api.events.limits import Unusable
from heedful.api.events.times import happened, moment, shift
from heedful.api.events.wire import EMPTY, Context, Event, context
from heedful.customers import identities, scales
from heedful.customers.identities import Name
from heedful.customers.messages import Message, Said
from heedful.customers.touchpoints import Draft
from heedful.kit.errors import Refused

LONGEST_KIND = 120


@dataclass(frozen=True, slots=True)
class Arrival:
    """What all events of a request share: when it came, how far its clock is behind, and whose house it is."""

    at: datetime
    behind: timedelta
    context: Context
    country: str
    currency: str
    stages: frozenset[str]


def read(event: Event, arrival: Arrival, item: bytes, kind: str | None = None) -> Message:
    """Return what one event means, or say why it means nothing; `kind` is the path's, for an event without a type."""
    if event.distinct_id is not None:
        posthog.translate(event)
    said = event.type or kind
    reader = READERS.get(said) if isinstance(said, str) else None
    if reader is None:
        raise Unusable(
            f"Its type is {str(said)[:40]!r}; there are {', '.join(READERS)}." if said else "It has no type."
        )
    event.type = said
    own = context(event.context)
    return reader(event, _Around(arrival, own, arrival.context, item))


@dataclass(slots=True)
class _Around:
    """What surrounds one event."""

    arrival: Arrival
    own: Context
    outer: Context
    item: bytes

    def context(self, name: str) -> Any:
        """A part of the event's own context, else of the batch's."""
        part = getattr(self.own, name)
        return part if part is not None or self.outer is EMPTY else getattr(self.outer, name)


class Told(msgspec.Struct, gc=False):
    """The properties that mean something here; all of them are kept as they came."""

    channel: Any = None
    stage: Any = None
    lifecycle_stage: Any = None
    scores: Any = None
    recommend: Any = None
    nps: Any = None
    satisfaction: Any = None
    csat: Any = None
    ease: Any = None
    ces: Any = None
    compared: Any = None
    verbatim: Any = None
    comment: Any = None
    feedback: Any = None


_told = msgspec.json.Decoder(Told)
NAMED = (
    ("recommend", "recommend"), ("nps", "recommend"), ("satisfaction", "satisfaction"), ("csat", "satisfaction"),
    ("ease", "ease"), ("ces", "ease"), ("compared", "compared"),
)  # fmt: skip
"""Properties that are a score by their name -> the question they answer."""


def _track(event: Event, around: _Around) -> Message:
    if not isinstance(event.event, str) or not event.event.strip():
        raise Unusable("A track needs the name of its event.")
    return Message(_draft(slug(event.event), event, around, {}))


def _page(event: Event, around: _Around) -> Message:
    extra = {key: value for key in ("name", "category") if isinstance(value := getattr(event, key), str) and value}
    return Message(_draft("page", event, around, extra))


def _screen(event: Event, around: _Around) -> Message:
    message = _page(event, around)
    assert message.draft is not None
    message.draft.kind = "screen"
    return message


def _draft(kind: str, event: Event, around: _Around, extra: dict[str, Any]) -> Draft:
    names = who(event, around)
    text = _object(event.properties, "properties")
    told = _told.decode(text) if len(text) > 2 else _NOTHING_TOLD
    happened_at, is_read = when(event, around)
    draft = Draft(kind, happened_at, _message_id(event, around, happened_at), names)
    draft.clamped = not is_read
    draft.channel = channel(event, around, told)
    for stage in (told.stage, told.lifecycle_stage):
        if isinstance(stage, str) and stage.lower() in around.arrival.stages:
            draft.stage = stage.lower()
            break
    draft.properties = Raw(_with(text, extra, around.own.campaign))
    draft.scores = _scores(told)
    draft.verbatim = next((words for words in (told.verbatim, told.comment, told.feedback) if _is_text(words)), None)
    return draft


_NOTHING_TOLD = Told()


def _is_text(words: Any) -> bool:
    return isinstance(words, str) and bool(words.strip())


def _object(text: Raw, name: str) -> bytes:
    content = bytes(text)
    if not content or content == b"null":
        return b"{}"
    if content[:1] != b"{":
        raise Unusable(f"Its {name} must be an object.")
    return content


def _with(text: bytes, extra: dict[str, Any], campaign: Raw) -> bytes:
    """Add to properties, which win where both say something, without reading them."""
    parts = msgspec.json.encode(extra)[1:-1] if extra else b""
    if (source := bytes(campaign)) and source[:1] == b"{" and len(source) > 2:
        parts += (b"," if parts else b"") + b'"campaign":' + source
    if not parts:
        return text
    return b"{" + parts + (b"," if text[1:].lstrip()[:1] != b"}" else b"") + text[1:]


def _scores(told: Told) -> dict[str, int] | None:
    """Read scores: those named as such must be on their scales; a property that merely sounds like one may be."""
    try:
        scores = scales.check(told.scores) if isinstance(told.scores, dict) else {}
    except Refused as refused:
        raise Unusable(refused.sentence) from None
    for name, question in NAMED:
        if (value := getattr(told, name)) is not None and question not in scores:
            try:
                scores |= scales.check({question: value})
            except Refused:
                continue
    return scores or None


def _identify(event: Event, around: _Around) -> Message:
    said = _said(event, around)
    own = context_traits(around) | _dict(event.traits)
    read = traits.read(own, around.arrival.currency)
    if isinstance(locale := around.context("locale"), str) and locale:
        read.facts.setdefault("language", locale)
    for kind in ("email", "phone"):
        if found := next((value for name, value in said.identities if name == kind), None):
            read.facts[kind] = found
    said.facts = read.facts
    said.consents = read.consents | traits.preferences(around.context("consent"))
    said.organisation, said.organisation_traits = read.organisation, read.organisation_traits
    return Message(said=said)


def _group(event: Event, around: _Around) -> Message:
    group = text_id(event.group_id, "groupId")
    if not group:
        raise Unusable("A group needs its groupId.")
    said = _said(event, around)
    said.organisation, said.organisation_traits = group[:200], _dict(event.traits)
    return Message(said=said)


def _alias(event: Event, around: _Around) -> Message:
    previous = text_id(event.previous_id, "previousId") or text_id(event.anonymous_id, "anonymousId")
    if not previous or not text_id(event.user_id, "userId"):
        raise Unusable("An alias needs a previousId and a userId.")
    country = around.arrival.country
    earlier = [identities.normal(kind, previous, country) for kind in ("user_id", "anonymous_id")]
    return Message(said=_said(event, around, *earlier))


def _merge(event: Event, around: _Around) -> Message:
    pairs = event.merge_properties if isinstance(event.merge_properties, list) else []
    names = [
        identities.normal(MERGE_KINDS.get(pair["type"], "external"), _value(pair), around.arrival.country)
        for pair in pairs
        if isinstance(pair, dict) and isinstance(pair.get("type"), str) and isinstance(pair.get("value"), str | int)
    ]
    if len(set(names) - {None}) < 2:
        raise Unusable("A merge needs at least two mergeProperties, each with a type and a value.")
    said = Said(identities.strongest_first([name for name in names if name]), when(event, around)[0])
    said.message = _message_id(event, around, said.at)
    return Message(said=said)


MERGE_KINDS = {
    "email": "email", "mobile": "phone", "phone": "phone", "userId": "user_id", "user_id": "user_id",
    "anonymousId": "anonymous_id", "anonymous_id": "anonymous_id", "deviceId": "device",
}  # fmt: skip


def _value(pair: dict[str, Any]) -> str:
    value = str(pair["value"])
    return value if pair["type"] in MERGE_KINDS else f"{pair['type']}:{value}"


READERS: dict[str, Callable[[Event, _Around], Message]] = {
    "track": _track,
    "page": _page,
    "screen": _screen,
    "identify": _identify,
    "group": _group,
    "alias": _alias,
    "merge": _merge,
}


def _said(event: Event, around: _Around, *more: Name | None) -> Said:
    at = when(event, around)[0]
    return Said(who(event, around, *more), at, message=_message_id(event, around, at))


def who(event: Event, around: _Around, *more: Name | None) -> tuple[Name, ...]:
    """Return all identities that an event names, the firmest first."""
    country = around.arrival.country
    names = set(more)
    if user := text_id(event.user_id, "userId"):
        names.add(identities.normal("user_id", user, country))
    if visitor := text_id(event.anonymous_id, "anonymousId"):
        names.add(identities.normal("anonymous_id", visitor, country))
    names.update(_from_context(around, country))
    if event.type == "identify":
        names.update(_addresses(_dict(event.traits), country))
    names.discard(None)
    if not names:
        raise Unusable("It names nobody: it needs a userId or an anonymousId.")
    return tuple(names) if len(names) == 1 else identities.strongest_first(names)  # type: ignore[arg-type]


def _from_context(around: _Around, country: str) -> list[Name | None]:
    names: list[Name | None] = []
    if (device := around.context("device")) and isinstance(device, dict) and (value := device.get("id")):
        names.append(identities.normal("device", str(value), country))
    if found := context_traits(around):
        names += _addresses(found, country)
    if (listed := around.context("external_ids")) and isinstance(listed, list):
        for one in listed:
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                names.append(identities.normal("external", f"{one.get('type', 'id')}:{one['id']}", country))
    return names


def context_traits(around: _Around) -> dict[str, Any]:
    """What the context says of the customer; RudderStack's clients write their traits there."""
    return found if isinstance(found := around.context("traits"), dict) else {}


def _addresses(said: dict[str, Any], country: str) -> list[Name | None]:
    return [
        identities.normal(kind, str(value), country)
        for kind in ("email", "phone")
        if (value := said.get(kind)) and isinstance(value, str | int)
    ]


def text_id(value: Any, name: str) -> str:
    """Return an id as text; clients send numbers too."""
    if value is None:
        return ""
    if type(value) is str:
        return value
    if type(value) is int or (type(value) is float and value.is_integer()):
        return str(int(value))
    raise Unusable(f"Its {name} must be text or a number.")


def _dict(text: Raw) -> dict[str, Any]:
    read: dict[str, Any] = msgspec.json.decode(_object(text, "traits"))
    return read


def when(event: Event, around: _Around) -> tuple[datetime, bool]:
    """Return when an event happened, and whether it said so readably."""
    arrival = around.arrival
    said = event.timestamp if event.timestamp is not None else event.original_timestamp
    if said is None:
        return arrival.at, True
    read = moment(said)
    if read is None:
        return arrival.at, False
    behind = arrival.behind if event.sent_at is None else shift(event.sent_at, arrival.at)
    return happened(read, behind, arrival.at), True


def _message_id(event: Event, around: _Around, happened_at: datetime) -> str:
    """Return the id by which a second arrival is known: the client's, else what the event says.

    An event without id and time is taken for the same within a minute: somebody may well do the same again later.
    """
    said = event.message_id if event.message_id is not None else event.uuid
    if isinstance(said, str | int) and (known := str(said).strip()):
        return known
    minute = "" if event.timestamp or event.original_timestamp else f"{happened_at:%Y%m%d%H%M}"
    return hashlib.blake2b(around.item + minute.encode(), digest_size=16).hexdigest()


LIBRARIES = (
    ("web", ("analytics.js", "javascript", "analytics-next", "browser", "posthog-js", "web")),
    ("mobile", ("ios", "swift", "android", "kotlin", "java.android", "flutter", "react-native", "react native")),
    ("server", ("node", "python", "ruby", "php", "go", "java", ".net", "rust", "elixir", "server")),
)
"""Words in the name of a client library, and the channel that they tell of."""


def channel(event: Event, around: _Around, told: Told) -> str:
    """Return the channel: what the properties say, else the context or the event, else what the library is made for."""
    for said in (told.channel, around.context("channel"), event.channel):
        if isinstance(said, str) and said:
            return slug(said)[:40]
    library = around.context("library")
    name = library.get("name") if isinstance(library, dict) else None
    return _channel_of(name) if isinstance(name, str) else ""


@lru_cache(maxsize=1_000)
def _channel_of(library: str) -> str:
    name = library.lower()
    return next((channel for channel, words in LIBRARIES if any(word in name for word in words)), "")


@lru_cache(maxsize=10_000)
def slug(name: str) -> str:
    """Write an event's name as a kind: `Order Completed` -> `order_completed`; letters of any language stay."""
    folded = unicodedata.normalize("NFKC", name).casefold().strip()
    return (re.sub(r"\W+", "_", folded).strip("_") or re.sub(r"\s+", "_", folded))[:LONGEST_KIND]
