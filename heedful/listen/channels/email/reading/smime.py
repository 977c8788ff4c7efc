"""The mail inside of a signed one that only S/MIME readers show (smime.p7m). The signature is not verified."""

from collections.abc import Iterator

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
ENVELOPED_DATA = bytes.fromhex("2a864886f70d010703")
SEQUENCE, OID, OCTETS = 0x30, 0x06, 0x04
DEEPEST = 12

type Node = tuple[int, int, int]
"""A tag, and where its content begins and ends."""


def is_encrypted(data: bytes) -> bool:
    """Whether it is enveloped, so that only its receiver can read it."""
    return ENVELOPED_DATA in data[:64]


def unwrap(data: bytes) -> bytes:
    """Return the signed mail; nothing where there is none to be found."""
    try:
        return _content(data)
    except (IndexError, StopIteration, ValueError):
        return b""


def _content(data: bytes) -> bytes:
    outer = _child(data, (0, 0, len(data)), 0)
    if data[slice(*_child(data, outer, 0)[1:])] != SIGNED_DATA:
        return b""
    signed = _child(data, _child(data, outer, 1), 0)
    content = _child(data, signed, 2)
    return b"".join(_octets(data, _child(data, _child(data, content, 1), 0), 0))


def _child(data: bytes, node: Node, number: int) -> Node:
    children = _children(data, node)
    for _ in range(number):
        next(children)
    return next(children)


def _octets(data: bytes, node: Node, depth: int) -> Iterator[bytes]:
    """An octet string, which may be made of others."""
    if depth > DEEPEST:
        return
    if not node[0] & 0x20:
        yield data[node[1] : node[2]]
        return
    for child in _children(data, node):
        yield from _octets(data, child, depth + 1)


def _children(data: bytes, node: Node) -> Iterator[Node]:
    at, end = node[1], node[2]
    while at + 2 <= end and data[at : at + 2] != b"\x00\x00":
        child, at = _read(data, at, end, 0)
        yield child


def _read(data: bytes, at: int, end: int, depth: int) -> tuple[Node, int]:
    """One value, and where the next begins."""
    tag, length = data[at], data[at + 1]
    at += 2
    if length == 0x80:
        return _read_without_length(data, tag, at, end, depth)
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[at : at + min(size, 8)])
        at += size
    if at > end:
        raise ValueError("a length that goes beyond the end")
    return (tag, at, min(at + length, end)), min(at + length, end)


def _read_without_length(data: bytes, tag: int, at: int, end: int, depth: int) -> tuple[Node, int]:
    """A value whose end is marked by two zeros."""
    begun = at
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    while at + 2 <= end and data[at : at + 2] != b"\x00\x00":
        _, at = _read(data, at, end, depth + 1)
    return (tag, begun, at), min(at + 2, end)
