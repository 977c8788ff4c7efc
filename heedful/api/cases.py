"""Cases for programs: what is open, and the same steps that an associate takes."""

from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Body, Router, Schema
from pydantic import Field

from heedful.act import cases
from heedful.act.cases import correspondence
from heedful.act.cases.outreach import LONGEST_REASON, SERIOUS
from heedful.act.models import Case, Note
from heedful.api import paging
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.paging import Paged, Paging
from heedful.api.posting import Done, repeatable
from heedful.api.slices import SliceQuery
from heedful.api.touchpoints import Plain
from heedful.associates import associates, brands
from heedful.associates.models import Associate, Team
from heedful.customers.models import Customer
from heedful.kit.errors import Refused
from heedful.listen import conversations
from heedful.listen.models import Message

router = Router(tags=["cases"])
LARGEST = (1 << 63) - 1
FIRST = Paged(cursor="", limit=50)


class CaseOut(Schema):
    """The work for one customer."""

    id: int
    customer: int
    title: str
    team: str | None
    owner: str | None
    priority: int
    is_open: bool
    is_repeat: bool
    with_lead: bool
    opened_at: datetime
    heard_at: datetime
    due_at: datetime
    first_act_at: datetime | None
    answered_at: datetime | None
    is_heard_again: bool
    escalated_at: datetime | None
    closed_at: datetime | None
    outcome: str
    cause: str
    helped: bool | None
    brand: str = Field(description="The short name of its brand; empty where it is of none")
    source: str


class TroubleOut(Schema):
    """Something that was heard."""

    what: str
    words: str
    severity: int
    happened_at: datetime


class NoteOut(Schema):
    """Something that was written on the case.

    The `state` of a mail of ours is waiting, sent, kept (without a mail server) or failed. A clock stops at `left_at`.
    """

    id: int
    kind: str
    subject: str
    text: str
    author: str | None
    at: datetime
    state: str = ""
    left_at: datetime | None = None


class CaseDetail(CaseOut):
    """A case with the latest that was heard and written, in order.

    Where there is more, `troubles_next` and `notes_next` are cursors for `/troubles` and `/notes` of the case.
    """

    troubles: list[TroubleOut]
    troubles_next: str | None
    notes: list[NoteOut]
    notes_next: str | None


class TroublesPage(Schema):
    """A page of what was heard; `next` is the cursor of the next page."""

    items: list[TroubleOut]
    next: str | None


class NotesPage(Schema):
    """A page of what was written; `next` is the cursor of the next page."""

    items: list[NoteOut]
    next: str | None


class CasesPage(Schema):
    """A page of cases; `next` is the cursor of the next page."""

    items: list[CaseOut]
    next: str | None


class CaseQuery(Paged, SliceQuery):
    """Which cases."""

    state: Literal["open", "closed", "all"] = "open"


class Closure(Schema):
    """How a case ended, and why it came to it."""

    outcome: Literal["solved", "explained", "compensated", "not_solved", "no_answer", "no_trouble"]
    cause: Plain = Field(min_length=1, max_length=120, description="The slug of a cause from your own list")


class NoteIn(Schema):
    """A note for colleagues."""

    text: Plain = Field(min_length=1, max_length=20_000)


class MailIn(Schema):
    """A mail to the customer."""

    subject: Plain = Field(min_length=1, max_length=200)
    text: Plain = Field(min_length=1, max_length=20_000)
    with_gaps: list[Plain] = Field([], max_length=50, description="Gaps such as `[date]` that are meant as they are")


class CaseIn(Schema):
    """A case that is opened by hand."""

    customer: int = Field(ge=1, le=LARGEST)
    reason: Plain = Field(min_length=1, max_length=LONGEST_REASON, description="What is wrong; it becomes the title")
    severity: int = Field(SERIOUS, ge=1, le=3, description="1 is mild, 2 serious, 3 grave")
    cause: Plain = Field("", max_length=120, description="The slug of a cause, where it is known already")


class CallIn(Schema):
    """What was said on the phone."""

    text: Plain = Field(min_length=1, max_length=20_000)


class Reason(Schema):
    """Why a case is opened again."""

    reason: Plain = Field("", max_length=2_000)


class Handover(Schema):
    """Who goes on with a case: a colleague, or a team whose next free member takes it."""

    to: Plain = Field("", max_length=254, description="The e-mail address of an associate")
    team: Plain = Field("", max_length=120, description="The name of a team")
    reason: Plain = Field("", max_length=2_000, description="What they need to know; it becomes a note")


UNSAID = Body(Reason(reason=""))  # type: ignore[type-arg]

PLAIN = [name for name in CaseOut.model_fields if name not in {"customer", "team", "owner", "brand"}]


def _out(row: Case) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in PLAIN},
        "customer": row.customer_id,
        "team": row.team.name if row.team else None,
        "owner": row.owner.name if row.owner else None,
        "brand": brands.slug_of(row.brand_id),
    }


def _case(pk: int) -> Case:
    return get_object_or_404(Case.objects.select_related("team", "owner"), pk=pk if pk <= LARGEST else 0)


def _whole(request: ApiRequest, pk: int) -> CaseDetail:
    row = _case(pk)
    paging.disclose([row], by=request.auth)
    troubles, written = _troubles(request, row, FIRST), _notes(request, row, FIRST)
    return CaseDetail(
        **_out(row),
        troubles=troubles.items[::-1],
        troubles_next=troubles.next,
        notes=written.items[::-1],
        notes_next=written.next,
    )


def _troubles(request: ApiRequest, row: Case, query: Paged) -> TroublesPage:
    page = paging.read(row.troubles.all(), query, key="happened_at", by=request.auth)
    names = TroubleOut.model_fields
    return TroublesPage(
        items=[TroubleOut(**{name: getattr(one, name) for name in names}) for one in page.items], next=page.next
    )


def _notes(request: ApiRequest, row: Case, query: Paged) -> NotesPage:
    sources: list[QuerySet[Note | Message]] = [correspondence.notes_of(row), correspondence.messages_of(row)]
    page = paging.read_each(sources, query, key="at", by=request.auth)
    items = [message_out(one) if isinstance(one, Message) else _note(one) for one in page.items]
    return NotesPage(items=items, next=page.next)


def _note(row: Note) -> NoteOut:
    author = row.author.name if row.author else None
    return NoteOut(id=row.pk, kind=row.kind, subject="", text=row.text, author=author, at=row.at)


def message_out(row: Message) -> NoteOut:
    """A message as programs read it."""
    return NoteOut(
        id=row.pk,
        kind=conversations.channel_of(row.channel).noun,
        subject=row.subject,
        text=row.text,
        author=row.author_name or None,
        at=row.occurred_at,
        state=row.sending or "",
        left_at=row.left_at,
    )


@router.get("", response={200: CasesPage, **PROBLEMS})
def index(request: ApiRequest, query: paging.Query[CaseQuery]) -> CasesPage:
    """Cases, the latest first."""
    associates.must(request.auth, "case.read")
    rows = query.slice().of(Case.objects.select_related("team", "owner"))
    if query.state != "all":
        rows = rows.filter(closed_at__isnull=query.state == "open")
    page = paging.read(rows, query, key="opened_at", by=request.auth)
    return CasesPage(items=[CaseOut(**_out(row)) for row in page.items], next=page.next)


@router.post("", response={201: CaseDetail, **PROBLEMS})
@repeatable
def open_by_hand(request: ApiRequest, body: CaseIn) -> Done:
    """Open a case, or tell the one that the customer has open."""
    associates.must(request.auth, "case.work")
    customer = get_object_or_404(Customer, pk=body.customer)
    fields = body.model_dump(exclude={"customer"})
    row = cases.open_by_hand(customer=customer, **fields, by=request.auth, at=timezone.now())
    return 201, _whole(request, row.pk)


@router.get("/{int:pk}", response={200: CaseDetail, **PROBLEMS})
def case(request: ApiRequest, pk: int) -> CaseDetail:
    """One case."""
    associates.must(request.auth, "case.read")
    return _whole(request, pk)


@router.get("/{int:pk}/troubles", response={200: TroublesPage, **PROBLEMS})
def troubles(request: ApiRequest, pk: int, query: Paging) -> TroublesPage:
    """What was heard, the latest first."""
    associates.must(request.auth, "case.read")
    return _troubles(request, _case(pk), query)


@router.get("/{int:pk}/notes", response={200: NotesPage, **PROBLEMS})
def notes(request: ApiRequest, pk: int, query: Paging) -> NotesPage:
    """What was written, the latest first."""
    associates.must(request.auth, "case.read")
    return _notes(request, _case(pk), query)


@router.post("/{int:pk}/claim", response={200: CaseDetail, **PROBLEMS})
@repeatable
def claim(request: ApiRequest, pk: int) -> Done:
    """Take it on; only somebody who is logged in can."""
    cases.claim(case=_case(pk), by=request.auth, at=timezone.now())
    return 200, _whole(request, pk)


@router.delete("/{int:pk}/claim", response={200: CaseDetail, **PROBLEMS})
def give_back(request: ApiRequest, pk: int) -> CaseDetail:
    """Give it back to its team's queue; only who has it can, or a lead."""
    cases.give_back(case=_case(pk), by=request.auth, at=timezone.now())
    return _whole(request, pk)


@router.post("/{int:pk}/handover", response={200: CaseDetail, **PROBLEMS})
@repeatable
def hand_over(request: ApiRequest, pk: int, body: Handover) -> Done:
    """Give it to a colleague, or to a team."""
    associates.must(request.auth, "case.assign")
    to, team = _colleague(body.to.strip()), _team(body.team.strip())
    cases.hand_over(case=_case(pk), to=to, team=team, reason=body.reason, by=request.auth, at=timezone.now())
    return 200, _whole(request, pk)


def _colleague(email: str) -> Associate | None:
    if email and (row := Associate.objects.filter(email__iexact=email).first()) is None:
        raise Refused(f"No associate has the address {email}.", code="no_such_associate")
    return row if email else None


def _team(name: str) -> Team | None:
    if name and (row := Team.objects.filter(name=name).first()) is None:
        raise Refused(f"There is no team called {name}.", code="no_such_team")
    return row if name else None


@router.post("/{int:pk}/notes", response={201: NoteOut, **PROBLEMS})
@repeatable
def note(request: ApiRequest, pk: int, body: NoteIn) -> Done:
    """Write a note for colleagues."""
    return 201, _note(cases.note(case=_case(pk), text=body.text, by=request.auth, at=timezone.now()))


@router.post("/{int:pk}/mails", response={201: NoteOut, **PROBLEMS})
@repeatable
def mail(request: ApiRequest, pk: int, body: MailIn) -> Done:
    """Write to the customer."""
    written = cases.write(case=_case(pk), **body.model_dump(), by=request.auth, at=timezone.now())
    return 201, message_out(written)


@router.post("/{int:pk}/calls", response={201: NoteOut, **PROBLEMS})
@repeatable
def call(request: ApiRequest, pk: int, body: CallIn) -> Done:
    """Write down a call with the customer."""
    return 201, _note(cases.log_call(case=_case(pk), text=body.text, by=request.auth, at=timezone.now()))


@router.post("/{int:pk}/closure", response={201: CaseDetail, **PROBLEMS})
@repeatable
def close(request: ApiRequest, pk: int, body: Closure) -> Done:
    """Close it with its outcome and its cause."""
    cases.close(case=_case(pk), outcome=body.outcome, cause=body.cause, by=request.auth, at=timezone.now())
    return 201, _whole(request, pk)


@router.delete("/{int:pk}/closure", response={200: CaseDetail, **PROBLEMS})
def reopen(request: ApiRequest, pk: int, body: Reason = UNSAID) -> CaseDetail:
    """Open it again."""
    cases.reopen(case=_case(pk), reason=body.reason, by=request.auth, at=timezone.now())
    return _whole(request, pk)
