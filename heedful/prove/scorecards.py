"""The talk against the walk: each promise, how often it was kept, how it felt, its worth and what is done."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from heedful.customers.scales import EXPECTED, scale_of
from heedful.promise.models import Promise
from heedful.prove import answers, scores
from heedful.prove.periods import Period
from heedful.prove.scores import Figure
from heedful.prove.tallies import Tally

WORTH_OVER = timedelta(days=90)
FELT_FOR = timedelta(days=30)
"""An answer belongs to the last time that the promise was kept or broken to this customer, at most so long before."""


@dataclass(frozen=True, slots=True)
class Felt:
    """One question after the promise was kept, and after it was broken."""

    question: str
    kept: Figure | None
    broken: Figure | None

    @property
    def difference(self) -> Figure | None:
        """What breaking it does to the answer: broken less kept."""
        return scores.difference(self.broken, self.kept) if self.kept and self.broken else None


@dataclass(frozen=True, slots=True)
class Worth:
    """Who was touched by the broken promise in the last 90 days, and what they are worth a year."""

    customers: int = 0
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Card:
    """One promise on the board."""

    promise: Promise
    kept: int
    due: int
    open: int
    walk: Figure | None
    walk_before: Figure | None
    felt: list[Felt] = field(default_factory=list)
    gap: Figure | None = None
    worth: Worth = field(default_factory=Worth)
    cases: int = 0
    """Open cases in which it was broken."""

    @property
    def change(self) -> Figure | None:
        """The walk against the period before."""
        return scores.change(self.walk, self.walk_before)


def cards(*, period: Period, at: datetime) -> list[Card]:
    """Every promise of today, those whose breaking touches the most value first. A fixed number of queries."""
    promises = list(Promise.objects.active().select_related("owner", "stage").prefetch_related("standards"))
    counts = _counts(period)
    before = _counts(period.before) if period.before else {}
    cells = _cells(period)
    felt = _felt(cells)
    gaps = _gaps(cells, promises)
    worth = _worth(at)
    cases = _cases()
    found = []
    for promise in promises:
        kept, broken, waiting = counts.get(promise.pk, (0, 0, 0))
        old = before.get(promise.pk, (0, 0, 0))
        found.append(
            Card(
                promise=promise,
                kept=kept,
                due=kept + broken,
                open=waiting,
                walk=scores.share_of(kept, kept + broken),
                walk_before=scores.share_of(old[0], old[0] + old[1]),
                felt=[one for one in felt.get(promise.pk, []) if one.question not in _measured_by(promise)],
                gap=gaps.get(promise.pk),
                worth=worth.get(promise.pk, Worth()),
                cases=cases.get(promise.pk, 0),
            )
        )
    return sorted(found, key=lambda card: (-card.worth.amount, -(card.due - card.kept), card.promise.words))


def _measured_by(promise: Promise) -> set[str]:
    """Questions that decide whether the promise was kept: how these were answered then says nothing more."""
    return {standard.question for standard in promise.standards.all() if standard.form == "score"}


def _rows(sql: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _counts(period: Period) -> dict[int, tuple[int, int, int]]:
    """Kept, broken and still open, by promise."""
    rows = _rows(
        "SELECT promise_id, count(*) FILTER (WHERE state = 'kept'), count(*) FILTER (WHERE state = 'broken'),"
        " count(*) FILTER (WHERE state IN ('pending', 'at_risk')) FROM promise_instance"
        " WHERE counts_at >= %(since)s AND counts_at < %(until)s GROUP BY 1",
        {"since": period.since, "until": period.until},
    )
    return {promise: (kept, broken, waiting) for promise, kept, broken, waiting in rows}


FELT = """
WITH found AS (
    SELECT s.id, s.question, s.value, s.happened_at, c.person_id AS person
    FROM customers_score s JOIN customers_customer c ON c.id = s.customer_id
    WHERE s.question = ANY(%(questions)s) AND s.happened_at >= %(since)s AND s.happened_at < %(until)s
), settled AS (
    SELECT i.promise_id, i.state, i.settled_at, c.person_id AS person
    FROM promise_instance i JOIN customers_customer c ON c.id = i.customer_id
    WHERE i.state IN ('kept', 'broken') AND i.settled_at >= %(since)s - %(felt_for)s AND i.settled_at < %(until)s
), nearest AS MATERIALIZED (
    SELECT DISTINCT ON (f.id, s.promise_id) s.promise_id, s.state, f.question, f.value, f.happened_at, f.person
    FROM found f JOIN settled s ON s.person = f.person
        AND s.settled_at BETWEEN f.happened_at - %(felt_for)s AND f.happened_at
    ORDER BY f.id, s.promise_id, s.settled_at DESC
), compared AS (
    SELECT n.promise_id, n.question, n.value - hoped.value AS gap
    FROM nearest n JOIN LATERAL (
        SELECT e.value FROM customers_customer r JOIN customers_score e ON e.customer_id = r.id
        WHERE r.person_id = n.person AND e.question = 'expected.' || n.question AND e.happened_at <= n.happened_at
        ORDER BY e.happened_at DESC, e.id DESC LIMIT 1
    ) AS hoped ON true
    WHERE n.question = ANY(%(expected)s)
)
SELECT promise_id, question, state, value, count(*) FROM nearest GROUP BY 1, 2, 3, 4
UNION ALL SELECT promise_id, question, '', gap, count(*) FROM compared GROUP BY 1, 2, 4
"""
"""Answers by the last time that a promise was kept or broken before; without a state, less what was hoped for."""


class _Cell(NamedTuple):
    """How many answered so after a promise was kept or broken; without a state, so far from their hopes."""

    promise: int
    question: str
    state: str
    value: int
    n: int


def _cells(period: Period) -> list[_Cell]:
    asked = answers.asked()
    said = {
        "questions": [question for question in asked if not question.startswith((EXPECTED, "helped"))],
        "expected": [question.removeprefix(EXPECTED) for question in asked if question.startswith(EXPECTED)],
        "since": period.since,
        "until": period.until,
        "felt_for": FELT_FOR,
    }
    return [_Cell(*row) for row in _rows(FELT, said)]


def _felt(cells: Sequence[_Cell]) -> dict[int, list[Felt]]:
    tallies: dict[tuple[int, str], dict[str, dict[float, int]]] = defaultdict(lambda: {"kept": {}, "broken": {}})
    for cell in cells:
        if cell.state:
            tallies[cell.promise, cell.question][cell.state][cell.value] = cell.n
    found: dict[int, list[Felt]] = defaultdict(list)
    for (promise, question), by_state in sorted(tallies.items()):
        kept, broken = (scores.score(question, Tally.of(by_state[state])) for state in ("kept", "broken"))
        found[promise].append(Felt(question, kept, broken))
    for all_felt in found.values():
        all_felt.sort(key=lambda one: -((one.kept.n if one.kept else 0) + (one.broken.n if one.broken else 0)))
    return found


def _gaps(cells: Sequence[_Cell], promises: Sequence[Promise]) -> dict[int, Figure]:
    """Experience minus expectation after each promise, on the question with the most pairs.

    Where nobody was asked what they expected, the promise's own words say it.
    """
    pairs: dict[int, dict[str, dict[float, int]]] = defaultdict(lambda: defaultdict(dict))
    for cell in cells:
        if not cell.state:
            pairs[cell.promise][cell.question][cell.value] = cell.n
    for promise, question, value, n in _stated(cells, promises):
        if question not in pairs[promise.pk]:
            counted = pairs[promise.pk].setdefault(f"{question}|stated", {})
            counted[value - promise.stated_expectation[question]] = n
    found = {}
    for promise_id, by_question in pairs.items():
        if by_question:
            name, counted = max(by_question.items(), key=lambda pair: sum(pair[1].values()))
            if figure := scores.gap(Tally.of(counted), scale_of(name.partition("|")[0])):
                found[promise_id] = figure
    return found


def _stated(cells: Sequence[_Cell], promises: Sequence[Promise]) -> list[tuple[Promise, str, int, int]]:
    stated = {promise.pk: promise for promise in promises if promise.stated_expectation}
    counted: dict[tuple[int, str, int], int] = defaultdict(int)
    for cell in cells:
        if cell.state and cell.promise in stated and cell.question in stated[cell.promise].stated_expectation:
            counted[cell.promise, cell.question, cell.value] += cell.n
    return [(stated[promise], question, value, n) for (promise, question, value), n in counted.items()]


WORTH = """
WITH touched AS (
    SELECT DISTINCT i.promise_id, c.person_id AS person
    FROM promise_instance i JOIN customers_customer c ON c.id = i.customer_id
    WHERE i.state = 'broken' AND i.counts_at >= %(since)s AND i.counts_at <= %(at)s
)
SELECT t.promise_id, count(*), coalesce(sum(p.value_amount), 0)
FROM touched t JOIN customers_customer p ON p.id = t.person GROUP BY 1
"""


def _worth(at: datetime) -> dict[int, Worth]:
    rows = _rows(WORTH, {"since": at - WORTH_OVER, "at": at})
    return {promise: Worth(customers, amount) for promise, customers, amount in rows}


def _cases() -> dict[int, int]:
    """Open cases by the promise that was broken or at risk in them."""
    rows = _rows(
        "SELECT t.promise_id, count(DISTINCT k.id) FROM act_case k JOIN act_trouble t ON t.case_id = k.id"
        " WHERE k.closed_at IS NULL AND t.promise_id IS NOT NULL GROUP BY 1",
        {},
    )
    return dict(rows)
