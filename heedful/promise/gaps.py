"""Gaps: what customers experienced against what they expected, and how it felt when a promise was kept or broken.

What somebody expected is the last answer to `expected.<question>` that the same person gave before; where nobody asked,
it is what the promise's words let customers expect. An answer belongs to the last time that the promise was kept or
broken to that person, at most `EXPERIENCE_WINDOW` before.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from django.db import connection

from heedful.customers.question_kinds import EXPECTED
from heedful.customers.slices import WHOLE, Slice
from heedful.kit import bundle
from heedful.promise import standards
from heedful.promise.models import Promise

type By = Literal["kind", "stage", "channel", "month"]

EXPERIENCE_WINDOW = timedelta(days=30)
"""Calendar days where the company is."""
KEYS = {
    "kind": "kind",
    "stage": "stage",
    "channel": "channel",
    "month": "to_char(happened_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
}


class GapCount(NamedTuple):
    """How many customers expected one thing and experienced another."""

    key: str
    expected: float
    experience: int
    n: int

    @property
    def gap(self) -> float:
        """The experience, less the expectation."""
        return self.experience - self.expected


class OutcomeCount(NamedTuple):
    """How many gave one answer after a promise was kept, or broken, having expected one thing."""

    promise: int
    question: str
    state: str
    experience: int
    expected: float | None
    n: int
    times: int
    """To how many of the times that the promise was due in the period these answers belong."""

    @property
    def gap(self) -> float | None:
        """The experience, less the expectation; none where nothing was."""
        return None if self.expected is None else self.experience - self.expected


def _value(document: str, name: str) -> str:
    """A property by its name or its path, as the text by which it is matched."""
    whole = r"'^(-?\d+)\.0+$', '\1'"
    value = f"coalesce({document} ->> {name}, {document} #>> string_to_array({name}, '.'))"
    return f"nullif(regexp_replace(btrim({value}), {whole}), '')"


EXPERIENCES = """
WITH found AS (
    SELECT s.question, s.value, s.happened_at, s.kind, s.stage, s.channel, s.customer_id AS record,
        coalesce(m.person_id, s.customer_id) AS person
    FROM customers_score s LEFT JOIN customers_customer m ON m.id = s.customer_id AND m.person_id < m.id
    WHERE s.question = ANY(%(questions)s) AND s.happened_at >= %(since)s AND s.happened_at < %(until)s
        {of_answers}
)"""
"""Read from the index `customers_score_covering` alone, so that it costs the same in a log of one year and of ten.

Most records are the person's own, so that only those of others are looked up: `customers_moved` holds these.
"""
PAIRS = """, settled AS (
    SELECT i.id, i.promise_id, i.state, i.settled_at, i.counts_at, coalesce(m.person_id, i.customer_id) AS person
    FROM promise_commitment i LEFT JOIN customers_customer m ON m.id = i.customer_id AND m.person_id < m.id
    WHERE i.promise_id = ANY(%(promises)s) AND i.settled_at < %(until)s
        AND i.settled_at >= (%(since)s AT TIME ZONE %(zone)s - %(felt_for)s) AT TIME ZONE %(zone)s {of_commitments}
), pairs AS MATERIALIZED (
    SELECT f.question, f.value, f.happened_at, f.record, f.person, s.promise_id, s.state, s.id AS instance,
        s.settled_at, s.counts_at >= %(since)s AS counts, count(*) AS n
    FROM found f JOIN settled s ON s.person = f.person AND s.settled_at <= f.happened_at
        AND s.settled_at >= (f.happened_at AT TIME ZONE %(zone)s - %(felt_for)s) AT TIME ZONE %(zone)s
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
)"""
"""Read from the index `promise_instance_settled` alone; answers that are alike in all of this are counted as `n`."""
NEAREST = f""", apart AS MATERIALIZED (
    SELECT DISTINCT promise_id FROM promise_standard WHERE match_property <> ''
), by_order AS MATERIALIZED (
    SELECT p.question, p.value, p.happened_at, p.record, p.person, p.promise_id, p.state, p.instance, p.settled_at,
        p.counts, 1::bigint AS n, a.answer,
        {_value("a.carried", "d.match_property")} = {_value("o.opened", "d.match_property")} AS is_same
    FROM pairs p CROSS JOIN LATERAL (
        SELECT i.standard_id, (SELECT c.properties FROM customers_touchpoint c
            WHERE c.id = i.opened_by AND c.happened_at = i.started_at) AS opened
        FROM promise_commitment i WHERE i.id = p.instance OFFSET 0
    ) AS o CROSS JOIN LATERAL (
        SELECT s.feedback_id AS answer,
            (SELECT t.properties FROM customers_feedback b JOIN customers_touchpoint t ON t.id = b.touchpoint_id
                AND t.happened_at = p.happened_at AND t.happened_at >= %(since)s AND t.happened_at < %(until)s
                WHERE b.id = s.feedback_id) AS carried
        FROM customers_score s WHERE s.customer_id = p.record AND s.question = p.question
            AND s.happened_at = p.happened_at AND s.value = p.value {{of_answers}} OFFSET 0
    ) AS a JOIN promise_standard d ON d.id = o.standard_id
    WHERE p.promise_id IN (SELECT promise_id FROM apart)
), told AS (
    SELECT *, NULL::bigint AS answer, NULL::boolean AS is_same FROM pairs
    WHERE promise_id NOT IN (SELECT promise_id FROM apart)
    UNION ALL SELECT * FROM by_order WHERE coalesce(is_same, true)
), nearest AS MATERIALIZED (
    SELECT DISTINCT ON (question, value, happened_at, record, answer, promise_id) * FROM told
    ORDER BY question, value, happened_at, record, answer, promise_id, is_same DESC NULLS LAST, settled_at DESC,
        instance DESC
)"""  # noqa: S608
"""Where a promise tells orders apart, an answer that names an order belongs to no other one, and one that names none to
the last of them: each answer is looked up, but of the few that come after such a promise alone."""
EXPECTATION = """
LEFT JOIN LATERAL (
    SELECT e.value FROM customers_customer r JOIN customers_score e ON e.customer_id = r.id
    WHERE r.person_id = f.person AND f.question = ANY(%(hoped)s)
        AND e.question = 'expected.' || f.question AND e.happened_at <= f.happened_at {of_expectations}
    ORDER BY e.happened_at DESC, e.id DESC LIMIT 1
) AS asked ON true"""
GAPS = """
SELECT {key}, coalesce(asked.value, %(stated)s)::float8, f.value, count(*) FROM found f {expectation}
WHERE coalesce(asked.value, %(stated)s) IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
OUTCOMES = """
SELECT f.promise_id, f.question, f.state, f.value, asked.value::float8, sum(f.n)::bigint,
    count(DISTINCT f.instance) FILTER (WHERE f.counts)
FROM nearest f {expectation} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"""
AFTER = bundle.SqlPattern(
    EXPERIENCES + PAIRS + NEAREST + OUTCOMES.replace("{expectation}", EXPECTATION),
    *("bigint", "text", "text", "double precision", "double precision", "bigint", "bigint"),
)


def by(
    *,
    key: By,
    question: str,
    since: datetime,
    until: datetime,
    stated: float | None = None,
    part: Slice = WHOLE,
) -> list[GapCount]:
    """Compare experience with expectation, by kind of touchpoint, stage, channel or month where the company is."""
    values: dict[str, Any] = {"questions": [question], "hoped": [question], "stated": stated}
    values |= {"zone": standards.company_zone()} if key == "month" else {}
    rows = _rows(
        (EXPERIENCES + GAPS.replace("{expectation}", EXPECTATION)).format(key=KEYS[key], **_conditions(part)),
        values | {"since": since, "until": until, **part.values},
    )
    return [GapCount(*row) for row in rows]


class AfterQuery:
    """What is read of how customers answered after each promise was kept, and after it was broken."""

    def __init__(
        self,
        *,
        promises: Collection[Promise],
        questions: Collection[str],
        since: datetime,
        until: datetime,
        zone: str = "",
        part: Slice = WHOLE,
    ) -> None:
        self.stated = {promise.pk: promise.stated_expectation for promise in promises}
        self.rows = AFTER.rows(
            _conditions(part),
            questions=[question for question in questions if not question.startswith(EXPECTED)],
            hoped=[question.removeprefix(EXPECTED) for question in questions if question.startswith(EXPECTED)],
            felt_for=EXPERIENCE_WINDOW,
            zone=zone or standards.company_zone(),
            promises=list(self.stated),
            since=since,
            until=until,
            **part.values,
        )

    def counts(self) -> list[OutcomeCount]:
        """How many gave each answer; where nobody was asked beforehand, against what the promise lets one expect."""
        counts = (OutcomeCount(*row) for row in self.rows)
        return [
            one if one.expected is not None else one._replace(expected=self.stated[one.promise].get(one.question))
            for one in counts
        ]


def after(
    *,
    promises: Collection[Promise],
    questions: Collection[str],
    since: datetime,
    until: datetime,
    part: Slice = WHOLE,
) -> list[OutcomeCount]:
    """What was answered to any of the questions after each promise was kept, and after it was broken."""
    if not promises:
        return []
    return AfterQuery(promises=promises, questions=questions, since=since, until=until, part=part).counts()


def _conditions(part: Slice) -> dict[str, str]:
    """What keeps rows within a slice; what was expected may have been said through another source."""
    return {
        "of_answers": part.condition("s"),
        "of_commitments": part.condition("i"),
        "of_expectations": replace(part, source="").condition("e"),
    }


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
