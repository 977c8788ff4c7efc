"""What customers said: one sheet per answer, kept beside the log so that scores are counted without reading it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from django.db import connection

from heedful.customers import question_kinds


@dataclass(frozen=True, slots=True)
class ScoreDraft:
    """One answer as its row has it."""

    value: float
    given: float | None = None
    lowest: int | None = None
    highest: int | None = None
    label: str = ""


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
    scores: dict[str, ScoreDraft] = field(default_factory=dict)
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
INSERT INTO customers_score AS s (feedback_id, question, value, given, lowest, highest, label,
    happened_at, customer_id, kind, channel, stage)
SELECT DISTINCT ON (f.id, q.key) f.id, q.key, e.value, e.given, e.lowest, e.highest, e.label,
    r.happened_at, r.customer, r.kind, r.channel, r.stage
FROM jsonb_to_recordset(%s::jsonb) AS r(subject text, customer bigint, touchpoint bigint, happened_at timestamptz,
    kind text, channel text, stage text, scores jsonb)
JOIN customers_feedback f USING (subject), jsonb_each(r.scores) AS q,
    jsonb_to_record(q.value) AS e(value float8, given float8, lowest smallint, highest smallint, label text)
ORDER BY f.id, q.key, r.happened_at DESC, r.touchpoint DESC
ON CONFLICT (feedback_id, question) DO UPDATE SET value = EXCLUDED.value, given = EXCLUDED.given,
    lowest = EXCLUDED.lowest, highest = EXCLUDED.highest, label = EXCLUDED.label, happened_at = EXCLUDED.happened_at
    WHERE EXCLUDED.happened_at >= s.happened_at
"""


def score_draft(question: str, score: question_kinds.Score) -> ScoreDraft:
    """An answer as its row has it: at its place on the question's own scale, with what was given on another."""
    if not isinstance(score, question_kinds.Answer):
        return ScoreDraft(score)
    value = question_kinds.place(question, score)
    if score.of is None:
        return ScoreDraft(value, label=score.label)
    return ScoreDraft(value, score.value, *score.of)


def record(*, drafts: Sequence[FeedbackDraft]) -> None:
    """Write sheets; of two answers to one question of a sheet the later stands."""
    document = msgspec.json.encode(sorted(drafts, key=lambda draft: draft.subject)).replace(b"\\u0000", b"").decode()
    with connection.cursor() as cursor:
        cursor.execute(SHEETS, [document])
        if any(draft.scores for draft in drafts):
            cursor.execute(SCORES, [document])
