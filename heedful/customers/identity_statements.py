"""The statements by which identities are looked up, claimed, verified and made."""

LOOK_UP = """
SELECT i.kind, i.value, i.id, i.customer_id, i.verified, i.contested, i.imported_by, i.verified_by
FROM customers_identity i
JOIN jsonb_to_recordset(%s::jsonb) AS w(kind text, value text) USING (kind, value)
"""

CLAIM = """
WITH held AS (
    SELECT id FROM customers_identity WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_identity i SET imported_by = CASE WHEN i.imported_by IS NOT NULL AND %s::bigint IS NOT NULL
    THEN array_append(i.imported_by, %s::bigint) END
FROM held WHERE i.id = held.id
RETURNING i.kind, i.value, i.id, i.customer_id, i.verified, i.contested, i.imported_by, i.verified_by
"""

VERIFY = """
WITH held AS (
    SELECT id FROM customers_identity WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE customers_identity i SET verified = true, verified_by = CASE
    WHEN NOT i.verified THEN ARRAY[%s::bigint] WHEN i.verified_by @> ARRAY[%s::bigint] THEN i.verified_by
    ELSE array_append(i.verified_by, %s::bigint) END
FROM held WHERE i.id = held.id
RETURNING i.kind, i.value, i.id, i.customer_id, i.verified, i.contested, i.imported_by, i.verified_by
"""

MAKE = """
INSERT INTO customers_identity (kind, value, customer_id, first_seen_at, verified, contested, imported_by,
    verified_by)
SELECT kind, value, nextval(pg_get_serial_sequence('customers_customer', 'id')), first, verified, contested,
    %s::bigint[], CASE WHEN verified THEN %s::bigint[] END
FROM jsonb_to_recordset(%s::jsonb)
    AS w(n int, kind text, value text, first timestamptz, verified boolean, contested boolean)
ORDER BY n ON CONFLICT DO NOTHING RETURNING kind, value, id, customer_id, verified, contested, imported_by,
    verified_by
"""

MAKE_RECORDS = """
INSERT INTO customers_customer (id, person_id, facts, name, email, phone, handle, language, segment, attributes,
    value_currency, value_source, first_seen_at, last_seen_at, own_first_at, own_last_at, is_known, search_text)
SELECT id, id, '{}', '', CASE WHEN known AND kind = 'email' THEN value ELSE '' END,
    CASE WHEN known AND kind = 'phone' THEN value ELSE '' END,
    CASE WHEN kind IN ('user_id', 'external') THEN value ELSE '' END,
    '', '', '{}', '', '', first, last, first, last, known, search
FROM jsonb_to_recordset(%s::jsonb)
    AS w(id bigint, kind text, value text, known boolean, first timestamptz, last timestamptz, search text)
"""
