"""Evaluation: which of the times that a standard applied to one person are pending, at risk, kept or broken.

A standard and the touchpoints of one person give the same verdicts in whatever order these arrived, since evaluation
looks at all of them and remembers nothing. Times are exact; the clock of an open verdict rings at `changes_at`. How
each form of standard is measured stands in its own module in `standards/`.
"""

from collections.abc import Iterable
from datetime import datetime

from heedful.promise import working_time
from heedful.promise.standards.contract import FORMS, Evidence, StandardSpec, Unreadable, Verdict


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
    """What `evaluate` and `unreadable` say, at the price of one of them."""
    distinct = {seen.id: seen for seen in touchpoints}
    ordered = sorted(distinct.values(), key=lambda seen: (seen.happened_at, seen.id))
    verdicts, reports = FORMS[standard.form].evaluate(standard, ordered, now)
    verdicts.sort(key=lambda verdict: (verdict.started_at, verdict.opened_by))
    return verdicts, sorted(reports, key=lambda report: report.opened_by)
