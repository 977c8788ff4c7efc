"""Feedback for programs: what customers said, with scores and what was understood."""

from datetime import datetime
from typing import Any

from ninja import Router, Schema
from pydantic import Field

from heedful.api import paging
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.paging import Paged
from heedful.api.periods import PeriodQuery
from heedful.associates import associates
from heedful.customers import question_kinds
from heedful.customers.models import Feedback
from heedful.understand.models import Reading

router = Router(tags=["feedback"])


class ReadingOut(Schema):
    """What was understood, by which model."""

    language: str
    sentiment: str
    sentiment_confidence: float
    topics: list[dict[str, Any]]
    signals: list[dict[str, Any]]
    model: str


class FeedbackOut(Schema):
    """What a customer said about one moment."""

    id: int
    customer: int
    person: int | None
    happened_at: datetime
    kind: str
    channel: str
    stage: str
    verbatim: str
    scores: dict[str, int | float] = Field(description="On the scale of each question")
    answers: dict[str, str] = Field(description="The same as they were given, in words: on the scale that was asked")
    reading: ReadingOut | None


class FeedbackPage(Schema):
    """A page of feedback; `next` is the cursor of the next page."""

    items: list[FeedbackOut]
    next: str | None


class FeedbackQuery(Paged, PeriodQuery):
    """Which feedback."""

    stage: str = Field("", max_length=40)
    channel: str = Field("", max_length=40)


@router.get("", response={200: FeedbackPage, **PROBLEMS})
def index(request: ApiRequest, query: paging.Query[FeedbackQuery]) -> FeedbackPage:
    """Feedback, the latest first."""
    associates.must(request.auth, "feedback.read")
    rows = Feedback.objects.select_related("customer", "reading").prefetch_related("scores")
    rows = query.within(rows, "happened_at")
    for name, value in (("stage_slug", query.stage), ("channel", query.channel)):
        if value:
            rows = rows.filter(**{name: value.replace("\x00", "")})
    page = paging.read(rows, query, key="happened_at", by=request.auth)
    return FeedbackPage(items=[_out(row) for row in page.items], next=page.next)


def _out(row: Feedback) -> FeedbackOut:
    reading: Reading | None = getattr(row, "reading", None)
    return FeedbackOut(
        id=row.pk,
        customer=row.customer_id,
        person=row.customer.person_id,
        happened_at=row.happened_at,
        kind=row.kind,
        channel=row.channel,
        stage=row.stage_slug,
        verbatim=row.verbatim,
        scores={score.question: score.value for score in row.scores.all()},
        answers={score.question: question_kinds.in_words(score.question, score.answer) for score in row.scores.all()},
        reading=None
        if reading is None
        else ReadingOut(**{name: getattr(reading, name) for name in ReadingOut.model_fields}),
    )
