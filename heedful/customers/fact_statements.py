"""The statements by which what is said of records is written down."""

QUOTED = """
UPDATE customers_customer c SET unverified = w.facts
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, facts jsonb) WHERE c.id = w.id
"""

CAME = """
INSERT INTO customers_stagechange AS c (customer_id, stage_id, at, source, imported_by)
SELECT w.id, slug, w.at, '', %s::bigint[]
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, stage text, at timestamptz)
JOIN customers_stage ON slug = w.stage
ON CONFLICT (customer_id, stage_id, at) DO UPDATE
SET imported_by = CASE WHEN EXCLUDED.imported_by IS NOT NULL THEN c.imported_by || EXCLUDED.imported_by END
WHERE c.imported_by IS NOT NULL
"""

FACTS = """
UPDATE customers_customer c SET facts = w.facts, imported = coalesce(w.imported, c.imported),
    own_first_at = least(own_first_at, w.first), own_last_at = greatest(own_last_at, w.last)
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, facts jsonb, imported jsonb, first timestamptz, last timestamptz)
WHERE c.id = w.id
"""
