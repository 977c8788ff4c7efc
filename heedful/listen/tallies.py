"""How surveys are answered: asked, answered and spared, the response rate, and the scores that were given."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.db.models import Max, OuterRef, Subquery

from heedful.customers import question_kinds
from heedful.listen import answers
from heedful.listen.models import Invitation, Survey

PUBLIC = "link"
"""The channel of sheets that visitors began by a public link; nobody was asked, so they are in no rate."""


@dataclass(slots=True)
class InvitationTally:
    """What became of a survey's asks.

    The response rate is RR1 of the American Association for Public Opinion Research, the strictest: complete sheets of
    everybody who was asked. A sheet is complete when every question but the open one was answered.
    """

    planned: int = 0
    invited: int = 0
    answered: int = 0
    complete: int = 0
    visitors: int = 0
    suppressed: Counter[str] = field(default_factory=Counter)

    @property
    def response_rate(self) -> float | None:
        """Complete sheets of those that were asked, from 0 to 1; none before anybody was asked."""
        return self.complete / self.invited if self.invited else None

    @property
    def suppressed_total(self) -> int:
        """How many were spared, whatever the reason."""
        return self.suppressed.total()


ASKS = """
SELECT survey_id, state, reason, channel = %(public)s AND moment_id IS NULL AND case_id IS NULL, count(*),
    count(*) FILTER (WHERE is_complete)
FROM listen_invitation WHERE survey_id = ANY(%(surveys)s) AND created_at >= %(since)s AND created_at < %(until)s
GROUP BY 1, 2, 3, 4
"""
"""Read from the index `listen_ask_tally` alone."""

SCORES = """
SELECT e.key, e.value->'value', e.value->'of', coalesce(e.value->>'label', ''), count(*)
FROM listen_invitation a, jsonb_each(a.answers) AS e
WHERE a.survey_id = %(survey)s AND a.state = 'answered' AND a.created_at >= %(since)s AND a.created_at < %(until)s
    AND NOT (e.key = ANY(%(in_words)s)) GROUP BY 1, 2, 3, 4 ORDER BY 1, 5 DESC, 4, 2
"""


def of(surveys: Collection[Survey], *, since: datetime, until: datetime) -> dict[int, InvitationTally]:
    """Return the tally of each survey, by its id: of the asks that were planned or made in a period."""
    tallies = {survey.pk: InvitationTally() for survey in surveys}
    for survey, state, reason, is_visitor, count, complete in _rows(
        ASKS, {"public": PUBLIC, "surveys": list(tallies), "since": since, "until": until}
    ):
        _add(tallies[survey], state, reason, is_visitor, count, complete)
    return tallies


def scores(survey: Survey, *, since: datetime, until: datetime) -> dict[str, list[tuple[question_kinds.Score, int]]]:
    """Return how often each answer was given to each question in a period, by the answers that stand."""
    by_question: dict[str, list[tuple[question_kinds.Score, int]]] = {}
    in_words = [question["code"] for question in survey.questions if question_kinds.is_in_words(question["code"])]
    values = {"survey": survey.pk, "since": since, "until": until, "in_words": [question_kinds.OPEN, *in_words]}
    for question, value, of, label, count in _rows(SCORES, values):
        answer = {"value": json.loads(value), "of": json.loads(of or "null"), "label": label}
        by_question.setdefault(question, []).append((answers.score_of(question, answer), count))
    return by_question


def last_invited_at(*, until: datetime) -> datetime | None:
    """When somebody was last asked, or spared; none where nobody has been. Looks at the last of each survey alone."""
    last = Invitation.objects.filter(survey=OuterRef("pk"), created_at__lt=until).order_by("-created_at")
    latest = Survey.objects.annotate(last=Subquery(last.values("created_at")[:1])).aggregate(at=Max("last"))
    return cast("datetime | None", latest["at"])


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _add(tally: InvitationTally, state: str, reason: str, is_visitor: bool, count: int, complete: int) -> None:
    if is_visitor:
        tally.visitors += count
    elif state == "planned":
        tally.planned += count
    elif state == "not_asked":
        tally.suppressed[reason] += count
    else:
        tally.invited += count
        tally.answered += count if state == "answered" else 0
        tally.complete += complete
