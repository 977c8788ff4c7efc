"""How many were asked, were spared and answered, and what they answered."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from heedful.listen import answers, tallies
from heedful.listen.models import Invitation, Survey
from heedful.listen.tallies import InvitationTally

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
UNTIL, MOMENT = NOON + timedelta(days=1), timedelta(microseconds=1)
NUMBERS = count()

pytestmark = pytest.mark.django_db


def invitation(survey: Survey, state: str, *, at: datetime = NOON, **more: Any) -> Invitation:
    return Invitation.objects.create(
        survey=survey, state=state, created_at=at, ask_at=at, token=f"token {next(NUMBERS)}", **more
    )


def of(*surveys: Survey) -> list[InvitationTally]:
    found = tallies.of(surveys, since=NOON, until=UNTIL)
    return [found[survey.pk] for survey in surveys]


@pytest.fixture
def survey(make: Callable[..., Survey]) -> Survey:
    return make(moment_kind="")


def test_each_is_counted_by_what_became_of_it(survey: Survey, make: Callable[..., Survey]) -> None:
    invitations: list[tuple[str, int, dict[str, Any]]] = [
        ("planned", 2, {}),
        ("asked", 3, {}),
        ("answered", 2, {"is_complete": True}),
        ("answered", 1, {}),
        ("not_asked", 3, {"reason": "budget"}),
        ("not_asked", 1, {"reason": "share"}),
        ("answered", 4, {"channel": tallies.PUBLIC, "is_complete": True}),
        ("answered", 1, {"channel": tallies.PUBLIC, "case_id": 7}),
        ("asked", 1, {"channel": tallies.PUBLIC, "moment_id": 7}),
    ]
    for state, times, more in invitations:
        for number in range(times):
            invitation(survey, state, **({"moment_id": number} if "moment_id" in more else {}) | more)
    other = make(name="Other", moment_kind="")
    tally, nothing = of(survey, other)
    assert tally == InvitationTally(
        planned=2, invited=8, answered=4, complete=2, visitors=4, suppressed=Counter(budget=3, share=1)
    )
    assert (tally.response_rate, tally.suppressed_total) == (0.25, 4)
    assert nothing == InvitationTally()
    assert (nothing.response_rate, nothing.suppressed_total) == (None, 0)


def test_what_was_planned_from_the_first_moment_until_before_the_last_is_of_a_period(survey: Survey) -> None:
    given = {"satisfaction": {"value": 4, "of": None}}
    for number, at in enumerate((NOON - MOMENT, NOON, UNTIL - MOMENT, UNTIL)):
        for _ in range(2**number):
            invitation(survey, "answered", at=at, answers=given)
    assert of(survey)[0].answered == 6
    assert tallies.scores(survey, since=NOON, until=UNTIL) == {
        "satisfaction": [(answers.score_of("satisfaction", given["satisfaction"]), 6)]
    }


def test_answers_are_counted_by_value_scale_and_label_the_most_given_first(survey: Survey) -> None:
    for times, value, ends, label in [(1, 5, None, ""), (2, 4, None, ""), (3, 4, [1, 4], ""), (1, 1, None, "Price")]:
        for _ in range(times):
            record = {"value": value, "of": ends} | ({"label": label} if label else {})
            words = {"open": {"value": "Lovely", "of": None}}
            invitation(survey, "answered", answers={"satisfaction": record, **words})
    invitation(survey, "asked", answers={"satisfaction": {"value": 1, "of": None}})
    (counted,) = tallies.scores(survey, since=NOON, until=UNTIL).values()
    assert [n for _, n in counted] == [3, 2, 1, 1]
    assert [score for score, _ in counted[:2]] == [
        answers.score_of("satisfaction", {"value": 4, "of": [1, 4]}),
        answers.score_of("satisfaction", {"value": 4, "of": None}),
    ]


def test_the_last_invitation_is_the_last_of_any_survey_before_a_time(
    survey: Survey, make: Callable[..., Survey]
) -> None:
    assert tallies.last_invited_at(until=UNTIL) is None
    other = make(name="Other", moment_kind="")
    for one, at in ((survey, NOON), (survey, NOON - MOMENT), (other, NOON + MOMENT), (other, UNTIL)):
        invitation(one, "not_asked", at=at)
    assert tallies.last_invited_at(until=UNTIL) == NOON + MOMENT
    assert tallies.last_invited_at(until=NOON + MOMENT) == NOON
