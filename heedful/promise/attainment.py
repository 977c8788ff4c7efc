"""The walk beside the talk: how often each promise was kept of the times it was due."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery

from heedful.customers.slices import WHOLE, Slice
from heedful.kit import bundle
from heedful.promise.models import Commitment, Promise


@dataclass(slots=True)
class Attainment:
    """How a promise stands: what was settled in a period, and what is open now."""

    kept: int = 0
    broken: int = 0
    pending: int = 0
    at_risk: int = 0

    @property
    def due(self) -> int:
        """How many were kept or broken."""
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        """The share that was kept; none where nothing was due."""
        return self.kept / self.due if self.due else None


class AttainmentQueries:
    """What is read of how promises stand: what was settled in a period and in the one before it, and what is open."""

    def __init__(
        self,
        *,
        since: datetime,
        until: datetime,
        before: datetime | None = None,
        promise: int | None = None,
        part: Slice = WHOLE,
    ) -> None:
        made = Commitment.objects.filter(promise=promise) if promise is not None else Commitment.objects.all()
        self.settled = _counted(part.of(made.settled().due_between(since, until)))
        self.undecided = _counted(part.of(made.filter(changes_at__isnull=False)))
        self.earlier = _counted(part.of(made.settled().due_between(before, since))) if before else None

    def __iter__(self) -> Iterator[bundle.Query | None]:
        return iter((self.settled, self.undecided, self.earlier))

    def now(self) -> dict[int, Attainment]:
        """The walk of each promise in the period, and everything that is open."""
        return _by_promise(chain(self.settled, self.undecided))

    def before(self) -> dict[int, Attainment]:
        """The walk of each promise in the period before."""
        return _by_promise(self.earlier or ())


def attainments(
    *, since: datetime, until: datetime, promise: int | None = None, part: Slice = WHOLE
) -> dict[int, Attainment]:
    """The walk of each promise: what was due from `since` until before `until`, and everything that is open."""
    queries = AttainmentQueries(since=since, until=until, promise=promise, part=part)
    bundle.fetch(*queries)
    return queries.now()


def _counted(rows: QuerySet[Commitment]) -> QuerySet[Any, Any]:
    return rows.order_by().values_list("promise_id", "state").annotate(n=Count("*"))


def _by_promise(rows: Iterable[tuple[int, str, int]]) -> dict[int, Attainment]:
    by_promise: dict[int, Attainment] = defaultdict(Attainment)
    for pk, state, count in rows:
        setattr(by_promise[pk], state, count)
    return by_promise


def last_due(*, until: datetime) -> datetime | None:
    """When a promise was last due; none where nothing has been."""
    return max(filter(None, last_due_query(until=until)), default=None)


def last_due_query(*, until: datetime) -> QuerySet[Any, datetime | None]:
    """When each promise was last due. Looks at the last of each alone."""
    last = Commitment.objects.settled().filter(promise=OuterRef("pk"), counts_at__lt=until).order_by("-counts_at")
    return (
        Promise.objects.order_by().annotate(last=Subquery(last.values("counts_at")[:1])).values_list("last", flat=True)
    )
