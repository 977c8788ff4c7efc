"""Columns arrive in the database as what they were, whatever they hold."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from heedful.kit import arrays, statements

pytestmark = pytest.mark.django_db

TIMES = [
    datetime(1990, 1, 1, tzinfo=UTC),
    datetime(2026, 11, 28, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=2))),
    datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]


def test_every_column_arrives_as_it_was_sent() -> None:
    """One statement with a column of each type; what is None, NUL, negative or beyond ASCII is among it."""
    rows = statements.fetch(
        "SELECT m::text, t, n, b, k, p::text FROM unnest(%s::uuid[], %s::timestamptz[], %s::bigint[], %s::smallint[],"
        " %s::text[], %s::jsonb[]) AS r(m, t, n, b, k, p)",
        [
            arrays.uuids(["0" * 32, "f" * 32, "0123456789abcdef" * 2]),
            arrays.moments(TIMES),
            arrays.numbers([0, -(2**63), 2**63 - 1]),
            arrays.small_numbers([0, None, -(2**15)]),
            arrays.texts(["a\x00b\\\"'{}", None, "更新 🙂"]),
            arrays.documents([b'{"a": "\\"x"}', None, '{"ü": [1, null]}'.encode()]),
        ],
    )
    assert rows == [
        ("00000000-0000-0000-0000-000000000000", TIMES[0], 0, 0, "ab\\\"'{}", '{"a": "\\"x"}'),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", TIMES[1], -(2**63), None, None, None),
        ("01234567-89ab-cdef-0123-456789abcdef", TIMES[2], 2**63 - 1, -(2**15), "更新 🙂", '{"ü": [1, null]}'),
    ]


def test_what_is_nothing_throughout_is_an_empty_column_beside_the_others() -> None:
    rows = statements.fetch(
        "SELECT * FROM unnest(%s::bigint[], %s::text[], %s::jsonb[], %s::boolean[])",
        [
            arrays.numbers([1, 2]),
            arrays.texts([None, None]),
            arrays.documents([None, None]),
            arrays.flags([False, False]),
        ],
    )
    assert rows == [(1, None, None, None), (2, None, None, None)]
    assert statements.fetch("SELECT * FROM unnest(%s::boolean[])", [arrays.flags([True, False])]) == [(True,), (False,)]
    assert statements.fetch("SELECT * FROM unnest(%s::uuid[])", [arrays.uuids([])]) == []
