"""What a channel is to a conversation: its names, and what its folder does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from heedful.courier.models import OutboxItem

_channels: dict[str, "Channel"] = {}


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. All that is the same for every channel does the conversation."""

    name: str
    """As rows hold it."""
    label: str
    """As people read it."""
    noun: str
    """What people call a message on it."""
    icon: str
    check: Callable[..., None]
    """Takes `person`, `to` and `subject`, and refuses with a sentence what cannot be written to them."""
    send: Callable[..., OutboxItem]
    """Takes `message`, `person`, `purpose`, `by` and `at`, and puts the message into the outbox."""


def offer(channels: Iterable[Channel]) -> None:
    """Say which channels there are; the house does, when it is built."""
    _channels.clear()
    _channels.update({channel.name: channel for channel in channels})


def channel_of(name: str) -> Channel:
    """Return the channel of a thread or of a message."""
    return _channels[name]


def find_channel(name: str) -> Channel | None:
    """Return the channel of this name; nothing where conversations are not held on it."""
    return _channels.get(name)
