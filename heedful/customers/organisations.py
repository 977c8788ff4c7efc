"""The companies that customers belong to: met when somebody names them, described by whoever knows more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from heedful.kit import characters
from heedful.kit.actor import By
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class OrganisationsMet:
    """Organisations were named for the first time."""

    organisations: list[int]


MEET = """
INSERT INTO customers_organisation AS o (external_id, name, attributes, created_at)
SELECT external_id, name, attributes, %s
FROM jsonb_to_recordset(%s::jsonb) AS w(external_id text, name text, attributes jsonb) ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    name = CASE WHEN EXCLUDED.name = '' THEN o.name ELSE EXCLUDED.name END,
    attributes = o.attributes || EXCLUDED.attributes
RETURNING external_id, id, xmax = 0
"""


@transaction.atomic
def meet(*, said: Mapping[str, Mapping[str, Any]], by: By, at: datetime) -> dict[str, int]:
    """Find or make organisations by the sender's ids; what is said of them is added to what is known."""
    if not said:
        return {}
    rows = [
        {
            "external_id": external_id,
            "name": characters.straight(str(traits.get("name") or "")).strip()[:200],
            "attributes": {key: value for key, value in traits.items() if key not in {"name", "id"}},
        }
        for external_id, traits in sorted(said.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(MEET, [at, msgspec.json.encode(rows).decode()])
        found = cursor.fetchall()
    if new := sorted(row for _, row, is_new in found if is_new):
        events.record(OrganisationsMet(new), by=by, at=at)
    return {external_id: row for external_id, row, _ in found}
