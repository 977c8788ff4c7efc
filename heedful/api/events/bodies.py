"""The bytes of a request: bounded, and unpacked whatever they are labelled."""

import codecs
import zlib
from typing import Protocol

from heedful.api.events.limits import BATCH_BYTES, BODY_BYTES, UnreadableRequest
from heedful.customers.touchpoints import NUL

TOO_LARGE = f"A request may have {BODY_BYTES // 1024 // 1024} MB; send smaller batches."
GZIP, DEFLATE = b"\x1f\x8b", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
WINDOW = zlib.MAX_WBITS | 32
"""Lets zlib tell gzip from deflate by itself."""
BOM = codecs.BOM_UTF8


class BodyStream(Protocol):
    """What a request's body is read from."""

    def read(self, size: int, /) -> bytes: ...


def read(stream: BodyStream, length: int | None) -> bytes:
    """Return the body, or refuse it as soon as it is known to be too large; a chunked one has no length."""
    if length is not None and length > BODY_BYTES:
        raise UnreadableRequest(TOO_LARGE, status=413)
    body = stream.read(BODY_BYTES + 1 if length is None else length)
    if len(body) > BODY_BYTES:
        raise UnreadableRequest(TOO_LARGE, status=413)
    return text(unpack(body))


def unpack(body: bytes) -> bytes:
    """Undo compression, which is known by its first bytes; a bomb is left as soon as it grows beyond the limit."""
    if body[:2] != GZIP and body[:2] not in DEFLATE:
        return body
    unpacker = zlib.decompressobj(WINDOW)
    try:
        unpacked = unpacker.decompress(body, BODY_BYTES + 1)
    except zlib.error:
        raise UnreadableRequest("The body is compressed, and broken.") from None
    if len(unpacked) > BODY_BYTES:
        raise UnreadableRequest(TOO_LARGE, status=413)
    if not unpacker.eof:
        raise UnreadableRequest("The body is compressed, and its end is missing.")
    return unpacked


def text(body: bytes) -> bytes:
    """Bring a body to valid UTF-8 without NUL, which no text column holds."""
    if not body.strip():
        raise UnreadableRequest("The body is empty.")
    if len(body) > BATCH_BYTES:
        raise UnreadableRequest(f"A batch may have {BATCH_BYTES // 1024} KB; send smaller batches.")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            body = body.decode("utf-8", "replace").encode()
    if b"\\u0000" in body:
        body = NUL.sub(rb"\1", body)
    return body.removeprefix(BOM)
