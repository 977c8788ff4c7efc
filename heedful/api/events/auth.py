"""Who may send: the key of a request in any of the ways that clients show it, and how much each may send."""

import base64
import binascii
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from heedful.api.events.limits import UnreadableRequest
from heedful.associates import keys
from heedful.kit import memory
from heedful.kit.actor import By

REMEMBERED_S = 3.0
"""For how long a key that was looked up is let in unasked; a revoked one is out after it."""
MOST_REMEMBERED = 10_000


@dataclass(slots=True)
class Sender:
    """A key that was let in."""

    key: int
    by: By
    until: float
    verified: bool
    """Whether it is trusted to say who somebody is; what lies in pages is not."""
    brand: int | None = None
    """Of which brand is what it sends, where that says none."""
    bucket: float = 0.0
    filled_at: float = field(default_factory=monotonic)

    @property
    def source(self) -> str:
        """The name under which the log keeps what this key sends."""
        return f"key:{self.key}"


class TooFast(Exception):
    """A key sends more than it may; `wait_s` says when to come again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(wait_s)
        self.wait_s = wait_s


_senders: dict[str, Sender] = {}


@memory.register(stale_s=REMEMBERED_S)
def forget() -> None:
    """Look every key up again."""
    _senders.clear()


def key_candidates(request: HttpRequest, *in_body: str) -> list[str]:
    """Return what may be the key, the likeliest first: Basic with or without colon, Bearer, headers, body, query."""
    keys: list[str] = []
    scheme, _, words = request.headers.get("Authorization", "").strip().partition(" ")
    words = words.strip()
    if scheme.lower() == "basic":
        name, _, password = _decoded(words).partition(":")
        keys += [name, f"{name}:{password}" if password else "", password, words]
    elif words or scheme:
        keys.append(words or scheme)
    keys += [request.headers.get(name, "") for name in ("X-Write-Key", "X-Api-Key")]
    keys += [*in_body, *(request.GET.get(name, "") for name in ("writeKey", "write_key", "api_key"))]
    return list(dict.fromkeys(unquote(one).strip() for one in keys if one.strip()))


def _decoded(words: str) -> str:
    try:
        return base64.b64decode(words + "=" * (-len(words) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def find(candidates: list[str]) -> Sender | None:
    """Return the sender whose key is among these, if there is one."""
    return next((sender for secret in candidates if (sender := _find(secret)) is not None), None)


def authenticate(candidates: list[str]) -> Sender:
    """Return the sender whose key is among these, or refuse."""
    if (sender := find(candidates)) is not None:
        return sender
    said = "This key is not known, or was revoked." if candidates else "Show a key: Basic, Bearer, or writeKey."
    raise UnreadableRequest(said, status=401)


def _find(secret: str) -> Sender | None:
    sender = _senders.get(secret)
    if sender is not None and sender.until > monotonic():
        return sender
    key = keys.find(secret)
    if key is None:
        _senders.pop(secret, None)
        return None
    keys.note_use(key=key, at=timezone.now())
    if len(_senders) >= MOST_REMEMBERED:
        _senders.clear()
    until = monotonic() + REMEMBERED_S
    if sender is None:
        sender = _senders[secret] = Sender(key.pk, key.by, until, not key.is_public, bucket=settings.EVENTS_PER_S)
    sender.until, sender.brand = until, key.brand_id
    return sender


def meter(sender: Sender, count: int) -> None:
    """Count events against the limit of a key, if there is one; a second's worth may come at once."""
    if not (limit := settings.EVENTS_PER_S):
        return
    now = monotonic()
    sender.bucket = min(limit, sender.bucket + (now - sender.filled_at) * limit)
    sender.filled_at = now
    if sender.bucket <= 0:
        raise TooFast(int(-sender.bucket / limit) + 1)
    sender.bucket -= count
