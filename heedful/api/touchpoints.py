"""Touchpoints for programs: a page of what happened, and a way to write down what did."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.utils import timezone
from ninja import Router, Schema
from pydantic import AwareDatetime, Field, StringConstraints

from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.posting import Done, repeatable
from heedful.associates import associates, brands, company
from heedful.customers import identities, kinds, messages, question_kinds
from heedful.customers.models import Touchpoint
from heedful.customers.touchpoints import TouchpointDraft
from heedful.kit.errors import Refused

router = Router(tags=["touchpoints"])
Plain = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]


class TouchpointOut(Schema):
    """Something that happened between a customer and the company."""

    id: int
    customer: int
    kind: str
    channel: str
    stage: str
    happened_at: datetime
    arrived_at: datetime
    clamped: bool
    source: str
    brand: str = Field(description="The short name of its brand; empty where it is of none")
    properties: dict[str, Any]
    scores: dict[str, Any] | None
    verbatim: str | None


class Timeline(Schema):
    """A page of touchpoints; `next` is the cursor of the next page."""

    items: list[TouchpointOut]
    next: str | None


class IdentityIn(Schema):
    """Something by which the customer is recognised."""

    kind: Literal["user_id", "external", "email", "phone", "anonymous_id", "device"]
    value: Plain = Field(min_length=1, max_length=254)


class ScaledAnswer(Schema):
    """An answer on a scale that is not the question's own: `of` are its lowest and its highest point."""

    value: int
    of: list[int] = Field(min_length=2, max_length=2)


class TouchpointIn(Schema):
    """Something that happened; a second arrival of the same `message` changes nothing."""

    message: Plain = Field(min_length=1, max_length=200)
    kind: str = Field(pattern=r"^[a-z0-9_]{1,120}$")
    identities: list[IdentityIn] = Field(min_length=1, max_length=10)
    happened_at: AwareDatetime | None = None
    channel: Plain = Field("", max_length=40)
    stage: Plain = Field("", max_length=40)
    brand: Plain = Field("", max_length=120, description="A brand by its name or short name; else that of the key")
    properties: dict[str, Any] = Field({}, max_length=200)
    scores: dict[str, int | float | str | ScaledAnswer] | None = Field(None, max_length=50)
    verbatim: Plain | None = Field(None, max_length=100_000)


class Batch(Schema):
    """Up to a thousand touchpoints."""

    touchpoints: list[TouchpointIn] = Field(min_length=1, max_length=1000)


class RefusedTouchpoint(Schema):
    """One touchpoint that was not taken, by its place in the batch."""

    position: int
    reason: str


class BatchResult(Schema):
    """What became of a batch."""

    taken: int
    known: int
    left_out: list[RefusedTouchpoint]


def touchpoint_out(row: Touchpoint) -> dict[str, Any]:
    """A row as the API shows it."""
    names = [name for name in TouchpointOut.model_fields if name not in {"customer", "stage", "brand"}]
    plain = {name: getattr(row, name) for name in names}
    own = {"customer": row.customer_id, "stage": row.stage_slug, "brand": brands.slug_of(row.brand_id)}
    return plain | own


@router.post("", response={200: BatchResult, **PROBLEMS})
@repeatable
def record(request: ApiRequest, batch: Batch) -> Done:
    """Write down what happened. What cannot be taken is left out with the reason; everything else is kept."""
    associates.must(request.auth, "customer.edit")
    now, ours = timezone.now(), company.find()
    country = ours.country if ours else "GB"
    left: dict[int, str] = {}
    good: list[tuple[int, messages.SourceMessage]] = []
    for position, one in enumerate(batch.touchpoints):
        try:
            good.append((position, messages.SourceMessage(_draft(one, now, country))))
        except Refused as no:
            left[position] = no.sentence
    taken = messages.record(
        messages=[message for _, message in good], source=f"api:{request.auth}", by=request.auth, at=now
    )
    left |= {good[place][0]: reason for place, reason in taken.refused}
    return 200, BatchResult(
        taken=taken.recorded,
        known=taken.duplicates,
        left_out=[RefusedTouchpoint(position=position, reason=reason) for position, reason in sorted(left.items())],
    )


def _draft(body: TouchpointIn, now: datetime, country: str) -> TouchpointDraft:
    names = [name for one in body.identities if (name := identities.normal(one.kind, one.value, country))]
    if not names:
        raise Refused("None of the identities names a customer.")
    return TouchpointDraft(
        kinds.check(body.kind),
        _time(body.happened_at) if body.happened_at else now,
        body.message,
        identities.strongest_first(names),
        channel=body.channel,
        stage=body.stage,
        properties=_storable(body.properties),
        scores=question_kinds.check_answers(_plain(body.scores)) if body.scores else None,
        verbatim=body.verbatim,
        brand=brands.check(body.brand) if body.brand else brands.own(),
    )


def _plain(scores: Mapping[str, Any]) -> dict[str, Any]:
    return {question: dict(value) if isinstance(value, ScaledAnswer) else value for question, value in scores.items()}


def _time(time: datetime) -> datetime:
    try:
        return time.astimezone(UTC)
    except OverflowError:
        where = "before the year 1" if time.year == 1 else "beyond the year 9999"
        raise Refused(f"Its time is {where}.") from None


def _storable(properties: dict[str, Any]) -> dict[str, Any]:
    try:
        msgspec.json.encode(properties)
    except UnicodeEncodeError:
        raise Refused("Its properties hold half of a character.") from None
    return properties
