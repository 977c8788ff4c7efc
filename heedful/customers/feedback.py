"""What customers said: one sheet per answer, kept beside the log so that scores are counted without reading it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
    brand: int | None = None
    source: str = ""


SHEETS = """
INSERT INTO customers_feedback AS f
    (subject, customer_id, touchpoint_id, happened_at, kind, channel, stage, survey, verbatim, brand_id, source)
SELECT DISTINCT ON (subject) subject, customer, touchpoint, happened_at, kind, channel, stage, survey, verbatim,
    brand, source
FROM jsonb_to_recordset(%s::jsonb) AS r(subject text, customer bigint, touchpoint bigint, happened_at timestamptz,
    kind text, channel text, stage text, survey text, verbatim text, brand smallint, source text)
ORDER BY subject, verbatim = '', happened_at DESC, touchpoint DESC
ON CONFLICT (subject) DO UPDATE SET
    verbatim = CASE WHEN EXCLUDED.verbatim <> '' AND (f.verbatim = '' OR EXCLUDED.happened_at >= f.happened_at)
        THEN EXCLUDED.verbatim ELSE f.verbatim END,
    happened_at = greatest(f.happened_at, EXCLUDED.happened_at),
    touchpoint_id = greatest(f.touchpoint_id, EXCLUDED.touchpoint_id),
    brand_id = coalesce(f.brand_id, EXCLUDED.brand_id)
RETURNING subject, id, xmax = 0
"""

SCORES = """
INSERT INTO customers_score AS s (feedback_id, question, value, given, lowest, highest, label,
    happened_at, customer_id, kind, channel, stage, brand_id, source)
SELECT DISTINCT ON (f.id, q.key) f.id, q.key, e.value, e.given, e.lowest, e.highest, e.label,
    r.happened_at, r.customer, r.kind, r.channel, r.stage, f.brand_id, f.source
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
    ordered = sorted(drafts, key=lambda draft: draft.subject)
    sheets = [_sheet(draft) for draft in ordered]
    scored = [draft for draft in ordered if draft.scores]
    with connection.cursor() as cursor:
        cursor.execute(SHEETS, [_document(sheets)])
        rows = cursor.fetchall()
        if scored and len(rows) == len(drafts) and all(is_new for *_, is_new in rows):
            _copy(scored, {subject: pk for subject, pk, _ in rows})
        elif scored:
            cursor.execute(SCORES, [_document(scored)])


def _document(rows: Sequence[Any]) -> str:
    return msgspec.json.encode(rows).replace(b"\\u0000", b"").decode()


def _sheet(draft: FeedbackDraft) -> dict[str, Any]:
    return {
        "subject": draft.subject,
        "customer": draft.customer,
        "touchpoint": draft.touchpoint,
        "happened_at": draft.happened_at,
        "kind": draft.kind,
        "channel": draft.channel,
        "stage": draft.stage,
        "survey": draft.survey,
        "verbatim": draft.verbatim,
        "brand": draft.brand,
        "source": draft.source,
    }


COPY = """
COPY customers_score (feedback_id, question, value, given, lowest, highest, label, happened_at, customer_id, kind,
    channel, stage, brand_id, source) FROM STDIN
"""


def _copy(drafts: Sequence[FeedbackDraft], sheets: Mapping[str, int]) -> None:
    """Write the scores of sheets of which none was there: nothing is to be looked up, and nothing can be in the way."""
    lines = []
    for draft in drafts:
        start = f"{sheets[draft.subject]}\t"
        texts = map(_plain, (draft.kind, draft.channel, draft.stage))
        brand = "\\N" if draft.brand is None else str(draft.brand)
        end = "\t".join(["", str(draft.happened_at), str(draft.customer), *texts, brand, _plain(draft.source)])
        for question, score in draft.scores.items():
            lines.append(f"{start}{_plain(question)}\t{score.value!r}\t{_middle(score)}{end}\n")
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write("".join(lines))


NOTHING = "\\N\t\\N\t\\N\t"


def _middle(score: ScoreDraft) -> str:
    if score.given is None and not score.label:
        return NOTHING
    parts = (score.given, score.lowest, score.highest)
    return "".join(f"{'\\N' if part is None else repr(part)}\t" for part in parts) + _plain(score.label)


def _plain(text: str) -> str:
    """A text as it may stand between tabs."""
    if text.isalnum():
        return text
    return text.translate(ESCAPED)


ESCAPED = {0: None, 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"}
