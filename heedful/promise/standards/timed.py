"""The clock of a standard: it is started by one touchpoint and stopped by another, until it is due.

The first touchpoint of `to_kind` at or after the start (only after it, if both kinds are the same) stops it; one may
stop many. Up to the due time it is kept, later it is broken.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from heedful.promise import property_values, working_time
from heedful.promise.standards import contract
from heedful.promise.standards.contract import Blank, Evidence, StandardSpec, State, Unreadable, Verdict
from heedful.promise.working_time import ALWAYS

FIELDS = frozenset({"to_kind", "calendar", "match_property", "at_risk_share"})
"""What every standard with a clock uses."""
BLANKS = (
    Blank(name="from", label="what happens first", type="kind", fills="from_kind", needed="Say what happens first."),
    Blank(name="to", label="what we promise", type="kind", fills="to_kind", needed="Say what is promised to happen."),
)

type DueAt = Callable[[StandardSpec, Evidence], datetime | None]
"""When it is due; None when the touchpoint promised nothing. Raises ValueError where that cannot be read."""


class _Arrivals(NamedTuple):
    """What may stop a clock, in order of time: sorted lists side by side, for bisection."""

    times: list[datetime]
    ids: list[int]


def faults(standard: StandardSpec) -> Iterable[str]:
    """What every standard with a clock needs."""
    yield from contract.kind_faults(standard)
    if not standard.to_kind:
        yield "Say which kind of touchpoint keeps this standard."
    if not 0 <= standard.at_risk_share <= 1:
        yield "The share of the time after which it is at risk lies between 0 and 1."


def evaluate(
    standard: StandardSpec, ordered: Sequence[Evidence], now: datetime, *, due_at: DueAt
) -> tuple[list[Verdict], list[Unreadable]]:
    """How the clock of each touchpoint stands that started one."""
    openers = contract.openers(standard, ordered)
    arrivals = _arrivals(standard, ordered)
    verdicts: list[Verdict] = []
    reports: list[Unreadable] = []
    for opener in openers:
        verdict = _by_clock(standard, opener, arrivals, now, due_at)
        if isinstance(verdict, Unreadable):
            reports.append(verdict)
        elif verdict:
            verdicts.append(verdict)
    return verdicts, reports


def _arrivals(standard: StandardSpec, ordered: Sequence[Evidence]) -> Mapping[str | None, _Arrivals]:
    by_key: defaultdict[str | None, _Arrivals] = defaultdict(lambda: _Arrivals([], []))
    for seen in ordered:
        if seen.kind == standard.to_kind:
            arrivals = by_key[_key(standard, seen)]
            arrivals.times.append(seen.happened_at)
            arrivals.ids.append(seen.id)
    return by_key


def _key(standard: StandardSpec, seen: Evidence) -> str | None:
    if not standard.match_property:
        return None
    return property_values.key_of(property_values.value_at(seen.properties, standard.match_property))


def _by_clock(
    standard: StandardSpec,
    opener: Evidence,
    arrivals: Mapping[str | None, _Arrivals],
    now: datetime,
    due: DueAt,
) -> Verdict | Unreadable | None:
    try:
        due_at = due(standard, opener)
    except ValueError as reason:
        return Unreadable(opened_by=opener.id, property=standard.property, reason=str(reason))
    if due_at is None:
        return None
    key, name = _key(standard, opener), standard.match_property
    if name and key is None:
        return Unreadable(opened_by=opener.id, property=name, reason=f"It has no “{name}” to be matched by.")
    started_at = opener.happened_at
    met_at, arrival = _first_from(arrivals.get(key), started_at, later=standard.from_kind == standard.to_kind)
    at_risk_at = _at_risk_at(standard, started_at, due_at)
    state = _state(met_at, at_risk_at, due_at, now)
    return Verdict(
        opened_by=opener.id,
        started_at=started_at,
        at_risk_at=at_risk_at,
        due_at=due_at,
        settled_at=met_at if state == "kept" else max(started_at, due_at) if state == "broken" else None,
        settled_by=arrival if state in ("kept", "broken") else None,
        met_at=met_at,
        state=state,
        measured=None if met_at is None else _seconds(standard, started_at, met_at),
    )


def _state(met_at: datetime | None, at_risk_at: datetime, due_at: datetime, now: datetime) -> State:
    """Only the clock breaks a promise: a late touchpoint dated ahead of `now` does not break it before its time."""
    if met_at is not None and met_at <= due_at:
        return "kept"
    if now < at_risk_at:
        return "pending"
    return "broken" if now > due_at else "at_risk"


def _first_from(
    arrivals: _Arrivals | None, started_at: datetime, *, later: bool
) -> tuple[datetime, int] | tuple[None, None]:
    if arrivals is None:
        return None, None
    index = (bisect_right if later else bisect_left)(arrivals.times, started_at)
    return (arrivals.times[index], arrivals.ids[index]) if index < len(arrivals.times) else (None, None)


def _seconds(standard: StandardSpec, start: datetime, end: datetime) -> int:
    return working_time.working_seconds(standard.calendar or ALWAYS, start, end)


def _at_risk_at(standard: StandardSpec, started_at: datetime, due_at: datetime) -> datetime:
    """When the share of the time has passed, counted in the standard's own time; never after it is due."""
    share = int(_seconds(standard, started_at, due_at) * standard.at_risk_share)
    at = working_time.due_at(standard.calendar or ALWAYS, started_at, share)
    return max(started_at, min(at, due_at))
