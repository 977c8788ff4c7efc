"""What would have been: how a promise that is being written would have been kept lately; nothing of it is stored."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from heedful.associates import company
from heedful.promise import evaluation, evidence, standards
from heedful.promise.evidence import EvidenceNeed, Measure
from heedful.promise.models import Standard
from heedful.promise.promises import MissingKind, missing_kinds
from heedful.promise.standards import StandardDraft

DAYS = 90
MOST = 5_000
"""Customers that are looked at, so that somebody who writes does not wait."""
OPENED_BEFORE_DAYS = 90
"""So long before the time that is looked at something may have opened what was due in it."""

RECORDS = """
SELECT DISTINCT customer_id FROM customers_touchpoint
WHERE happened_at >= %(since)s AND happened_at < %(until)s
    AND (kind = ANY(%(kinds)s) OR (%(scored)s AND scores IS NOT NULL)) LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Retrospect:
    """How often a promise would have been kept and broken in the last days, to the customers that were looked at."""

    kept: int
    broken: int
    days: int
    customers: int
    is_sample: bool
    missing: list[MissingKind]
    """What has never come in: then it cannot be measured, and nothing is counted."""

    @property
    def due(self) -> int:
        """How often it would have been due."""
        return self.kept + self.broken

    @property
    def share(self) -> float | None:
        """The share that would have been kept; none where nothing would have been due."""
        return self.kept / self.due if self.due else None


def would_have_been(
    *, drafts: Sequence[StandardDraft], audience: Mapping[str, Sequence[str]], at: datetime
) -> Retrospect:
    """How standards would have gone in the last 90 days, had they been promised then."""
    for draft in drafts:
        standards.check(draft)
    rows = [Standard(**draft.fields()) for draft in drafts]
    if missing := missing_kinds(rows):
        return Retrospect(0, 0, DAYS, 0, False, missing)
    measures = [Measure(standards.spec(row, time_zone=company.zone()), 0, None, audience) for row in rows]
    since = company.days_before(at, DAYS)
    records = _records(measures, since, at)
    people, _ = evidence.read(evidence.records_of(records), measures)
    states = Counter(
        verdict.state
        for person in people.values()
        for measure in measures
        if measure.is_for(person.facts)
        for verdict in evaluation.evaluate(measure.spec, person.about(measure.spec), now=at)
        if since <= verdict.counts_at < at
    )
    return Retrospect(states["kept"], states["broken"], DAYS, len(people), len(records) == MOST, [])


def _records(measures: Sequence[Measure], since: datetime, at: datetime) -> list[int]:
    need = EvidenceNeed.by(measure.spec for measure in measures)
    values: dict[str, Any] = {
        "since": company.days_before(since, OPENED_BEFORE_DAYS),
        "until": at,
        "kinds": sorted({measure.spec.from_kind for measure in measures if measure.spec.from_kind}),
        "scored": need.any_score,
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORDS, values)
        return [record for (record,) in cursor.fetchall()]
