"""What customers said: one sheet per answer, kept beside the log so that scores are counted without reading it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.db import connection


@dataclass(frozen=True, slots=True)
class FeedbackDraft:
    """Scores and words that one touchpoint brought for the sheet named by `subject`."""

    subject: str
    customer: int
    touchpoint: int
    happened_at: datetime
    kind: str
    channel: str
    stage: str
    verbatim: str
    scores: dict[str, int] = field(default_factory=dict)
    survey: str = ""


SHEETS = """
INSERT INTO customers_feedback AS f
    (subject, customer_id, touchpoint_id, happened_at, kind, channel, stage, survey, verbatim)
SELECT DISTINCT ON (subject) subject, customer, touchpoint, happened_at, kind, channel, stage, survey, verbatim
FROM jsonb_to_recordset(%s::jsonb) AS r(subject text, customer bigint, touchpoint bigint, happened_at timestamptz,
    kind text, channel text, stage text, survey text, verbatim text)
ORDER BY subject, verbatim = '', happened_at DESC, touchpoint DESC
ON CONFLICT (subject) DO UPDATE SET
    verbatim = CASE WHEN EXCLUDED.verbatim <> '' AND (f.verbatim = '' OR EXCLUDED.happened_at >= f.happened_at)
        THEN EXCLUDED.verbatim ELSE f.verbatim END,
    happened_at = greatest(f.happened_at, EXCLUDED.happened_at),
    touchpoint_id = greatest(f.touchpoint_id, EXCLUDED.touchpoint_id)
"""

SCORES = """
INSERT INTO customers_score AS s (feedback_id, question, value, happened_at, customer_id, kind, channel, stage)
SELECT DISTINCT ON (f.id, e.key) f.id, e.key, e.value::smallint, r.happened_at, r.customer, r.kind, r.channel, r.stage
FROM jsonb_to_recordset(%s::jsonb) AS r(subject text, customer bigint, touchpoint bigint, happened_at timestamptz,
    kind text, channel text, stage text, scores jsonb)
JOIN customers_feedback f USING (subject), jsonb_each_text(r.scores) AS e
ORDER BY f.id, e.key, r.happened_at DESC, r.touchpoint DESC
ON CONFLICT (feedback_id, question) DO UPDATE SET value = EXCLUDED.value, happened_at = EXCLUDED.happened_at
    WHERE EXCLUDED.happened_at >= s.happened_at
"""


def record(*, sheets: Sequence[FeedbackDraft]) -> None:
    """Write sheets; of two answers to one question of a sheet the later stands."""
    document = msgspec.json.encode(sorted(sheets, key=lambda sheet: sheet.subject)).replace(b"\\u0000", b"").decode()
    with connection.cursor() as cursor:
        cursor.execute(SHEETS, [document])
        if any(sheet.scores for sheet in sheets):
            cursor.execute(SCORES, [document])
