"""Gaps: what customers found against what they expected, counted for each pair of answers.

What somebody expected is the last answer to `expected.<question>` that the same person gave before; where nobody asked,
it is what the promise's words let customers expect.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from django.db import connection

from heedful.customers.scales import EXPECTED
from heedful.promise.models import Promise

type Value = str | float | datetime | timedelta | None
type By = Literal["kind", "stage", "channel", "month"]

FELT_FOR = timedelta(days=30)
"""An answer belongs to a promise that was kept or broken to this customer at most so long before."""
KEYS = {"kind": "kind", "stage": "stage", "channel": "channel", "month": "to_char(happened_at, 'YYYY-MM')"}


class Compared(NamedTuple):
    """How many customers expected one thing and found another, with their yearly values and the squares of these."""

    key: str
    expected: float
    found: int
    n: int
    weight: float
    weight_squared: float

    @property
    def gap(self) -> float:
        """What was found, less what was expected."""
        return self.found - self.expected


class Felt(NamedTuple):
    """How many gave one answer after a promise was kept, or broken, with their yearly values."""

    state: str
    found: int
    n: int
    weight: float
    weight_squared: float


FOUND = """
WITH found AS (
    SELECT s.id, s.value, s.happened_at, s.kind, s.stage, s.channel, coalesce(c.person_id, c.id) AS person
    FROM customers_score s JOIN customers_customer c ON c.id = s.customer_id
    WHERE s.question = %(question)s AND s.happened_at >= %(since)s AND s.happened_at < %(until)s
)"""
EXPECTATION = """
LEFT JOIN LATERAL (
    SELECT e.value FROM customers_customer r JOIN customers_score e ON e.customer_id = r.id
    WHERE r.person_id = found.person AND e.question = %(expected)s AND e.happened_at <= found.happened_at
    ORDER BY e.happened_at DESC, e.id DESC LIMIT 1
) AS asked ON true"""
MOMENT = """
JOIN LATERAL (
    SELECT i.state FROM customers_customer r JOIN promise_instance i ON i.customer_id = r.id
    WHERE r.person_id = found.person AND i.promise_id = %(promise)s
        AND i.settled_at BETWEEN found.happened_at - %(felt_for)s AND found.happened_at
    ORDER BY i.settled_at DESC, i.id DESC LIMIT 1
) AS moment ON true"""
COUNTED = ", count(*), coalesce(sum(p.value_amount), 0)::float8, coalesce(sum(p.value_amount ^ 2), 0)::float8"
PAIRS = f", coalesce(asked.value, %(stated)s)::float8, found.value {COUNTED} FROM found"
OF_PERSON = "JOIN customers_customer p ON p.id = found.person"
GROUPED = "WHERE coalesce(asked.value, %(stated)s) IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
BY_STATE = "GROUP BY 1, 2 ORDER BY 1, 2"


def by(*, key: By, question: str, since: datetime, until: datetime, stated: float | None = None) -> list[Compared]:
    """Compare what was found with what was expected, by kind of touchpoint, stage, channel or month."""
    sql = "\n".join([FOUND, "SELECT", KEYS[key], PAIRS, EXPECTATION, OF_PERSON, GROUPED])
    return [Compared(*row) for row in _rows(sql, question, since, until, stated=stated)]


def of_promise(*, promise: Promise, question: str, since: datetime, until: datetime) -> list[Compared]:
    """Compare for one promise, by whether it was kept or broken to the customer who answered."""
    sql = "\n".join([FOUND, "SELECT moment.state", PAIRS, MOMENT, EXPECTATION, OF_PERSON, GROUPED])
    stated = promise.stated_expectation.get(question)
    found = _rows(sql, question, since, until, stated=stated, promise=promise.pk, felt_for=FELT_FOR)
    return [Compared(*row) for row in found]


def felt(*, promise: Promise, question: str, since: datetime, until: datetime) -> list[Felt]:
    """What customers answered after the promise was kept to them, and after it was broken."""
    sql = "\n".join([FOUND, "SELECT moment.state, found.value", COUNTED, "FROM found", MOMENT, OF_PERSON, BY_STATE])
    found = _rows(sql, question, since, until, promise=promise.pk, felt_for=FELT_FOR)
    return [Felt(*row) for row in found]


def questions(*, promise: Promise) -> Sequence[str]:
    """The questions on which a promise says what to expect."""
    return sorted(promise.stated_expectation)


def _rows(sql: str, question: str, since: datetime, until: datetime, **more: Value) -> list[tuple[Any, ...]]:
    window = {"question": question, "expected": EXPECTED + question, "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(sql, window | more)  # type: ignore[arg-type]  # the stubs know no timedelta, the driver does
        return list(cursor.fetchall())
