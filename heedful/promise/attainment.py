"""The walk beside the talk: how often each promise was kept of the times it was due."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import cast

from django.db.models import Count, Max, OuterRef, Subquery

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


def attainments(
    *, since: datetime, until: datetime, promise: int | None = None, part: Slice = WHOLE
) -> dict[int, Attainment]:
    """The walk of each promise: what was due from `since` until before `until`, and everything that is open."""
    settled = part.of(Commitment.objects.settled().due_between(since, until))
    undecided = part.of(Commitment.objects.filter(changes_at__isnull=False))
    if promise is not None:
        settled, undecided = settled.filter(promise=promise), undecided.filter(promise=promise)
    found: dict[int, Attainment] = defaultdict(Attainment)
    counts = [
        rows.order_by().values_list("promise_id", "state").annotate(n=Count("*")) for rows in (settled, undecided)
    ]
    bundle.fetch(*counts)
    for pk, state, count in chain(*counts):
        setattr(found[pk], state, count)
    return found


def last_due(*, until: datetime) -> datetime | None:
    """When a promise was last due; none where nothing has been. Looks at the last of each promise alone."""
    last = Commitment.objects.settled().filter(promise=OuterRef("pk"), counts_at__lt=until).order_by("-counts_at")
    found = Promise.objects.annotate(last=Subquery(last.values("counts_at")[:1])).aggregate(at=Max("last"))
    return cast("datetime | None", found["at"])
