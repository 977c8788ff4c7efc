"""The statements that write a batch of touchpoints, its arrivals and its entry in the ledger at once."""

INSERT = """
WITH sent AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(
        m uuid, t timestamptz, c bigint, k text, h text, s text, p jsonb, o jsonb, v text, u text, x boolean,
        b smallint, d bigint)
), batch AS (SELECT nextval('customers_batch') AS number), fresh AS (
    {fresh}
), written AS (
    INSERT INTO customers_touchpoint (happened_at, arrived_at, customer_id, kind, channel, stage, message, source,
        properties, scores, verbatim, subject, clamped, batch, brand_id)
    SELECT t, %s, c, k, h, s, m, %s, p, o, v, u, x, number, b
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
        %s, %s, %s, %s
    FROM told WHERE count > 0
    RETURNING id
)
SELECT told.*, (SELECT id FROM entry), {are_all_new} FROM told
"""
CAREFUL = INSERT.format(
    fresh="INSERT INTO customers_arrival (message) SELECT m FROM sent ON CONFLICT DO NOTHING RETURNING message",
    is_fresh="fresh.message = sent.m",
    are_all_new="true",
)
HASTY = INSERT.format(
    fresh="SELECT customers_arrive(array_agg(m)) AS are_all_new FROM sent",
    is_fresh="are_all_new",
    are_all_new="(SELECT are_all_new FROM fresh)",
)
"""Looking for a conflict at each row, and being ready for one, takes a sixth of what the whole batch does."""
CAREFUL_IMPORT = CAREFUL.replace("(message) SELECT m FROM sent", "SELECT m, number, d FROM sent, batch")
HASTY_IMPORT = HASTY.replace("(array_agg(m))", "(array_agg(m), min(number), array_agg(d))").replace(
    "are_all_new FROM sent", "are_all_new FROM sent, batch"
)
"""The same, with the batch that brought a message and what it said, so that both can be looked up."""


def insert(*, hasty: bool, is_import: bool) -> str:
    """The statement that writes a batch: as if all of it were new, or with care; of an import or not."""
    if is_import:
        return HASTY_IMPORT if hasty else CAREFUL_IMPORT
    return HASTY if hasty else CAREFUL
