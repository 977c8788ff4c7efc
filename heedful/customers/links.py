"""What messages named together, written down once: two identities, who said so first, and in which message."""

from collections.abc import Sequence
from typing import Any

from heedful.customers import trust
from heedful.customers.grouping import Link
from heedful.kit import statements


def insert(*, rows: Sequence[dict[str, Any]], source: str, verified: bool, import_id: int | None = None) -> list[Link]:
    """Write pairs of identities, each with when and in which message; returns those that are new, or newly verified."""
    sent, by = statements.document(rows), source[:200]
    if verified:
        importers = None if import_id is None else statements.numbers([import_id])
        rows_back = statements.fetch(VERIFIED, [sent, by, importers, importers, import_id])
    else:
        rows_back = statements.fetch(BY_BROWSER, [sent, by, trust.MOST_LINKS, trust.MOST_LINKS])
    written = [(a, b) for a, b in rows_back]
    if len(written) < len(rows):
        statements.fetch(CLAIM, [import_id, import_id, sent, import_id])
        if verified:
            statements.fetch(CLAIM_PROOF, [import_id, import_id, sent, import_id])
    return written


VERIFIED = """
WITH sent AS (SELECT * FROM jsonb_to_recordset(%s::jsonb) AS w(a bigint, b bigint, at timestamptz, message text))
INSERT INTO customers_identitylink AS l (a_id, b_id, first_seen_at, verified, source, message, imported_by,
    verified_by)
SELECT a, b, at, true, %s, message, %s::bigint[], %s::bigint[] FROM sent
WHERE NOT EXISTS (SELECT FROM customers_identitylink o WHERE o.a_id = a AND o.b_id = b AND o.verified)
ORDER BY a, b ON CONFLICT (a_id, b_id) DO UPDATE
SET verified = true, first_seen_at = excluded.first_seen_at, source = excluded.source, message = excluded.message,
    imported_by = CASE WHEN l.imported_by IS NOT NULL AND excluded.imported_by IS NOT NULL
        THEN l.imported_by || excluded.imported_by END,
    verified_by = excluded.verified_by, quoted = CASE WHEN %s::bigint IS NOT NULL
        THEN jsonb_build_object('at', l.first_seen_at, 'source', l.source, 'message', l.message) END
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

CLAIM = """
UPDATE customers_identitylink l SET imported_by = CASE WHEN l.imported_by IS NOT NULL AND %s::bigint IS NOT NULL
    THEN array_append(l.imported_by, %s::bigint) END
FROM jsonb_to_recordset(%s::jsonb) AS w(a bigint, b bigint) WHERE l.a_id = a AND l.b_id = b
    AND l.imported_by IS NOT NULL AND (l.imported_by @> ARRAY[%s::bigint]) IS NOT TRUE
"""
"""That others than imports named two together, or that one more import did."""

CLAIM_PROOF = CLAIM.replace("imported_by", "verified_by")
"""The same of those whom we trust."""
