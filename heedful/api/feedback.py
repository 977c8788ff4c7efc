"""Feedback for programs: what customers said, with scores and what was understood."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints

from heedful.api import paging
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.paging import Paged
from heedful.api.periods import PeriodQuery
from heedful.api.posting import Done, repeatable
from heedful.api.slices import SliceQuery
from heedful.associates import associates, brands
from heedful.customers import question_kinds
from heedful.customers.models import Feedback
from heedful.understand import corrections
from heedful.understand.models import Correction, Reading

router = Router(tags=["feedback"])
LARGEST = (1 << 63) - 1


class ReadingOut(Schema):
    """What was understood, by which model."""

    language: str
    sentiment: str = Field(
        description="`negative`, `neutral` or `positive`; empty where it is unclear, and where the language is not read"
    )
    sentiment_confidence: float = Field(description="How often such a reading is right")
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
    brand: str = Field(description="The short name of its brand; empty where it is of none")
    source: str
    verbatim: str
    scores: dict[str, int | float] = Field(description="On the scale of each question")
    answers: dict[str, str] = Field(description="The same as they were given, in words: on the scale that was asked")
    reading: ReadingOut | None


class FeedbackPage(Schema):
    """A page of feedback; `next` is the cursor of the next page."""

    items: list[FeedbackOut]
    next: str | None


class FeedbackQuery(Paged, PeriodQuery, SliceQuery):
    """Which feedback."""

    stage: str = Field("", max_length=40)
    channel: str = Field("", max_length=40)


class CorrectionIn(Schema):
    """What of a reading is wrong: `sentiment` and the feeling, `topic` and its slug, or `signal` and its name."""

    part: Literal["sentiment", "topic", "signal"]
    value: Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=80)]


class CorrectionOut(Schema):
    """A correction, which stands until it is taken back."""

    id: int
    feedback: int
    part: str
    value: str


@router.get("", response={200: FeedbackPage, **PROBLEMS})
def index(request: ApiRequest, query: paging.Query[FeedbackQuery]) -> FeedbackPage:
    """Feedback, the latest first."""
    associates.must(request.auth, "feedback.read")
    rows = Feedback.objects.select_related("customer", "reading").prefetch_related("scores")
    rows = query.within(query.slice().of(rows), "happened_at")
    for name, value in (("stage_slug", query.stage), ("channel", query.channel)):
        if value:
            rows = rows.filter(**{name: value.replace("\x00", "")})
    page = paging.read(rows, query, key="happened_at", by=request.auth)
    return FeedbackPage(items=[_out(row) for row in page.items], next=page.next)


@router.post("/{int:pk}/corrections", response={201: CorrectionOut, **PROBLEMS})
@repeatable
def correct(request: ApiRequest, pk: int, body: CorrectionIn) -> Done:
    """Say that it was read wrongly: what is named is taken out of the reading, for good."""
    row = corrections.correct(
        feedback=_feedback(pk), part=body.part, value=body.value, by=request.auth, at=timezone.now()
    )
    return 201, CorrectionOut(id=row.pk, feedback=row.feedback_id, part=row.part, value=row.value)


@router.delete("/{int:pk}/corrections/{int:correction_pk}", response={204: None, **PROBLEMS})
def undo(request: ApiRequest, pk: int, correction_pk: int) -> Status[None]:
    """Take a correction back: what was read stands again."""
    theirs = Correction.objects.filter(feedback=_feedback(pk))
    row = get_object_or_404(theirs, pk=correction_pk if correction_pk <= LARGEST else 0)
    corrections.undo(correction=row, by=request.auth, at=timezone.now())
    return Status(204, None)


def _feedback(pk: int) -> Feedback:
    return get_object_or_404(Feedback, pk=pk if pk <= LARGEST else 0)


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
        brand=brands.slug_of(row.brand_id),
        source=row.source,
        verbatim=row.verbatim,
        scores={score.question: score.value for score in row.scores.all()},
        answers={score.question: question_kinds.in_words(score.question, score.answer) for score in row.scores.all()},
        reading=None
        if reading is None
        else ReadingOut(**{name: getattr(reading, name) for name in ReadingOut.model_fields}),
    )
