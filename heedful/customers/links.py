"""What messages named together, written down once: two identities, who said so first, and in which message."""

from collections.abc import Sequence
from typing import Any

from heedful.customers import trust
from heedful.customers.grouping import Link
from heedful.kit import statements


def insert(*, rows: Sequence[dict[str, Any]], source: str, verified: bool) -> list[Link]:
    """Write pairs of identities, each with when and in which message; returns those that are new, or newly verified."""
    sent = [statements.document(rows), source[:200]]
    if verified:
        return [(a, b) for a, b in statements.fetch(VERIFIED, sent)]
    return [(a, b) for a, b in statements.fetch(BY_BROWSER, [*sent, trust.MOST_LINKS, trust.MOST_LINKS])]


VERIFIED = """
WITH sent AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS w(a bigint, b bigint, at timestamptz, message text))
INSERT INTO customers_identitylink AS l (a_id, b_id, first_seen_at, verified, source, message)
SELECT a, b, at, true, %s, message FROM sent
WHERE NOT EXISTS (SELECT FROM customers_identitylink o WHERE o.a_id = a AND o.b_id = b AND o.verified)
ORDER BY a, b ON CONFLICT (a_id, b_id) DO UPDATE
SET verified = true, first_seen_at = excluded.first_seen_at, source = excluded.source, message = excluded.message
WHERE NOT l.verified RETURNING a_id, b_id
"""
"""What is there already is looked at first: a conflict locks the row, and that is written."""

BY_BROWSER = """
WITH sent AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS w(a bigint, b bigint, at timestamptz, message text))
INSERT INTO customers_identitylink (a_id, b_id, first_seen_at, verified, source, message)
SELECT a, b, at, false, %s, message FROM sent
WHERE NOT EXISTS (
    SELECT FROM unnest(ARRAY[a, b]) AS side(id) WHERE %s <= (
        SELECT count(*) FROM (
            SELECT FROM customers_identitylink l WHERE NOT l.verified AND (l.a_id = side.id OR l.b_id = side.id)
            LIMIT %s) AS links))
ORDER BY a, b ON CONFLICT DO NOTHING RETURNING a_id, b_id
"""
