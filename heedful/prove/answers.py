"""What customers answered, counted by stage, channel, brand or month and the like: what scores are made of."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal

from django.db import connection

from heedful.associates import brands
from heedful.customers.slices import WHOLE, Slice
from heedful.customers.worth import with_factors
from heedful.promise import standards
from heedful.prove.periods import Period
from heedful.prove.tallies import AnswerTally

type By = Literal["", "stage", "channel", "segment", "month", "kind", "brand", "source"]

KEYS: dict[By, str] = {
    "": "''",
    "stage": "s.stage",
    "channel": "s.channel",
    "kind": "s.kind",
    "segment": "p.segment",
    "brand": "coalesce(s.brand_id, 0)",
    "source": "s.source",
    "month": "to_char(s.happened_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
}
PLAIN = """
SELECT s.question, {key}, s.value, s.lowest, s.highest, count(*), count(*), count(*), 0 FROM customers_score s
WHERE s.question = ANY(%(questions)s) AND s.happened_at >= %(since)s AND s.happened_at < %(until)s {within}
GROUP BY 1, 2, 3, 4, 5
"""
WEIGHTED = with_factors("""
WITH {factors}, said AS MATERIALIZED (
    SELECT s.question, s.value, s.lowest, s.highest, s.stage, s.channel, s.kind, s.happened_at,
        s.brand_id, s.source,
        coalesce(m.person_id, s.customer_id) AS who
    FROM customers_score s LEFT JOIN customers_customer m ON m.id = s.customer_id AND m.person_id < m.id
    WHERE s.question = ANY(%(questions)s) AND s.happened_at >= %(since)s AND s.happened_at < %(until)s {within}
)
SELECT s.question, {key}, s.value, s.lowest, s.highest, count(*), coalesce(sum(p.value_amount * f.factor), 0)::float8,
    coalesce(sum(p.value_amount * p.value_amount * f.factor * f.factor), 0)::float8,
    count(*) FILTER (WHERE coalesce(p.value_amount, 0) = 0)
FROM said s JOIN customers_customer p ON p.id = s.who AND p.id = ANY(ARRAY(SELECT who FROM said))
    LEFT JOIN factors f ON f.currency = p.value_currency GROUP BY 1, 2, 3, 4, 5
""")
"""The people who answered are named to the index once more, so that it reads these alone and not all customers.

The last column counts those who are not valued: they answered, and weigh nothing.
"""


def tallies(
    *, questions: Sequence[str], period: Period, by: By = "", weighted: bool = False, part: Slice = WHOLE
) -> dict[str, dict[str, AnswerTally]]:
    """Return for each question and each value of `by` the answers of a period; weights are customers' yearly values
    in the company's currency; a value that no rate converts has no weight.

    Values are places on the question's own scale. Where all were asked on one other, the tallies name it. Months begin
    when they do where the company is.
    """
    joined = weighted or by == "segment"
    sql = (WEIGHTED if joined else PLAIN).replace("{key}", KEYS[by]).replace("{within}", part.condition("s"))
    values: dict[str, Any] = {"questions": list(questions), "since": period.since, "until": period.until, **part.values}
    with connection.cursor() as cursor:
        cursor.execute(sql, values | ({"zone": standards.company_zone()} if by == "month" else {}))
        rows = cursor.fetchall()
    cells: dict[str, dict[str, list[tuple[float, int, float, float, int]]]] = defaultdict(lambda: defaultdict(list))
    asked: dict[str, set[tuple[int, int] | None]] = defaultdict(set)
    for question, key, value, lowest, highest, *counts in rows:
        cells[question][brands.slug_of(key) if by == "brand" else key].append((value, *counts))
        asked[question].add(None if lowest is None else (lowest, highest))
    scales = {question: scale for question, found in asked.items() if len(found) == 1 for scale in found}
    return {
        question: {key: AnswerTally.of_rows(found, scale=scales.get(question)) for key, found in sorted(groups.items())}
        for question, groups in cells.items()
    }


def questions_answered() -> list[str]:
    """Every question that was ever answered, found by jumping over the index rather than reading it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE q AS ("
            " (SELECT question FROM customers_score ORDER BY question LIMIT 1) UNION ALL"
            " SELECT (SELECT s.question FROM customers_score s WHERE s.question > q.question ORDER BY 1 LIMIT 1)"
            " FROM q WHERE q.question IS NOT NULL)"
            " SELECT question FROM q WHERE question IS NOT NULL"
        )
        return [question for (question,) in cursor.fetchall()]
