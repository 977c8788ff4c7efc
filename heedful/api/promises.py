"""Promises for programs: what was promised, how often it was kept, and each time."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Annotated, Any, Literal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import AfterValidator, Field, WithJsonSchema

from heedful.api import paging
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.paging import Paged
from heedful.api.periods import Moment, PeriodOut, PeriodQuery, period_out
from heedful.api.posting import Done, repeatable
from heedful.api.scores import FigureOut, figure_out
from heedful.api.slices import SliceQuery
from heedful.associates import associates, brands
from heedful.associates.models import Associate
from heedful.customers import question_kinds
from heedful.customers.models import Stage
from heedful.kit.errors import Refused
from heedful.promise import promises, retrospect, standards
from heedful.promise.models import Calendar, Commitment, Promise
from heedful.promise.standards import StandardDraft
from heedful.prove import scorecards
from heedful.prove.experience import ExperienceByOutcome
from heedful.prove.periods import Period

router = Router(tags=["promises"])


class MissingKindOut(Schema):
    """A kind of touchpoint that a promise needs and of which none has come in, and the nearest of those that have."""

    kind: str
    nearest: str


class PromiseOut(Schema):
    """A promise, and how it is measured."""

    slug: str
    words: str
    stage: str | None
    owner: str | None
    severity: int
    audience: dict[str, list[str]]
    stated_expectation: dict[str, int]
    is_case_clock: bool
    standards: list[str]
    experience_question: str
    cannot_be_measured: list[MissingKindOut]
    made_at: datetime
    ended_at: datetime | None


class CountingOut(Schema):
    """History is being counted: until it is done, the figures are not yet whole."""

    done: int
    total: int


class PromiseSummary(PromiseOut):
    """A promise with its attainment in a period; `open` is undecided now, `touched` are those to whom it was broken."""

    period: PeriodOut
    kept: int
    due: int
    open: int
    attainment: FigureOut | None
    touched_customers: int
    touched_value: float
    """A year, in the company's currency; amounts in others are converted by the company's rates."""
    touched_currency: str
    touched_not_converted: dict[str, float]
    """A year, in each currency that no rate converts."""
    touched_period: PeriodOut
    counting: CountingOut | None


class ExperienceOut(Schema):
    """How a question was answered within 30 days after it was kept, and after it was broken.

    Of a question for a yes, `of_all_kept` and `of_all_broken` are shares of all the times, answered or not.
    """

    question: str
    name: str
    kept: FigureOut | None
    broken: FigureOut | None
    of_all_kept: FigureOut | None
    of_all_broken: FigureOut | None
    gap: FigureOut | None


class PromiseDetail(PromiseSummary):
    """A promise with its attainment and how it was experienced over a period."""

    experience: list[ExperienceOut]


def _form_code(code: str) -> str:
    if code not in FORMS:
        raise ValueError(f"Choose one of {', '.join(FORMS)}.")
    return code


FORMS = [form.code for form in standards.forms()]
FormCode = Annotated[str, AfterValidator(_form_code), WithJsonSchema({"type": "string", "enum": FORMS})]


class StandardIn(Schema):
    """How a promise is measured; what its form does not use is left out."""

    form: FormCode
    from_kind: str = Field("", max_length=120)
    to_kind: str = Field("", max_length=120)
    within_s: int | None = Field(None, ge=1, le=200_000_000)
    within_days: int | None = Field(None, ge=0, le=1000)
    property: str = Field("", max_length=120)
    question: str = Field("", max_length=80)
    at_least: int | None = Field(None, ge=-2, le=10)
    match_property: str = Field("", max_length=120)
    calendar: str = Field("", max_length=120, description="The name of a calendar; without it, time is clock time")
    at_risk_share: float = Field(0.75, ge=0, le=1, description="After which share of its time it is at risk")


class PromiseDefinitionIn(Schema):
    """What is promised, to whom, and how it is measured."""

    words: str = Field(min_length=3, max_length=300)
    stage: str = Field("", max_length=40)
    owner: str = Field("", max_length=254, description="The e-mail address of an associate")
    severity: int = Field(2, ge=1, le=3, description="When it is broken, that is mild (1), serious (2) or grave (3)")
    audience: dict[str, list[str]] = Field(
        {}, max_length=20, description="Attribute and the values that it may have; empty is everybody"
    )
    stated_expectation: dict[str, int] = Field(
        {}, max_length=20, description="Question and the score that its words let customers expect"
    )
    counter_measure: str = Field("", max_length=20_000, description="What is being done where it is broken")
    experience_question: str = Field("", max_length=80, description="The question by which it is known how it felt")
    is_case_clock: bool = Field(False, description="Whether cases run by it; one promise at a time can")
    standards: list[StandardIn] = Field(min_length=1, max_length=10)


class PromiseIn(PromiseDefinitionIn):
    """Something to promise."""

    since: Moment | None = Field(None, description="Since when it has been promised; from now on where it is left out")


class RetrospectIn(Schema):
    """A promise that may be made: how it would be measured, and to whom it would be made."""

    standards: list[StandardIn] = Field(min_length=1, max_length=10)
    audience: dict[str, list[str]] = Field({}, max_length=20)


class CommitmentOut(Schema):
    """One time that a promise was made to one customer."""

    id: int
    customer: int
    state: str
    started_at: datetime
    at_risk_at: datetime | None
    due_at: datetime | None
    settled_at: datetime | None
    measured: float | None
    brand: str = Field(description="The short name of its brand; empty where it is of none")
    source: str


class CommitmentsPage(Schema):
    """A page of commitments; `next` is the cursor of the next page."""

    items: list[CommitmentOut]
    next: str | None


class PromiseQuery(PeriodQuery, SliceQuery):
    """Over which time, and of what."""


class CommitmentQuery(Paged, PeriodQuery, SliceQuery):
    """Which commitments, by when they count."""

    state: Literal["", "pending", "at_risk", "kept", "broken"] = ""


def _out(row: Promise) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "words": row.words,
        "stage": row.stage_id,
        "owner": row.owner.name if row.owner else None,
        "severity": row.severity,
        "audience": row.audience,
        "stated_expectation": row.stated_expectation,
        "is_case_clock": row.is_case_clock,
        "standards": promises.sentences(row),
        "experience_question": row.experience_question,
        "cannot_be_measured": [
            MissingKindOut(kind=one.kind, nearest=one.nearest)
            for one in promises.missing_kinds(one for one in row.standards.all() if one.is_waiting and row.is_active)
        ],
        "made_at": row.made_at,
        "ended_at": row.ended_at,
    }


@router.get("", response={200: list[PromiseSummary], **PROBLEMS}, by_alias=True)
def index(request: ApiRequest, query: paging.Query[PromiseQuery]) -> list[PromiseSummary]:
    """The promises of today, those whose breaking touches the most value first."""
    associates.must(request.auth, "promise.read")
    period = query.period()
    cards = scorecards.cards(period=period, at=timezone.now(), with_experience=False, part=query.slice())
    return [PromiseSummary(**_card(card, period)) for card in cards]


def _card(card: scorecards.PromiseCard, period: Period) -> dict[str, Any]:
    counting = card.promise.counting
    return {
        **_out(card.promise),
        "period": period_out(period),
        "kept": card.kept,
        "due": card.due,
        "open": card.open,
        "attainment": figure_out(card.attainment),
        "touched_customers": card.worth.customers,
        "touched_value": float(card.worth.amount),
        "touched_currency": card.worth.total.home,
        "touched_not_converted": {currency: float(amount) for currency, amount in card.worth.total.others.items()},
        "touched_period": period_out(card.worth.period),
        "counting": counting and CountingOut(done=counting.done, total=counting.total),
    }


@router.post("", response={201: PromiseOut, **PROBLEMS})
@repeatable
def make(request: ApiRequest, body: PromiseIn) -> Done:
    """Promise something, from now on; `since` counts from an earlier time on, in the background."""
    check_texts(body)
    drafts = drafts_of(body)
    made = promises.make(
        wording=wording_of(body), standards=drafts, since=body.since, by=request.auth, at=timezone.now()
    )
    return 201, PromiseOut(**_out(made))


class RetrospectOut(Schema):
    """How a promise would have gone in the last `days`, to the customers that were looked at; stored nowhere."""

    days: int
    kept: int
    broken: int
    customers: int
    is_sample: bool
    cannot_be_measured: list[MissingKindOut]


@router.post("/retrospect", response={200: RetrospectOut, **PROBLEMS})
def retrospective(request: ApiRequest, body: RetrospectIn) -> RetrospectOut:
    """What would have been: how often it would have been kept and broken lately, had it been promised."""
    associates.must(request.auth, "promise.edit")
    check_texts(body)
    drafts = drafts_of(body)
    result = retrospect.would_have_been(drafts=drafts, audience=body.audience, at=timezone.now())
    return RetrospectOut(
        days=result.days,
        kept=result.kept,
        broken=result.broken,
        customers=result.customers,
        is_sample=result.is_sample,
        cannot_be_measured=[MissingKindOut(kind=one.kind, nearest=one.nearest) for one in result.missing],
    )


def check_texts(body: Schema) -> None:
    """Refuse what no database can hold."""
    if any("\x00" in text for text in _texts(body.model_dump())):
        raise Refused("A text cannot hold a NUL character.")


def _texts(value: Any) -> Iterator[str]:
    """Every text in a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain(value, *map(_texts, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_texts, value))


def wording_of(body: PromiseDefinitionIn) -> promises.Wording:
    """What is said about a promise, as the operation takes it."""
    plain = body.model_dump(exclude={"stage", "owner", "standards", "since", "from_now_on"})
    return promises.Wording(stage=_stage(body.stage), owner=_owner(body.owner), **plain)


def drafts_of(body: PromiseDefinitionIn | RetrospectIn) -> list[StandardDraft]:
    """How it is measured, as the operation takes it."""
    return [_draft(standard) for standard in body.standards]


def _draft(body: StandardIn) -> StandardDraft:
    return StandardDraft(calendar=_calendar(body.calendar), **body.model_dump(exclude={"calendar"}))


def _stage(code: str) -> Stage | None:
    stage = Stage.objects.filter(pk=code).first() if code else None
    if code and stage is None:
        raise Refused(f"There is no stage {code!r}.")
    return stage


def _owner(email: str) -> Associate | None:
    owner = Associate.objects.filter(email__iexact=email).first() if email else None
    if email and owner is None:
        raise Refused(f"No associate has the address {email}.", code="no_such_associate")
    return owner


def _calendar(name: str) -> Calendar | None:
    calendar = Calendar.objects.filter(name__iexact=name).first() if name else None
    if name and calendar is None:
        raise Refused(f"There is no calendar called {name}.", code="no_such_calendar")
    return calendar


@router.get("/{slug:slug}", response={200: PromiseDetail, **PROBLEMS}, by_alias=True)
def promise(request: ApiRequest, slug: str, query: paging.Query[PromiseQuery]) -> PromiseDetail:
    """One promise, with how it felt when it was kept and when it was broken."""
    associates.must(request.auth, "promise.read")
    period = query.period()
    row = get_object_or_404(Promise, slug=slug)
    card = scorecards.card(promise=row, period=period, at=timezone.now(), part=query.slice())
    return PromiseDetail(**_card(card, period), experience=[_experience(one) for one in card.experience])


def _experience(one: ExperienceByOutcome) -> ExperienceOut:
    figures = {
        name: figure_out(getattr(one, name)) for name in ExperienceOut.model_fields if name not in {"question", "name"}
    }
    return ExperienceOut(question=one.question, name=question_kinds.name_of(one.question), **figures)


@router.get("/{slug:slug}/commitments", response={200: CommitmentsPage, **PROBLEMS})
def commitments(request: ApiRequest, slug: str, query: paging.Query[CommitmentQuery]) -> CommitmentsPage:
    """Each time that it was made, the latest first."""
    associates.must(request.auth, "promise.read")
    made = Commitment.objects.filter(promise=get_object_or_404(Promise, slug=slug))
    rows = query.within(query.slice().of(made), "counts_at")
    if query.state:
        rows = rows.filter(state=query.state)
    page = paging.read(rows, query, key="counts_at", by=request.auth)
    return CommitmentsPage(
        items=[
            CommitmentOut(
                customer=row.customer_id,
                brand=brands.slug_of(row.brand_id),
                **{name: getattr(row, name) for name in SHOWN},
            )
            for row in page.items
        ],
        next=page.next,
    )


SHOWN = [name for name in CommitmentOut.model_fields if name not in {"customer", "brand"}]
