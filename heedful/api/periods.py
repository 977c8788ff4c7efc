"""The time that figures are counted over: asked for in the same words everywhere, and said in every answer."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from django.db.models import Model, QuerySet
from django.utils import timezone
from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from heedful.associates import company
from heedful.kit.errors import Refused
from heedful.prove.periods import ALWAYS, Period


def _on_one_clock(at: datetime) -> datetime:
    """A moment as the database takes it, which knows fewer offsets than may be written."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("is beyond all calendars") from None


Moment = Annotated[AwareDatetime, AfterValidator(_on_one_clock)]


class PeriodQuery(Schema):
    """Over which time; the whole of it where nothing is said."""

    from_: Moment | None = Field(None, alias="from", description="What happened then or later")
    until: Moment | None = Field(None, description="What happened before it; now where it is left out")
    days: int | None = Field(
        None, ge=1, le=36_500, description="So many calendar days up to `until`, instead of `from`"
    )

    @property
    def is_whole(self) -> bool:
        """Whether no time was asked for."""
        return self.from_ is None and self.until is None and self.days is None

    def period(self) -> Period:
        """The period that was asked for; refused where it has no time in it."""
        until = self.until or timezone.now() + timedelta(seconds=1)
        if self.from_ and self.days:
            raise Refused("Give from or days, one of the two.", code="period")
        since = max(ALWAYS, self.from_ or (self._back(until, self.days) if self.days else ALWAYS))
        if since >= until:
            raise Refused("from is not before until.", code="period")
        return Period(since, until, "time asked for", self.days, company.zone() if self.days else "UTC")

    def within[M: Model](self, rows: QuerySet[M], key: str) -> QuerySet[M]:
        """The rows of the period, by the time in `key`."""
        if self.is_whole:
            return rows
        period = self.period()
        return rows.filter(**{f"{key}__gte": period.since, f"{key}__lt": period.until})

    @staticmethod
    def _back(until: datetime, days: int) -> datetime:
        """Calendar days where the company is."""
        return ALWAYS if until - ALWAYS < timedelta(days=days + 1) else company.days_before(until, days)


class PeriodOut(Schema):
    """The time that a figure is counted over: from then on, null where it has no beginning, and before `until`."""

    model_config = ConfigDict(populate_by_name=True)

    from_: datetime | None = Field(alias="from")
    until: datetime


def period_out(period: Period) -> PeriodOut:
    """A period as the API shows it."""
    fields = {"from": None if period.since == ALWAYS else period.since, "until": period.until}
    return PeriodOut.model_validate(fields)
