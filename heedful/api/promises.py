"""Promises for programs: what was promised, how often it was kept, and each time."""

from datetime import datetime
from typing import Any, Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from heedful.api import paging
from heedful.api.door import PROBLEMS, Asked
from heedful.api.paging import Paged
from heedful.api.posting import Done, repeatable
from heedful.api.scores import FigureOut, figure_out
from heedful.associates import associates
from heedful.customers.models import Stage
from heedful.kit.errors import Refused
from heedful.promise import promises
from heedful.promise.models import Instance, Promise
from heedful.promise.standards import Draft
from heedful.prove import periods, scorecards

router = Router(tags=["promises"])


class PromiseOut(Schema):
    """A promise, and how it is measured."""

    slug: str
    words: str
    stage: str | None
    owner: str | None
    standards: list[str]
    made_at: datetime
    ended_at: datetime | None


class PromiseCard(PromiseOut):
    """A promise with its walk over a period, and what breaking it touched in 90 days."""

    kept: int
    due: int
    open: int
    walk: FigureOut | None
    touched_customers: int
    touched_value: float


class StandardIn(Schema):
    """How a promise is measured; what its form does not use is left out."""

    form: Literal["within", "by_date", "score", "yes"]
    from_kind: str = Field("", max_length=120)
    to_kind: str = Field("", max_length=120)
    within_s: int | None = Field(None, ge=1, le=200_000_000)
    within_days: int | None = Field(None, ge=0, le=1000)
    property: str = Field("", max_length=120)
    question: str = Field("", max_length=80)
    at_least: int | None = Field(None, ge=-2, le=10)
    match_property: str = Field("", max_length=120)


class PromiseIn(Schema):
    """Something to promise."""

    words: str = Field(min_length=3, max_length=300)
    stage: str = Field("", max_length=40)
    standards: list[StandardIn] = Field(min_length=1, max_length=10)


class InstanceOut(Schema):
    """One time that a promise was made to one customer."""

    id: int
    customer: int
    state: str
    started_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    settled_at: datetime | None
    measured: float | None


class InstancesPage(Schema):
    """A page of instances; `next` is the cursor of the next page."""

    items: list[InstanceOut]
    next: str | None


class Wanted(Paged):
    """Which instances."""

    state: Literal["", "pending", "at_risk", "kept", "broken"] = ""


def _out(row: Promise) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "words": row.words,
        "stage": row.stage_id,
        "owner": row.owner.name if row.owner else None,
        "standards": promises.sentences(row),
        "made_at": row.made_at,
        "ended_at": row.ended_at,
    }


@router.get("", response={200: list[PromiseCard], **PROBLEMS})
def index(request: Asked, period: Literal["30", "90", "365", "all"] = "90") -> list[PromiseCard]:
    """The promises of today, those whose breaking touches the most value first."""
    associates.must(request.auth, "promise.read")
    now = timezone.now()
    return [
        PromiseCard(
            **_out(card.promise),
            kept=card.kept,
            due=card.due,
            open=card.open,
            walk=figure_out(card.walk),
            touched_customers=card.worth.customers,
            touched_value=float(card.worth.amount),
        )
        for card in scorecards.cards(period=periods.last(period, at=now), at=now)
    ]


@router.post("", response={201: PromiseOut, **PROBLEMS})
@repeatable
def make(request: Asked, said: PromiseIn) -> Done:
    """Promise something; its history is judged in the background."""
    stage = Stage.objects.filter(pk=said.stage.replace("\x00", "")).first()
    if said.stage and stage is None:
        raise Refused(f"There is no stage {said.stage!r}.")
    texts = [said.words, *(str(value) for one in said.standards for value in one.model_dump().values())]
    if any("\x00" in text for text in texts):
        raise Refused("A text cannot hold a NUL character.")
    wording = promises.Wording(words=said.words, stage=stage)
    drafts = [Draft(**standard.model_dump()) for standard in said.standards]
    made = promises.make(wording=wording, standards=drafts, by=request.auth, at=timezone.now())
    return 201, PromiseOut(**_out(made))


@router.get("/{slug:slug}", response={200: PromiseOut, **PROBLEMS})
def promise(request: Asked, slug: str) -> PromiseOut:
    """One promise."""
    associates.must(request.auth, "promise.read")
    return PromiseOut(**_out(get_object_or_404(Promise.objects.select_related("owner"), slug=slug)))


@router.get("/{slug:slug}/instances", response={200: InstancesPage, **PROBLEMS})
def instances(request: Asked, slug: str, wanted: paging.Query[Wanted]) -> InstancesPage:
    """Each time that it was made, the latest first."""
    associates.must(request.auth, "promise.read")
    found = Instance.objects.filter(promise=get_object_or_404(Promise, slug=slug))
    if wanted.state:
        found = found.filter(state=wanted.state)
    page = paging.read(found, wanted, key="counts_at")
    return InstancesPage(
        items=[
            InstanceOut(customer=row.customer_id, **{name: getattr(row, name) for name in SHOWN}) for row in page.items
        ],
        next=page.next,
    )


SHOWN = [name for name in InstanceOut.model_fields if name != "customer"]
