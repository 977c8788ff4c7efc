"""Signatures of outgoing webhooks, by Standard Webhooks 1.0.0 (symmetric, `v1`)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    """Return a fresh secret: 32 random bytes in base64, with the prefix by which it is known."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def sign(*, secret: str, message: str, timestamp: int, body: bytes) -> str:
    """Return `v1,` and the HMAC-SHA256 over `message.timestamp.body` in base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    content = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def headers(*, secrets: Sequence[str], message: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers; with several secrets, one signature of each, so that a rotation loses nothing."""
    timestamp = int(at.timestamp())
    signatures = [sign(secret=secret, message=message, timestamp=timestamp, body=body) for secret in secrets]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
