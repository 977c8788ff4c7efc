"""The bytes of a request: bounded, unpacked whatever they are labelled, and mended where they are almost JSON."""

import codecs
import re
import zlib
from typing import Protocol

from heedful.api.events.limits import BATCH_BYTES, BODY_BYTES, Unreadable
from heedful.customers.touchpoints import NUL

TOO_LARGE = f"A request may have {BODY_BYTES // 1024 // 1024} MB; send smaller batches."
GZIP, DEFLATE = b"\x1f\x8b", (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
WINDOW = zlib.MAX_WBITS | 32
"""Lets zlib tell gzip from deflate by itself."""
BOM = codecs.BOM_UTF8


class Stream(Protocol):
    """What a request's body is read from."""

    def read(self, size: int, /) -> bytes: ...


def read(stream: Stream, length: int | None) -> bytes:
    """Return the body, or refuse it as soon as it is known to be too large; a chunked one has no length."""
    if length is not None and length > BODY_BYTES:
        raise Unreadable(TOO_LARGE, status=413)
    body = stream.read(BODY_BYTES + 1 if length is None else length)
    if len(body) > BODY_BYTES:
        raise Unreadable(TOO_LARGE, status=413)
    return text(unpack(body))


def unpack(body: bytes) -> bytes:
    """Undo compression, which is known by its first bytes; a bomb is left as soon as it grows beyond the limit."""
    if body[:2] != GZIP and body[:2] not in DEFLATE:
        return body
    unpacker = zlib.decompressobj(WINDOW)
    try:
        unpacked = unpacker.decompress(body, BODY_BYTES + 1)
    except zlib.error:
        raise Unreadable("The body is compressed, and broken.") from None
    if len(unpacked) > BODY_BYTES:
        raise Unreadable(TOO_LARGE, status=413)
    if not unpacker.eof:
        raise Unreadable("The body is compressed, and its end is missing.")
    return unpacked


def text(body: bytes) -> bytes:
    """Bring a body to valid UTF-8 without NUL, which no text column holds."""
    if not body.strip():
        raise Unreadable("The body is empty.")
    if len(body) > BATCH_BYTES:
        raise Unreadable(f"A batch may have {BATCH_BYTES // 1024} KB; send smaller batches.")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            body = body.decode("utf-8", "replace").encode()
    if b"\\u0000" in body:
        body = NUL.sub(rb"\1", body)
    return body.removeprefix(BOM)


MENDABLE = re.compile(rb'(?P<text>"(?:[^"\\]++|\\.)*+")|-?\b(?:NaN|Infinity)\b', re.DOTALL)
ODD = re.compile(
    rb"(?P<kept>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|(?P<escape>\\.)|(?P<raw>[\x00-\x1f])",
    re.DOTALL,
)


def mend(body: bytes) -> bytes:
    """Mend what is almost JSON: half emoji, NaN and raw line breaks within strings; all else stays as it was sent."""
    return MENDABLE.sub(lambda found: ODD.sub(_sound, found[0]) if found["text"] else b"null", body)


def _sound(found: re.Match[bytes]) -> bytes:
    """Return what may stand in a string of JSON."""
    if found["half"]:
        return b"\\ufffd"
    if (raw := found["raw"]) is not None:
        return b"\\u%04x" % raw[0] if raw != b"\x00" else b""
    return found[0]


TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def depth(text: bytes) -> int:
    """How deep objects and lists are nested in JSON text."""
    level = deepest = 0
    for token in TOKEN.finditer(text):
        sign = text[token.start()]
        if sign in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif sign in b"]}":
            level -= 1
    return deepest


def flatten(body: bytes, deepest: int) -> bytes:
    """Return JSON text in which everything nested deeper than `deepest` is null, so that it can be read at all."""
    level, kept, out = 0, 0, bytearray()
    for token in TOKEN.finditer(body):
        sign = body[token.start()]
        if sign in b"[{":
            level += 1
            if level == deepest + 1:
                out += body[kept : token.start()] + b"null"
        elif sign in b"]}":
            if level == deepest + 1:
                kept = token.end()
            level -= 1
    return bytes(out + body[kept:])
