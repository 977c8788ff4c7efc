"""What customers said: one sheet per answer, kept beside the log so that scores are counted without reading it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection

from heedful.customers import question_kinds

NO_SCORES: Mapping[str, question_kinds.Score] = {}


class ScoreDraft(msgspec.Struct, gc=False):
    """One answer as its row has it."""

    value: float
    given: float | None = None
    lowest: int | None = None
    highest: int | None = None
    label: str = ""


class FeedbackDraft(msgspec.Struct, gc=False):
    """Scores and words that one touchpoint brought for the sheet named by `subject`."""

    subject: str
    customer: int
    touchpoint: int
    happened_at: datetime
    kind: str
    channel: str
    stage: str
    verbatim: str
    scores: Mapping[str, question_kinds.Score] = NO_SCORES
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
            cursor.execute(SCORES, [_document([_scores(draft) for draft in scored])])


def _document(rows: Sequence[Any]) -> str:
    return msgspec.json.encode(rows).replace(b"\\u0000", b"").decode()


def _scores(draft: FeedbackDraft) -> dict[str, Any]:
    return {
        "subject": draft.subject,
        "customer": draft.customer,
        "touchpoint": draft.touchpoint,
        "happened_at": draft.happened_at,
        "kind": draft.kind,
        "channel": draft.channel,
        "stage": draft.stage,
        "scores": {question: score_draft(question, score) for question, score in draft.scores.items()},
    }


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
        place = f"{_plain(draft.kind)}\t{_plain(draft.channel)}\t{_plain(draft.stage)}"
        brand = "\\N" if draft.brand is None else str(draft.brand)
        end = f"\t{draft.happened_at}\t{draft.customer}\t{place}\t{brand}\t{_plain(draft.source)}\n"
        for question, score in draft.scores.items():
            lines.append(f"{start}{_plain(question)}\t{_answer(question, score)}{end}")
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.write("".join(lines))


NOTHING = "\\N\t\\N\t\\N\t"


def _answer(question: str, score: question_kinds.Score) -> str:
    """An answer as it stands between tabs; nearly all are a number on the question's own scale."""
    if not isinstance(score, question_kinds.Answer):
        return f"{score!r}\t{NOTHING}"
    row = score_draft(question, score)
    parts = (row.given, row.lowest, row.highest)
    middle = "".join(f"{'\\N' if part is None else repr(part)}\t" for part in parts)
    return f"{row.value!r}\t{middle}{_plain(row.label)}"


@lru_cache(maxsize=10_000)
def _plain(text: str) -> str:
    """A text as it may stand between tabs."""
    return text if text.isalnum() else text.translate(ESCAPED)


ESCAPED = {0: None, 9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"}
