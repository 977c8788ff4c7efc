"""Customers for programs: find one, read the whole view and the timeline, merge and undo."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from heedful.act import cases
from heedful.api import paging
from heedful.api.cases import MailIn, NoteOut, message_out
from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.paging import Paged, Paging
from heedful.api.posting import Done, repeatable
from heedful.api.touchpoints import Timeline, TouchpointOut, touchpoint_out
from heedful.associates import associates, keys
from heedful.customers import consents, joins, people, search
from heedful.customers.models import Customer, CustomerQuerySet, Identity, IdentityLink, Merge, Touchpoint
from heedful.kit.reading import currencies

router = Router(tags=["customers"])
LARGEST = (1 << 63) - 1
MOST_JOINS = 200


class CustomerOut(Schema):
    """One customer, as the records that belong to it say together."""

    id: int
    name: str
    email: str
    phone: str
    language: str
    segment: str
    stage: str | None
    organisation: str | None
    value_amount: Decimal | None
    value_currency: str
    value_source: str
    attributes: dict[str, Any]
    first_seen_at: datetime
    last_seen_at: datetime
    is_known: bool


class IdentityOut(Schema):
    """Something by which the customer is recognised; what browsers alone have named is not verified.

    What is contested joins nobody, since it is not one customer's.
    """

    kind: str
    value: str
    verified: bool
    contested: bool


class JoinOut(Schema):
    """Two identities that one message named together, which message it was, and whether somebody parted them.

    Of an imported one `file` and `row` say where it stands, and `import_id` which import it was; of one that came with
    a key, `key` is that key's name.
    """

    id: int
    a: IdentityOut
    b: IdentityOut
    source: str
    message: str
    file: str
    row: int | None
    import_id: int | None
    key: str
    at: datetime
    parted_at: datetime | None


class CustomerDetail(CustomerOut):
    """One customer with identities and consents, and with what browsers said, which is not verified."""

    identities: list[IdentityOut]
    consents: dict[str, bool]
    unverified: dict[str, Any]
    records: list[int]


class CustomersPage(Schema):
    """A page of customers; `next` is the cursor of the next page."""

    items: list[CustomerOut]
    next: str | None


class MergeIn(Schema):
    """The customer to merge with."""

    with_customer: int = Field(ge=1, le=LARGEST)
    reason: str = Field("", max_length=200)


class MergeOut(Schema):
    """A merge, which can be undone exactly."""

    id: int
    a: int
    b: int
    person: int


class CustomerQuery(Paged):
    """Which customers."""

    q: str = Field("", max_length=200, description="Words of the name, e-mail, phone or organisation")
    identity: str | None = Field(None, max_length=254, description="An identity of any kind")
    visitors: bool = Field(False, description="Also those who never said who they are")


def _joins_out(rows: Sequence[IdentityLink]) -> list[JoinOut]:
    file_rows, keys_of = joins.file_rows(rows), keys.names_of(row.source for row in rows)
    return [_join_out(row, file_rows.get(row.pk), keys_of.get(row.source, "")) for row in rows]


def _join_out(row: IdentityLink, file_row: joins.FileRow | None, key: str) -> JoinOut:
    return JoinOut(
        id=row.pk,
        a=_identity_out(row.a),
        b=_identity_out(row.b),
        source=row.source,
        message=row.message,
        file=file_row.file if file_row else "",
        row=file_row.row if file_row else None,
        import_id=file_row.import_id if file_row else None,
        key=key,
        at=row.first_seen_at,
        parted_at=row.parted_at,
    )


def _identity_out(row: Identity) -> IdentityOut:
    return IdentityOut(kind=row.kind, value=row.value, verified=row.verified, contested=row.contested)


def _out(row: Customer) -> dict[str, Any]:
    names = [name for name in CustomerOut.model_fields if name not in {"stage", "organisation"}]
    return {
        **{name: getattr(row, name) for name in names},
        "value_amount": currencies.rounded(row.value_amount, row.value_currency),
        "stage": row.stage_id,
        "organisation": row.organisation.external_id if row.organisation else None,
    }


@router.get("", response={200: CustomersPage, **PROBLEMS})
def index(request: ApiRequest, query: paging.Query[CustomerQuery]) -> CustomersPage:
    """Customers, the last seen first."""
    associates.must(request.auth, "customer.read")
    rows = _chosen(Customer.objects.people().select_related("organisation"), query)
    page = paging.read(rows, query, key="last_seen_at", by=request.auth)
    return CustomersPage(items=[CustomerOut(**_out(row)) for row in page.items], next=page.next)


def _chosen(rows: CustomerQuerySet, query: CustomerQuery) -> CustomerQuerySet:
    if not query.visitors:
        rows = rows.filter(is_known=True)
    if search.is_enough(query.q):
        rows = rows & search.find(query.q)
    if query.identity is not None:
        identities = Identity.objects.filter(value__in=search.writings(query.identity))
        rows = rows.filter(pk__in=identities.values("customer__person"))
    return rows


def _person(pk: int) -> Customer:
    """The person that a record belongs to, so that an address from before a merge still opens."""
    record = get_object_or_404(Customer, pk=pk) if pk <= LARGEST else get_object_or_404(Customer, pk=0)
    return Customer.objects.select_related("organisation").get(pk=record.person_id or pk)


@router.get("/{int:pk}", response={200: CustomerDetail, **PROBLEMS})
def customer(request: ApiRequest, pk: int) -> CustomerDetail:
    """One customer, by the number of any of its records."""
    associates.must(request.auth, "customer.read")
    row = _person(pk)
    paging.disclose([row], by=request.auth)
    identities = Identity.objects.filter(customer__person=row).order_by("kind", "value")
    return CustomerDetail(
        **_out(row),
        identities=[_identity_out(one) for one in identities],
        consents=consents.standing(person=row.pk),
        unverified={quote.key: quote.value for quote in people.quotes(person=row.pk)},
        records=sorted(row.records.values_list("pk", flat=True)),
    )


@router.get("/{int:pk}/joins", response={200: list[JoinOut], **PROBLEMS})
def joins_of(request: ApiRequest, pk: int) -> list[JoinOut]:
    """What joins the records of a customer by itself, and what did until somebody parted it; the latest first."""
    associates.must(request.auth, "customer.read")
    row = _person(pk)
    paging.disclose([row], by=request.auth)
    return _joins_out(list(joins.of(person=row.pk)[:MOST_JOINS]))


@router.delete("/{int:pk}/joins/{int:join_pk}", response={204: None, **PROBLEMS})
def part(request: ApiRequest, pk: int, join_pk: int) -> Status[None]:
    """Part what a message joined, whatever messages say later; something else may still hold it together."""
    row = get_object_or_404(joins.of(person=_person(pk).pk), pk=join_pk if join_pk <= LARGEST else 0)
    joins.part(join=row, by=request.auth, at=timezone.now())
    return Status(204, None)


@router.get("/{int:pk}/timeline", response={200: Timeline, **PROBLEMS})
def timeline(request: ApiRequest, pk: int, query: Paging) -> Timeline:
    """Everything that happened, the latest first."""
    associates.must(request.auth, "customer.read")
    records = list(_person(pk).records.values_list("pk", flat=True))
    page = paging.read(Touchpoint.objects.filter(customer__in=records), query, key="happened_at", by=request.auth)
    return Timeline(items=[TouchpointOut(**touchpoint_out(row)) for row in page.items], next=page.next)


@router.post("/{int:pk}/merges", response={201: MergeOut, **PROBLEMS})
@repeatable
def merge(request: ApiRequest, pk: int, body: MergeIn) -> Done:
    """Say that two customers are one."""
    row = people.merge(
        a=_person(pk), b=_person(body.with_customer), reason=body.reason, by=request.auth, at=timezone.now()
    )
    return 201, MergeOut(id=row.pk, a=row.a_id, b=row.b_id, person=_person(row.a_id).pk)


@router.post("/{int:pk}/mails", response={201: NoteOut, **PROBLEMS})
@repeatable
def mail(request: ApiRequest, pk: int, body: MailIn) -> Done:
    """Write to a customer: on the open case where there is one, else on a thread of its own."""
    associates.must(request.auth, "customer.write")
    row = cases.write_to(customer=_person(pk), **body.model_dump(), by=request.auth, at=timezone.now())
    return 201, message_out(row)


@router.delete("/{int:pk}/merges/{int:merge_pk}", response={204: None, **PROBLEMS})
def undo(request: ApiRequest, pk: int, merge_pk: int) -> Status[None]:
    """Take a merge back: everything is as it was."""
    rows = Merge.objects.filter(Q(a__person=_person(pk)) | Q(b__person=_person(pk)))
    row = get_object_or_404(rows, pk=merge_pk if merge_pk <= LARGEST else 0)
    people.undo(merge=row, by=request.auth, at=timezone.now())
    return Status(204, None)
