"""What customers answered, counted by stage, channel, brand or month and the like: what scores are made of."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from heedful.associates import brands
from heedful.customers.slices import WHOLE, Slice
from heedful.customers.worth import with_factors
from heedful.kit import bundle
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
    "brand": "coalesce(s.brand_id, 0)::text",
    "source": "s.source",
    "month": "to_char(s.happened_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
}
PLAIN = """
SELECT s.question, {keys}, s.value, s.lowest, s.highest, count(*), count(*), count(*), 0 FROM customers_score s
WHERE s.question = ANY(%(questions)s) AND s.happened_at >= %(since)s AND s.happened_at < %(until)s {within}
GROUP BY {groups}
"""
WEIGHTED = with_factors("""
WITH {factors}, said AS MATERIALIZED (
    SELECT s.question, s.value, s.lowest, s.highest, s.stage, s.channel, s.kind, s.happened_at,
        s.brand_id, s.source,
        coalesce(m.person_id, s.customer_id) AS who
    FROM customers_score s LEFT JOIN customers_customer m ON m.id = s.customer_id AND m.person_id < m.id
    WHERE s.question = ANY(%(questions)s) AND s.happened_at >= %(since)s AND s.happened_at < %(until)s {within}
), people AS MATERIALIZED (
    SELECT p.id, p.segment, p.value_amount * f.factor AS worth,
        p.value_amount * p.value_amount * f.factor * f.factor AS squared,
        coalesce(p.value_amount, 0) = 0 AS is_worthless
    FROM customers_customer p LEFT JOIN factors f ON f.currency = p.value_currency
    WHERE p.id = ANY(ARRAY(SELECT who FROM said))
)
SELECT s.question, {keys}, s.value, s.lowest, s.highest, count(*), coalesce(sum(p.worth), 0)::float8,
    coalesce(sum(p.squared), 0)::float8, count(*) FILTER (WHERE p.is_worthless)
FROM said s JOIN people p ON p.id = s.who GROUP BY {groups}
""")
"""The people who answered are named to the index once more, so that it reads these alone and not all customers.

The last column counts those who are not valued: they answered, and weigh nothing.
"""
COUNTS = ("double precision", "smallint", "smallint", "bigint", "double precision", "double precision", "bigint")
"""The types of what stands after the keys."""


@lru_cache(maxsize=bundle.REMEMBERED)
def _statement(by: tuple[By, ...], within: str, *, weighted: bool) -> bundle.SqlQuery:
    """The statement that counts answers by all of these at once, of those for which a condition holds."""
    statement = WEIGHTED if weighted or "segment" in by else PLAIN
    statement = statement.replace("{keys}", ", ".join(KEYS[key] for key in by)).replace("{within}", within)
    groups = ", ".join(str(number) for number in range(1, len(by) + 5))
    return bundle.SqlQuery(statement.replace("{groups}", groups), "text", *["text"] * len(by), *COUNTS)


class TallyQuery:
    """Answers of a period counted by several sides at once, so that each of them is read off one statement."""

    def __init__(
        self,
        *,
        questions: Sequence[str],
        period: Period,
        by: Sequence[By] = ("",),
        weighted: bool = False,
        zone: str = "",
        part: Slice = WHOLE,
    ) -> None:
        self.by = tuple(by)
        months = {"zone": zone or standards.company_zone()} if "month" in by else {}
        self.rows = _statement(self.by, part.condition("s"), weighted=weighted).rows(
            questions=list(questions), since=period.since, until=period.until, **months, **part.values
        )

    def tallies(self, by: By = "") -> dict[str, dict[str, AnswerTally]]:
        """For each question and each value of one side the answers; with no side, all answers under no name."""
        place = 1 + self.by.index(by) if by in self.by else 0
        first = 1 + len(self.by)
        cells: dict[str, dict[str, list[tuple[float, int, float, float, int]]]] = defaultdict(lambda: defaultdict(list))
        scales: dict[str, set[tuple[int, int] | None]] = defaultdict(set)
        for row in self.rows:
            value, lowest, highest, *counts = row[first:]
            key = row[place] if place else ""
            cells[row[0]][brands.slug_of(int(key)) if by == "brand" else key].append((value, *counts))
            scales[row[0]].add(None if lowest is None else (lowest, highest))
        scale_of = {question: scale for question, own in scales.items() if len(own) == 1 for scale in own}
        return {
            question: {
                key: AnswerTally.of_rows(rows, scale=scale_of.get(question)) for key, rows in sorted(groups.items())
            }
            for question, groups in cells.items()
        }


def tallies(
    *, questions: Sequence[str], period: Period, by: By = "", weighted: bool = False, part: Slice = WHOLE
) -> dict[str, dict[str, AnswerTally]]:
    """Return for each question and each value of `by` the answers of a period; weights are customers' yearly values
    in the company's currency; a value that no rate converts has no weight.

    Values are places on the question's own scale. Where all were asked on one other, the tallies name it. Months begin
    when they do where the company is.
    """
    return TallyQuery(questions=questions, period=period, by=[by], weighted=weighted, part=part).tallies(by)


def questions_answered() -> list[str]:
    """Every question that was ever answered, found by jumping over the index rather than reading it."""
    return [question for (question,) in questions_query()]


def questions_query() -> bundle.PlannedRows:
    """The same as rows of one column, to be read with others."""
    return QUESTIONS.rows()


QUESTIONS = bundle.SqlQuery(
    "WITH RECURSIVE q AS ("
    " (SELECT question FROM customers_score ORDER BY question LIMIT 1) UNION ALL"
    " SELECT (SELECT s.question FROM customers_score s WHERE s.question > q.question ORDER BY 1 LIMIT 1)"
    " FROM q WHERE q.question IS NOT NULL)"
    " SELECT question FROM q WHERE question IS NOT NULL",
    "text",
)
