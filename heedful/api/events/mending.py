"""Bodies that are almost JSON: the keys in them, what may be mended, and how deep they go.

All of it is linear in the length of a body, whatever the body is, and nothing is mended that was not admitted.
"""

import re

MOST_ODD, MOST_BRACKETS = 75_000, 150_000
"""Escapes with raw line breaks, and brackets, of a body that is mended; a full batch has a third as many."""
KEYS = 3
"""Keys that are looked for in a body which cannot be read yet."""

_KEY = re.compile(rb'"(?:writeKey|api_key)"\s{0,9}:\s{0,9}"([^"\\\x00-\x1f]{1,200})"')
_CONTROL = bytes(range(32))
_RAW = [b"", *(b"\\u%04x" % code for code in _CONTROL[1:])]
"""How raw control characters are written within strings of JSON; NUL is not kept."""
# A string that is never closed ends with the body: were it no match, each quote in it would be looked through anew.
_STRING = rb'"(?:[^"\\]++|\\.)*+"?'
_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = rb"\\[^u]|\\u(?![dD][89a-fA-F])|" + _HIGH + _LOW
_NUMBER = rb"-?\b(?:NaN|Infinity)\b"
_TOKEN = re.compile(_STRING + rb"|[\[\]{}]", re.DOTALL)
# What is sound is stepped over here, so that the cost of mending is that of what is odd.
_MENDABLE = re.compile(
    rb'(?:[^"NI-]++|(?!' + _NUMBER + rb')[NI-]|"(?:[^"\\\x00-\x1f]++|' + _ESCAPE + rb')*+")*+'
    rb"(?:(?P<text>" + _STRING + rb")|(?P<number>" + _NUMBER + rb"))?",
    re.DOTALL,
)
_ODD = re.compile(
    rb"(?:[^\\\x00-\x1f]++|" + _ESCAPE + rb")*+"
    rb"(?:(?P<half>" + _HIGH + rb"|" + _LOW + rb")|(?P<raw>[\x00-\x1f]++)|\\)?",
    re.DOTALL,
)


def key_candidates(body: bytes) -> list[str]:
    """Return the first texts in a body that may be its key, without reading the body as JSON."""
    pairs = zip(range(KEYS), _KEY.finditer(body), strict=False)
    return [match[1].decode("utf-8", "replace") for _, match in pairs]


def is_mendable(body: bytes) -> bool:
    """Whether mending this body costs about what taking a full batch does."""
    odd = len(body) - len(body.translate(None, _CONTROL)) + body.count(b"\\")
    return odd <= MOST_ODD and sum(map(body.count, (b"[", b"]", b"{", b"}"))) <= MOST_BRACKETS


def mend(body: bytes) -> bytes:
    """Mend what is almost JSON: half emoji, NaN and raw line breaks within strings; all else stays as it was sent."""
    return _MENDABLE.sub(_mended, body)


def _mended(match: re.Match[bytes]) -> bytes:
    match match.lastgroup:
        case "text":
            return match.string[match.start() : match.start("text")] + _ODD.sub(_sound, match["text"])
        case "number":
            return match.string[match.start() : match.start("number")] + b"null"
        case _:
            return match[0]


def _sound(match: re.Match[bytes]) -> bytes:
    """Return what may stand in a string of JSON."""
    match match.lastgroup:
        case "half":
            return match.string[match.start() : match.start("half")] + b"\\ufffd"
        case "raw":
            raw = b"".join(map(_RAW.__getitem__, match["raw"]))
            return match.string[match.start() : match.start("raw")] + raw
        case _:
            return match[0]


def depth(text: bytes) -> int:
    """How deep objects and lists are nested in JSON text."""
    level = deepest = 0
    for token in _TOKEN.finditer(text):
        sign = text[token.start()]
        if sign in b"[{":
            level += 1
            deepest = max(deepest, level)
        elif sign in b"]}":
            level -= 1
    return deepest


def flatten(body: bytes, deepest: int) -> bytes:
    """Return JSON text in which everything nested deeper than `deepest` is null, so that it can be read at all."""
    level, start, out = 0, 0, bytearray()
    for token in _TOKEN.finditer(body):
        sign = body[token.start()]
        if sign in b"[{":
            level += 1
            if level == deepest + 1:
                out += body[start : token.start()] + b"null"
        elif sign in b"]}":
            if level == deepest + 1:
                start = token.end()
            level -= 1
    return bytes(out + body[start:])
