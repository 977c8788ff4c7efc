"""The talk against the walk: each promise, how often it was kept, how it felt, its worth and what is done."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from heedful.associates import company
from heedful.customers import worth as worths
from heedful.customers.slices import WHOLE, Slice
from heedful.customers.worth import Total
from heedful.promise import attainment
from heedful.promise.attainment import Attainment
from heedful.promise.models import Promise
from heedful.prove import experience, periods, scores
from heedful.prove.experience import ExperienceByOutcome
from heedful.prove.periods import Period
from heedful.prove.scores import Estimate

WORTH_OVER_DAYS = 90


@dataclass(frozen=True, slots=True)
class Worth:
    """Who was touched by the broken promise in the last 90 days, and what they are worth a year."""

    period: Period
    customers: int = 0
    total: Total = field(default_factory=Total)

    @property
    def amount(self) -> Decimal:
        """What is in the company's currency or converted into it."""
        return self.total.amount


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """One promise on the board."""

    promise: Promise
    kept: int
    due: int
    open: int
    attainment: Estimate | None
    attainment_before: Estimate | None
    experience: list[ExperienceByOutcome]
    gap: Estimate | None
    gap_in: str | None
    """The question in which it is measured."""
    worth: Worth
    cases: int
    """Open cases in which it was broken."""

    @property
    def foremost_experience(self) -> ExperienceByOutcome | None:
        """The question by which it is felt."""
        return experience.foremost(self.promise, self.experience)

    @property
    def is_measurable(self) -> bool:
        """Whether any of its standards has what it needs; nothing is counted where none has."""
        today = [standard for standard in self.promise.standards.all() if standard.ended_at is None]
        return not today or not all(standard.is_waiting for standard in today)

    @property
    def change(self) -> Estimate | None:
        """The walk against the period before."""
        return scores.change(self.attainment, self.attainment_before)


def cards(*, period: Period, at: datetime, with_experience: bool = True, part: Slice = WHOLE) -> list[PromiseCard]:
    """Every promise of today, those whose breaking touches the most value first. A fixed number of queries.

    How it felt costs more than the rest together, so that whoever does not show it can leave it out.
    """
    promises = Promise.objects.active().select_related("owner", "stage", "recount").prefetch_related("standards")
    shown = _cards(list(promises), period, at, part, with_experience=with_experience)
    return sorted(shown, key=lambda card: (-card.worth.amount, -(card.due - card.kept), card.promise.words))


def card(*, promise: Promise, period: Period, at: datetime, part: Slice = WHOLE) -> PromiseCard:
    """One promise, whether it is still made or not."""
    return _cards([promise], period, at, part)[0]


def _cards(
    promises: Sequence[Promise], period: Period, at: datetime, part: Slice, *, with_experience: bool = True
) -> list[PromiseCard]:
    only = promises[0].pk if len(promises) == 1 else None
    attainments = attainment.attainments(since=period.since, until=period.until, promise=only, part=part)
    last = period.before
    before = attainment.attainments(since=last.since, until=last.until, promise=only, part=part) if last else {}
    experiences = (
        experience.by_outcome(promises=promises, attainments=attainments, period=period, part=part)
        if with_experience
        else {}
    )
    worth = _worth(at, part)
    cases = _cases(part)
    cards = []
    for promise in promises:
        now, old, answers = (
            attainments[promise.pk],
            before.get(promise.pk, Attainment()),
            experiences.get(promise.pk, []),
        )
        gap = experience.widest_gap(promise, answers)
        cards.append(
            PromiseCard(
                promise=promise,
                kept=now.kept,
                due=now.due,
                open=now.pending + now.at_risk,
                attainment=scores.share_of(now.kept, now.due),
                attainment_before=scores.share_of(old.kept, old.due),
                experience=[one for one in answers if one.question not in _measured_by(promise)],
                gap=gap.gap if gap else None,
                gap_in=gap.question if gap else None,
                worth=worth.get(promise.pk, Worth(worth_period(at))),
                cases=cases.get(promise.pk, 0),
            )
        )
    return cards


def _measured_by(promise: Promise) -> set[str]:
    """Questions that decide whether the promise was kept: how these were answered then says nothing more."""
    return {standard.question for standard in promise.standards.all() if standard.question}


def _rows(sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


WORTH = """
WITH touched AS MATERIALIZED (
    SELECT DISTINCT i.promise_id, coalesce(m.person_id, i.customer_id) AS person
    FROM promise_commitment i LEFT JOIN customers_customer m ON m.id = i.customer_id AND m.person_id < m.id
    WHERE i.state = 'broken' AND i.counts_at >= %(since)s AND i.counts_at < %(until)s {of_commitments}
)
SELECT t.promise_id, p.value_currency, count(*), coalesce(sum(p.value_amount), 0)
FROM touched t JOIN customers_customer p ON p.id = t.person AND p.id = ANY(ARRAY(SELECT person FROM touched))
GROUP BY 1, 2
"""
"""Those who were touched are named to the index once more, so that it reads these together and in order."""


CASES = """
SELECT t.promise_id, count(DISTINCT k.id) FROM act_case k JOIN act_casetrouble t ON t.case_id = k.id
WHERE k.closed_at IS NULL AND t.promise_id IS NOT NULL {of_cases} GROUP BY 1
"""


def worth_period(at: datetime) -> Period:
    """The time over which it is counted who was touched."""
    return periods.last_days(WORTH_OVER_DAYS, at=at, zone=company.zone())


def _worth(at: datetime, part: Slice) -> dict[int, Worth]:
    period = worth_period(at)
    sql = WORTH.format(of_commitments=part.condition("i"))
    rows = _rows(sql, {"since": period.since, "until": period.until, **part.values})
    touched, sums = Counter[int](), defaultdict[int, list[tuple[str, Decimal]]](list)
    for promise, currency, customers, amount in rows:
        touched[promise] += customers
        sums[promise].append((currency, amount))
    by = worths.factors()
    return {promise: Worth(period, touched[promise], worths.total(sums[promise], by)) for promise in touched}


def _cases(part: Slice) -> dict[int, int]:
    """Open cases by the promise that was broken or at risk in them."""
    return dict(_rows(CASES.format(of_cases=part.condition("k")), part.values))
