"""The speed of the loop: from trouble heard to somebody acting, to its close, and whether it helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from heedful.customers.slices import WHOLE, Slice
from heedful.kit import bundle
from heedful.prove import scores
from heedful.prove.periods import Period
from heedful.prove.scores import Estimate

SPEED = bundle.SqlPattern(
    """
SELECT count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY first_act_at - heard_at) FILTER (WHERE first_act_at IS NOT NULL),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_at - heard_at) FILTER (WHERE closed_at IS NOT NULL),
    count(*) FILTER (WHERE first_act_at IS NOT NULL OR coalesce(first_due_at, due_at) < %(at)s),
    count(*) FILTER (WHERE first_act_at <= coalesce(first_due_at, due_at)),
    count(*) FILTER (WHERE closed_at IS NOT NULL),
    count(*) FILTER (WHERE helped IS NOT NULL), count(*) FILTER (WHERE helped)
FROM act_case k WHERE opened_at >= %(since)s AND opened_at < %(until)s {within}
""",
    *("bigint", "interval", "interval", "bigint", "bigint", "bigint", "bigint", "bigint"),
)


@dataclass(frozen=True, slots=True)
class LoopSpeed:
    """How fast and how well the loop ran, over the cases opened in a period. Times are medians."""

    cases: int
    closed: int
    to_first_act: timedelta | None
    to_close: timedelta | None
    in_time: Estimate | None
    """The share of cases that somebody acted on by the time promised, of those that were due or acted on."""
    helped: Estimate | None


def speed(*, period: Period, at: datetime, part: Slice = WHOLE) -> LoopSpeed:
    """Count the loop over the cases that were opened in a period; the reopened count as once."""
    return of_rows(query(period=period, at=at, part=part))


def query(*, period: Period, at: datetime, part: Slice = WHOLE) -> bundle.PlannedRows:
    """What is read of it, one row."""
    within = {"within": part.condition("k")}
    return SPEED.rows(within, since=period.since, until=period.until, at=at, **part.values)


def of_rows(rows: Sequence[tuple[Any, ...]]) -> LoopSpeed:
    """The speed from what was read."""
    opened, to_first_act, to_close, due, in_time, closed, invited, helped = rows[0]
    return LoopSpeed(
        cases=opened,
        closed=closed,
        to_first_act=to_first_act,
        to_close=to_close,
        in_time=scores.share_of(in_time, due),
        helped=scores.share_of(helped, invited),
    )
