"""Judging: which of the times that a standard applied to one person are pending, at risk, kept or broken.

A standard and the touchpoints of one person give the same verdicts in whatever order these arrived, since judging looks
at all of them and remembers nothing. Times are exact; the clock of a verdict that is open rings at `changes_at`.

within    Every touchpoint of `from_kind` starts a clock. The first of `to_kind` at or after it (only after it, if both
          kinds are the same) stops it; one may stop many. Up to the due time it is kept, later it is broken.
by_date   The same, due at the time that the first touchpoint carries in `property`.
score     A score on `question` is kept at `at_least` or above, broken below, at once.
yes       A yes in `property` is kept and a no is broken, at once.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from heedful.customers.question_kinds.kind import nearest
from heedful.promise import property_values, working_time
from heedful.promise.working_time import ALWAYS, WorkingHours

type Form = Literal["within", "by_date", "score", "yes"]
type State = Literal["pending", "at_risk", "kept", "broken"]


@dataclass(frozen=True, kw_only=True)
class StandardSpec:
    """A standard, as far as judging needs it. `calendar` None is clock time, `days` are days at whose end it is due."""

    id: int
    form: Form
    from_kind: str = ""
    to_kind: str = ""
    within_s: int | None = None
    days: int | None = None
    calendar: WorkingHours | None = None
    time_zone: str = "UTC"
    property: str = ""
    question: str = ""
    at_least: float | None = None
    match_property: str | None = None
    at_risk_share: float = 0.75
    starts_at: datetime | None = None

    def __post_init__(self) -> None:
        for sentence in _faults(self):
            raise ValueError(sentence)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A touchpoint of the person judged. Of the scores of one `subject`, an answer sheet, only the last counts."""

    id: int
    kind: str
    happened_at: datetime
    properties: Mapping[str, object] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    subject: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How it stands with one time that the standard applied.

    `settled_at` of a broken time is when it broke, even if what was promised came later; `met_at` is when it came and
    `settled_by` the touchpoint with which. `measured` is the score, or the seconds until it came, in the time (clock or
    working) of the standard.
    """

    opened_by: int
    started_at: datetime
    at_risk_at: datetime | None = None
    due_at: datetime | None = None
    settled_at: datetime | None = None
    settled_by: int | None = None
    met_at: datetime | None = None
    state: State
    measured: float | None = None

    @property
    def changes_at(self) -> datetime | None:
        """When the state changes next if nothing more arrives; None once it is settled."""
        if self.state == "pending":
            return self.at_risk_at
        return self.due_at + working_time.MICROSECOND if self.state == "at_risk" and self.due_at else None


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A touchpoint that should have been judged, and why it could not be."""

    opened_by: int
    property: str
    reason: str


class _Arrivals(NamedTuple):
    """What may stop a clock, in order of time: sorted lists side by side, for bisection."""

    times: list[datetime]
    ids: list[int]


def evaluate(standard: StandardSpec, touchpoints: Iterable[Evidence], *, now: datetime) -> list[Verdict]:
    """A verdict for each time that the standard applied to this person, by when it started."""
    verdicts, _ = evaluate_and_report(standard, touchpoints, now=now)
    return verdicts


def unreadable(standard: StandardSpec, touchpoints: Iterable[Evidence]) -> list[Unreadable]:
    """The touchpoints that carry something in the property that could not be understood, or lack what they match by."""
    _, reports = evaluate_and_report(standard, touchpoints, now=working_time.EPOCH)
    return reports


def evaluate_and_report(
    standard: StandardSpec, touchpoints: Iterable[Evidence], *, now: datetime
) -> tuple[list[Verdict], list[Unreadable]]:
    """What `judge` and `unreadable` say, at the price of one of them."""
    verdicts, reports = _judge(standard, touchpoints, now)
    verdicts.sort(key=lambda verdict: (verdict.started_at, verdict.opened_by))
    return verdicts, sorted(reports, key=lambda report: report.opened_by)


def _judge(
    standard: StandardSpec, touchpoints: Iterable[Evidence], now: datetime
) -> tuple[list[Verdict], list[Unreadable]]:
    once = {seen.id: seen for seen in touchpoints}
    ordered = sorted(once.values(), key=lambda seen: (seen.happened_at, seen.id))
    if standard.form == "score":
        return _by_score(standard, ordered), []
    reports: list[Unreadable] = []
    openers = [seen for seen in ordered if seen.kind == standard.from_kind and _applies(standard, seen)]
    arrivals = _arrivals(standard, ordered) if standard.form in ("within", "by_date") else {}
    verdicts: list[Verdict] = []
    for seen in openers:
        verdict = _by_yes(standard, seen) if standard.form == "yes" else _by_clock(standard, seen, arrivals, now)
        if isinstance(verdict, Unreadable):
            reports.append(verdict)
        elif verdict:
            verdicts.append(verdict)
    return verdicts, reports


def _applies(standard: StandardSpec, seen: Evidence) -> bool:
    return standard.starts_at is None or seen.happened_at >= standard.starts_at


def _arrivals(standard: StandardSpec, ordered: Sequence[Evidence]) -> Mapping[str | None, _Arrivals]:
    found: defaultdict[str | None, _Arrivals] = defaultdict(lambda: _Arrivals([], []))
    for seen in ordered:
        if seen.kind == standard.to_kind:
            arrivals = found[_key(standard, seen)]
            arrivals.times.append(seen.happened_at)
            arrivals.ids.append(seen.id)
    return found


def _key(standard: StandardSpec, seen: Evidence) -> str | None:
    if not standard.match_property:
        return None
    return property_values.key_of(property_values.value_at(seen.properties, standard.match_property))


def _by_clock(
    standard: StandardSpec, opener: Evidence, arrivals: Mapping[str | None, _Arrivals], now: datetime
) -> Verdict | Unreadable | None:
    try:
        due_at = _due_at(standard, opener)
    except ValueError as reason:
        return Unreadable(opened_by=opener.id, property=standard.property, reason=str(reason))
    if due_at is None:
        return None
    key, name = _key(standard, opener), standard.match_property
    if name and key is None:
        return Unreadable(opened_by=opener.id, property=name, reason=f"It has no “{name}” to be matched by.")
    started_at = opener.happened_at
    met_at, met_by = _first_from(arrivals.get(key), started_at, later=standard.from_kind == standard.to_kind)
    at_risk_at = _at_risk_at(standard, started_at, due_at)
    state = _state(met_at, at_risk_at, due_at, now)
    return Verdict(
        opened_by=opener.id,
        started_at=started_at,
        at_risk_at=at_risk_at,
        due_at=due_at,
        settled_at=met_at if state == "kept" else max(started_at, due_at) if state == "broken" else None,
        settled_by=met_by if state in ("kept", "broken") else None,
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


def _due_at(standard: StandardSpec, opener: Evidence) -> datetime | None:
    """When it is due; None when the touchpoint carries no date, and so promised none."""
    if standard.form == "by_date":
        value = property_values.value_at(opener.properties, standard.property)
        return (
            None
            if property_values.is_missing(value)
            else property_values.time_of(value, time_zone=_zone_name(standard))
        )
    if standard.within_s is not None:
        return working_time.due_at(standard.calendar or ALWAYS, opener.happened_at, standard.within_s)
    return _after_days(standard, opener.happened_at)


def _after_days(standard: StandardSpec, started_at: datetime) -> datetime:
    days = standard.days or 0
    if standard.calendar:
        return working_time.due_after_days(standard.calendar, started_at, days)
    today = started_at.astimezone(working_time.zone(standard.time_zone)).date()
    return working_time.end_of_day(standard.time_zone, today + timedelta(days=days))


def _seconds(standard: StandardSpec, start: datetime, end: datetime) -> int:
    return working_time.working_seconds(standard.calendar or ALWAYS, start, end)


def _zone_name(standard: StandardSpec) -> str:
    return standard.calendar.time_zone if standard.calendar else standard.time_zone


def _at_risk_at(standard: StandardSpec, started_at: datetime, due_at: datetime) -> datetime:
    """When the share of the time has passed, counted in the standard's own time; never after it is due."""
    share = int(_seconds(standard, started_at, due_at) * standard.at_risk_share)
    at = working_time.due_at(standard.calendar or ALWAYS, started_at, share)
    return max(started_at, min(at, due_at))


def _by_score(standard: StandardSpec, ordered: Sequence[Evidence]) -> list[Verdict]:
    sheets: dict[tuple[str, int], list[Evidence]] = {}
    for seen in ordered:
        if standard.question in seen.scores and standard.from_kind in ("", seen.kind):
            sheets.setdefault((seen.subject, 0 if seen.subject else seen.id), []).append(seen)
    return [_scored(standard, sheet[0], sheet[-1]) for sheet in sheets.values() if _applies(standard, sheet[0])]


def _scored(standard: StandardSpec, first: Evidence, last: Evidence) -> Verdict:
    score = last.scores[standard.question]
    kept = nearest(score) >= (standard.at_least or 0)
    return _at_once(first, last, kept=kept, measured=score)


def _by_yes(standard: StandardSpec, seen: Evidence) -> Verdict | Unreadable | None:
    value = property_values.value_at(seen.properties, standard.property)
    if property_values.is_missing(value):
        return None
    said = property_values.yes_of(value)
    if said is None:
        reason = f"“{str(value)[:60]}” is neither a yes nor a no."
        return Unreadable(opened_by=seen.id, property=standard.property, reason=reason)
    return _at_once(seen, seen, kept=said)


def _at_once(first: Evidence, last: Evidence, *, kept: bool, measured: float | None = None) -> Verdict:
    return Verdict(
        opened_by=first.id,
        started_at=first.happened_at,
        settled_at=last.happened_at,
        settled_by=last.id,
        met_at=last.happened_at if kept else None,
        state="kept" if kept else "broken",
        measured=measured,
    )


def _faults(standard: StandardSpec) -> Iterable[str]:
    timed = standard.form in ("within", "by_date")
    if standard.form not in ("within", "by_date", "score", "yes"):
        yield f"“{standard.form}” is not a form of standard."
    if not standard.from_kind and standard.form != "score":
        yield "Say which kind of touchpoint this standard begins with."
    if timed and not standard.to_kind:
        yield "Say which kind of touchpoint keeps this standard."
    if standard.form == "within" and (standard.within_s is None) == (standard.days is None):
        yield "Give a time or a number of days within which it is to happen, one of the two."
    if (standard.within_s or 0) < 0 or (standard.days or 0) < 0:
        yield "The time within which it is to happen cannot be negative."
    if standard.form in ("by_date", "yes") and not standard.property:
        yield "Say which property of the touchpoint carries the date, or the yes."
    if standard.form == "score" and (not standard.question or standard.at_least is None):
        yield "Say which question is asked, and the score that keeps the promise."
    if timed and not 0 <= standard.at_risk_share <= 1:
        yield "The share of the time after which it is at risk lies between 0 and 1."
    working_time.zone(standard.time_zone)
