"""Exchange rates for programs: what other currencies are in the company's own, and from which day."""

from datetime import date
from decimal import Decimal

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from heedful.api.door import PROBLEMS, ApiRequest
from heedful.api.posting import Done, repeatable
from heedful.associates import associates
from heedful.associates import exchange_rates as rates
from heedful.associates.models import ExchangeRate

router = Router(tags=["exchange rates"])


class ExchangeRateIn(Schema):
    """What one of a currency is in the company's own, from a day on; a second rate for a day replaces the first."""

    currency: str = Field(pattern=r"^[A-Za-z]{3}$")
    rate: Decimal = Field(gt=0, max_digits=20, decimal_places=10)
    day: date


class ExchangeRateOut(Schema):
    """A rate; of each currency the latest counts."""

    id: int
    currency: str
    into: str
    day: date
    rate: Decimal


def _out(row: ExchangeRate) -> ExchangeRateOut:
    return ExchangeRateOut(id=row.pk, currency=row.currency, into=row.into, day=row.day, rate=row.rate.normalize())


@router.get("", response={200: list[ExchangeRateOut], **PROBLEMS})
def index(request: ApiRequest) -> list[ExchangeRateOut]:
    """Every rate, by currency, the latest first."""
    associates.must(request.auth, "board.read")
    return [_out(row) for row in ExchangeRate.objects.order_by("into", "currency", "-day")]


@router.post("", response={201: ExchangeRateOut, **PROBLEMS})
@repeatable
def enter(request: ApiRequest, body: ExchangeRateIn) -> Done:
    """Say what a currency is in the company's own, from today or a day before."""
    row = rates.enter(**body.model_dump(), by=request.auth, at=timezone.now())
    return 201, _out(row)


@router.delete("/{int:pk}", response={204: None, **PROBLEMS})
def remove(request: ApiRequest, pk: int) -> Status[None]:
    """Take a rate away; the one before it counts again."""
    associates.must(request.auth, "rate.edit")
    rates.remove(rate=get_object_or_404(ExchangeRate, pk=pk), by=request.auth, at=timezone.now())
    return Status(204, None)
