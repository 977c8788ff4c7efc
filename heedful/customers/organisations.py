"""The companies that customers belong to: met when somebody names them, described by whoever knows more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from heedful.customers import folding
from heedful.kit import names
from heedful.kit.actor import By
from heedful.ledger import events


@dataclass(frozen=True, slots=True)
class OrganisationsDescribed:
    """Organisations were named for the first time."""

    organisations: list[int]


@dataclass(frozen=True, slots=True)
class OrganisationDescription:
    """What was said of an organisation, and when it was true."""

    external_id: str
    traits: Mapping[str, Any]
    at: datetime


MEET = """
INSERT INTO customers_organisation AS o (external_id, name, attributes, said_at, created_at, imported_by, search_text)
SELECT external_id, name, attributes, said_at, %s, %s::bigint[], search
FROM jsonb_to_recordset(%s::jsonb) AS w(external_id text, name text, attributes jsonb, said_at jsonb, search text)
ORDER BY external_id
ON CONFLICT (external_id) DO UPDATE SET
    imported_by = CASE WHEN o.imported_by IS NOT NULL AND EXCLUDED.imported_by IS NOT NULL
        THEN o.imported_by || EXCLUDED.imported_by END,
    name = CASE WHEN EXCLUDED.said_at ->> 'name' >= coalesce(o.said_at ->> 'name', '') COLLATE "C"
        THEN EXCLUDED.name ELSE o.name END,
    search_text = CASE WHEN EXCLUDED.said_at ->> 'name' >= coalesce(o.said_at ->> 'name', '') COLLATE "C"
        THEN EXCLUDED.search_text ELSE o.search_text END,
    attributes = o.attributes || (
        SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(EXCLUDED.attributes)
        WHERE EXCLUDED.said_at ->> key >= coalesce(o.said_at ->> key, '') COLLATE "C"),
    said_at = o.said_at || (
        SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each_text(EXCLUDED.said_at)
        WHERE value >= coalesce(o.said_at ->> key, '') COLLATE "C")
RETURNING external_id, id, xmax = 0
"""


@transaction.atomic
def resolve(
    *, descriptions: Sequence[OrganisationDescription], import_id: int | None = None, by: By, at: datetime
) -> dict[str, int]:
    """Find or make organisations by the sender's ids; the later saying of each attribute stands, whatever came first.

    Of what was said at the same time the later of `said`, or whatever comes later, stands.
    """
    if not descriptions:
        return {}
    rows = _rows(descriptions)
    with connection.cursor() as cursor:
        importers = None if import_id is None else [import_id]
        cursor.execute(MEET, [at, importers, msgspec.json.encode(rows).decode()])
        fetched = cursor.fetchall()
    if new := sorted(row for _, row, is_new in fetched if is_new):
        events.record(OrganisationsDescribed(new), by=by, at=at)
    return {external_id: row for external_id, row, _ in fetched}


def _rows(descriptions: Sequence[OrganisationDescription]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for word in sorted(descriptions, key=lambda word: word.at):
        row = rows.setdefault(
            word.external_id,
            {"external_id": word.external_id, "name": "", "search": "", "attributes": {}, "said_at": {}},
        )
        facts = {key: value for key, value in word.traits.items() if key not in {"name", "id"}}
        row["attributes"] |= facts
        if name := names.one_line(str(word.traits.get("name") or ""), most=200):
            row["name"] = facts["name"] = name
            row["search"] = folding.text_of(name, ())
        row["said_at"] |= dict.fromkeys(facts, word.at.astimezone(UTC).isoformat())
    return [rows[external_id] for external_id in sorted(rows)]
