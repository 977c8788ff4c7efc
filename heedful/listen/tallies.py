"""How surveys are answered: asked, answered and spared, the response rate, and the scores that were given."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import connection

from heedful.listen.models import Survey

PUBLIC = "link"
"""The channel of sheets that visitors began by a public link; nobody was asked, so they are in no rate."""


@dataclass(slots=True)
class Tally:
    """What became of a survey's asks.

    The response rate is RR1 of the American Association for Public Opinion Research, the strictest: complete sheets of
    everybody who was asked. A sheet is complete when every question but the open one is answered.
    """

    planned: int = 0
    asked: int = 0
    answered: int = 0
    complete: int = 0
    visitors: int = 0
    spared: Counter[str] = field(default_factory=Counter)

    @property
    def response_rate(self) -> float | None:
        """Complete sheets of those that were asked, from 0 to 1; none before anybody was asked."""
        return self.complete / self.asked if self.asked else None

    @property
    def not_asked(self) -> int:
        """How many were spared, whatever the reason."""
        return self.spared.total()


ASKS = """
SELECT a.survey_id, a.state, a.reason, a.channel = %s AND a.moment_id IS NULL AND a.case_id IS NULL, count(*),
    count(*) FILTER (WHERE a.state = 'answered' AND NOT EXISTS (
        SELECT 1 FROM jsonb_array_elements(s.questions) AS q
        WHERE q->>'code' <> 'open' AND NOT a.answers ? (q->>'code')))
FROM listen_ask a JOIN listen_survey s ON s.id = a.survey_id
WHERE a.survey_id = ANY(%s) GROUP BY 1, 2, 3, 4
"""

SCORES = """
SELECT e.key, (e.value->>'value')::int, count(*)
FROM listen_ask a, jsonb_each(a.answers) AS e
WHERE a.survey_id = %s AND a.state = 'answered' AND e.key <> 'open' GROUP BY 1, 2
"""


def of(surveys: Collection[Survey]) -> dict[int, Tally]:
    """Return the tally of each survey, by its id."""
    tallies = {survey.pk: Tally() for survey in surveys}
    with connection.cursor() as cursor:
        cursor.execute(ASKS, [PUBLIC, list(tallies)])
        for survey, state, reason, is_visitor, count, complete in cursor.fetchall():
            _add(tallies[survey], state, reason, is_visitor, count, complete)
    return tallies


def scores(survey: Survey) -> dict[str, Mapping[int, int]]:
    """Return how often each value was given to each question, by the answers that stand."""
    found: dict[str, dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(SCORES, [survey.pk])
        for question, value, count in cursor.fetchall():
            found.setdefault(question, {})[value] = count
    return dict(found)


def _add(tally: Tally, state: str, reason: str, is_visitor: bool, count: int, complete: int) -> None:
    if is_visitor:
        tally.visitors += count
    elif state == "planned":
        tally.planned += count
    elif state == "not_asked":
        tally.spared[reason] += count
    else:
        tally.asked += count
        tally.answered += count if state == "answered" else 0
        tally.complete += complete
