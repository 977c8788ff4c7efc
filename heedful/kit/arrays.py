"""Columns of rows, each a list in the database's own binary form: it costs both sides least to write and to read."""

import struct
import sys
from array import array
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg
from psycopg.adapt import Dumper
from psycopg.postgres import types
from psycopg.pq import Format

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_length = struct.Struct(">i").pack
_NULL = _length(-1)
_document_head = struct.Struct(">ib").pack


class Column(bytes):
    """A list as a parameter; the statement says of what it is, as in `%s::bigint[]`."""


class _ColumnDumper(Dumper):
    """Sends a column as it is."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: Column) -> Column:
        """Return what is sent."""
        return obj


psycopg.adapters.register_dumper(Column, _ColumnDumper)


def _column(kind: str, count: int, body: bytes) -> Column:
    """Put the head before the elements: dimensions, that there may be nulls, type, length, and the first's number."""
    oid = types[kind].oid
    return Column(struct.pack(">iiIii", 1, 1, oid, count, 1) + body if count else struct.pack(">iiI", 0, 0, oid))


def uuids(values: Sequence[str]) -> Column:
    """A column of `uuid`, each given as 32 hexadecimal digits."""
    return _column("uuid", len(values), bytes.fromhex("00000010".join(("", *values))))


def numbers(values: Sequence[int]) -> Column:
    """A column of `bigint`."""
    return _column("int8", len(values), _eights(values))


def small_numbers(values: Sequence[int | None]) -> Column:
    """A column of `smallint`; it is empty where all are None."""
    parts = {value: _NULL if value is None else struct.pack(">ih", 2, value) for value in set(values)}
    return _column("int2", 0 if parts.keys() <= {None} else len(values), b"".join([parts[value] for value in values]))


def moments(values: Sequence[datetime]) -> Column:
    """A column of `timestamptz`."""
    return _column("timestamptz", len(values), _eights([_microseconds(at) for at in values]))


def _microseconds(at: datetime) -> int:
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _eights(values: Sequence[int]) -> bytes:
    """Numbers of eight bytes, each behind its length; byte by byte of all at once, which no loop is as fast as."""
    whole = array("q", values)
    if sys.byteorder == "little":
        whole.byteswap()
    plain, body = whole.tobytes(), bytearray(12 * len(values))
    body[3::12] = b"\x08" * len(values)
    for place in range(8):
        body[4 + place :: 12] = plain[place::8]
    return bytes(body)


def flags(values: Sequence[bool]) -> Column:
    """A column of `boolean`; it is empty where none is true: `unnest` gives nulls for what is short."""
    parts = (b"\x00\x00\x00\x01\x00", b"\x00\x00\x00\x01\x01")
    return _column("bool", len(values) if any(values) else 0, b"".join([parts[value] for value in values]))


def texts(values: Sequence[str | None]) -> Column:
    """A column of `text`, without NUL; it is empty where all are None."""
    parts = {value: _NULL if value is None else _text(value) for value in set(values)}
    return _column("text", 0 if parts.keys() <= {None} else len(values), b"".join([parts[value] for value in values]))


def _text(value: str) -> bytes:
    text = value.replace("\x00", "").encode()
    return _length(len(text)) + text


def documents(values: Sequence[bytes | None]) -> Column:
    """A column of `jsonb`, each given as JSON text; it is empty where all are None."""
    if values.count(None) == len(values):
        return _column("jsonb", 0, b"")
    # Before its text stands the version of the form in which JSON is sent, of which there is one.
    parts = [
        part for value in values for part in ((_NULL,) if value is None else (_document_head(len(value) + 1, 1), value))
    ]
    return _column("jsonb", len(values), b"".join(parts))
