"""Customers come into a stage by what they do: an order makes a buyer, whatever the order of arrival."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from heedful.customers import dated_facts, people
from heedful.kit import statements
from heedful.kit.actor import By

NEW = """
WITH came AS (
    SELECT t.customer_id AS customer, slug AS stage, t.happened_at AS at, t.kind
    FROM customers_touchpoint t
    JOIN unnest(%s::text[], %s::text[]) AS moving(kind, stage) USING (kind)
    JOIN customers_stage ON slug = moving.stage
    WHERE t.batch = %s AND t.id BETWEEN %s AND %s AND t.happened_at BETWEEN %s AND %s
), kept AS (
    INSERT INTO customers_stagechange AS c (customer_id, stage_id, at, source, imported_by)
    SELECT customer, stage, at, left(min(kind), 80), %s::bigint[] FROM came GROUP BY customer, stage, at
    ON CONFLICT (customer_id, stage_id, at) DO UPDATE
    SET imported_by = CASE WHEN EXCLUDED.imported_by IS NOT NULL THEN c.imported_by || EXCLUDED.imported_by END
    WHERE c.imported_by IS NOT NULL
)
SELECT customer, stage, at FROM came ORDER BY at, stage
"""


def follow(
    *,
    batch: int,
    first_id: int,
    last_id: int,
    earliest: datetime,
    latest: datetime,
    moving: Mapping[str, str],
    import_id: int | None = None,
    by: By,
    at: datetime,
) -> None:
    """Note of each touchpoint of a batch whose kind moves customers that its own came into that stage as it happened.

    All of it is their history; the last of it says where they are, unless they were known to be elsewhere later.
    """
    importers = None if import_id is None else [import_id]
    where = [batch, first_id, last_id, earliest, latest]
    came = statements.fetch(NEW, [list(moving), list(moving.values()), *where, importers])
    facts: dict[int, dict[str, dated_facts.Fact]] = defaultdict(dict)
    for customer, stage, came_at in came:
        facts[customer][dated_facts.STAGE] = stage, came_at
    if facts:
        people.describe(facts=facts, import_id=import_id, by=by, at=at)
