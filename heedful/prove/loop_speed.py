"""The speed of the loop: from trouble heard to somebody acting, to its close, and whether it helped."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from heedful.customers.slices import WHOLE, Slice
from heedful.prove import scores
from heedful.prove.periods import Period
from heedful.prove.scores import Estimate

SPEED = """
SELECT count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY first_act_at - heard_at) FILTER (WHERE first_act_at IS NOT NULL),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_at - heard_at) FILTER (WHERE closed_at IS NOT NULL),
    count(*) FILTER (WHERE first_act_at IS NOT NULL OR coalesce(first_due_at, due_at) < %(at)s),
    count(*) FILTER (WHERE first_act_at <= coalesce(first_due_at, due_at)),
    count(*) FILTER (WHERE closed_at IS NOT NULL),
    count(*) FILTER (WHERE helped IS NOT NULL), count(*) FILTER (WHERE helped)
FROM act_case k WHERE opened_at >= %(since)s AND opened_at < %(until)s
"""


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
    with connection.cursor() as cursor:
        cursor.execute(
            SPEED + part.condition("k"), {"since": period.since, "until": period.until, "at": at, **part.values}
        )
        opened, to_first_act, to_close, due, in_time, closed, asked, helped = cursor.fetchone()
    return LoopSpeed(
        cases=opened,
        closed=closed,
        to_first_act=to_first_act,
        to_close=to_close,
        in_time=scores.share_of(in_time, due),
        helped=scores.share_of(helped, asked),
    )
