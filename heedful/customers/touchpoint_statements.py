"""The statements that write a batch of touchpoints, its arrivals and its entry in the ledger at once."""

INSERT = """
WITH sent AS (
    SELECT * FROM unnest(%(m)s::uuid[], %(t)s::timestamptz[], %(c)s::bigint[], %(k)s::text[], %(h)s::text[],
        %(s)s::text[], %(p)s::jsonb[], %(o)s::jsonb[], %(v)s::text[], %(u)s::text[], %(b)s::smallint[],
        %(x)s::boolean[]) AS r(m, t, c, k, h, s, p, o, v, u, b, x)
), batch AS (SELECT nextval('customers_batch') AS number), fresh AS (
    {fresh}
), written AS (
    INSERT INTO customers_touchpoint (happened_at, arrived_at, customer_id, kind, channel, stage, message, source,
        properties, scores, verbatim, subject, clamped, batch, brand_id)
    SELECT t, %(at)s, c, k, h, s, m, %(source)s, p, o, v, u, coalesce(x, false), number, b
    FROM sent JOIN fresh ON {is_fresh}, batch
    RETURNING id, happened_at, kind, message, scores IS NOT NULL OR verbatim IS NOT NULL AS sheet, batch
), told AS (
    SELECT count(*) AS count, min(id) AS first_id, max(id) AS last_id, min(happened_at) AS earliest,
        max(happened_at) AS latest,
        bool_or(kind IN (SELECT slug FROM customers_touchpointkind WHERE watchers > 0)) AS watched,
        array_agg(message) FILTER (WHERE sheet) AS messages, array_agg(id) FILTER (WHERE sheet) AS ids,
        min(batch) AS batch
    FROM written
), entry AS (
    INSERT INTO ledger_entry (kind, data, by_kind, by_id, by_label, at)
    SELECT 'TouchpointsRecorded', jsonb_build_object('batch', batch, 'first_id', first_id, 'last_id', last_id,
        'earliest', earliest, 'latest', latest, 'count', count, 'feedback', ids IS NOT NULL, 'watched', watched),
        %(by_kind)s, %(by_id)s, %(by_label)s, %(at)s
    FROM told WHERE count > 0
    RETURNING id
)
SELECT told.*, (SELECT id FROM entry), {are_all_new} FROM told
"""
_ONE_BY_ONE = {"is_fresh": "fresh.message = sent.m", "are_all_new": "true"}
CAREFUL = INSERT.format(
    fresh="INSERT INTO customers_arrival (message) SELECT unnest(%(m)s::uuid[])"
    " ON CONFLICT DO NOTHING RETURNING message",
    **_ONE_BY_ONE,
)
CAREFUL_IMPORT = INSERT.format(
    fresh="INSERT INTO customers_arrival SELECT w.m, number, w.d"
    " FROM unnest(%(m)s::uuid[], %(d)s::bigint[]) AS w(m, d), batch ON CONFLICT DO NOTHING RETURNING message",
    **_ONE_BY_ONE,
)
_AS_ONE = {"is_fresh": "are_all_new", "are_all_new": "(SELECT are_all_new FROM fresh)"}
HASTY = INSERT.format(fresh="SELECT customers_arrive(%(m)s::uuid[]) AS are_all_new", **_AS_ONE)
HASTY_IMPORT = INSERT.format(
    fresh="SELECT customers_arrive(%(m)s::uuid[], number, %(d)s::bigint[]) AS are_all_new FROM batch", **_AS_ONE
)
"""Looking for a conflict at each row, and being ready for one, takes a sixth of what the whole batch does.

Of an import, the batch that brought a message and what it said are kept with it, so that both can be looked up.
"""


def insert(*, hasty: bool, is_import: bool) -> str:
    """The statement that writes a batch: as if all of it were new, or with care; of an import or not."""
    if is_import:
        return HASTY_IMPORT if hasty else CAREFUL_IMPORT
    return HASTY if hasty else CAREFUL
