"""How a promise felt: shares of those who answered, and of all the times that it was kept and broken."""

from datetime import timedelta
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.promise import attainment, commitments
from heedful.promise.standards import StandardDraft
from heedful.prove import experience
from heedful.prove.experience import ExperienceByOutcome
from heedful.prove.periods import Period
from tests.promise.shop import MONDAY, make, tell

pytestmark = pytest.mark.django_db
PERIOD = Period(MONDAY, MONDAY + timedelta(days=60), "60 days")


def complaint(number: int, timely: str, disputed: int | None) -> int:
    said: dict[str, Any] = {} if disputed is None else {"scores": {"yes.disputed": disputed}, "subject": str(number)}
    return tell(f"c{number}", "complaint", MONDAY, message=str(number), properties={"timely": timely}, **said)


@pytest.fixture
def disputed(ada: Associate) -> ExperienceByOutcome:
    """Ten answered in time, of whom one disputes, one does not and eight say nothing; two too late, one disputes."""
    promise = make(ada, StandardDraft(form="yes", from_kind="complaint", property="timely"))
    who = [complaint(number, "yes", {1: 1, 2: 0}.get(number)) for number in range(1, 11)]
    who += [complaint(11, "no", 1), complaint(12, "no", None)]
    commitments.evaluate_people(who, at=PERIOD.until)
    walked = attainment.attainments(since=PERIOD.since, until=PERIOD.until)
    return experience.by_outcome(promises=[promise], attainments=walked, period=PERIOD)[promise.pk][0]


def test_a_yes_is_a_share_of_those_who_answered(disputed: ExperienceByOutcome) -> None:
    assert disputed.kept is not None
    assert disputed.broken is not None
    assert (disputed.kept.value, disputed.kept.n) == (0.5, 2)
    assert (disputed.broken.value, disputed.broken.n) == (1.0, 1)


def test_a_yes_is_a_share_of_all_the_times_too(disputed: ExperienceByOutcome) -> None:
    assert disputed.of_all_kept is not None
    assert disputed.of_all_broken is not None
    assert (disputed.of_all_kept.value, disputed.of_all_kept.n) == (0.1, 10)
    assert (disputed.of_all_broken.value, disputed.of_all_broken.n) == (0.5, 2)


def test_the_widest_gap_is_of_the_question_with_the_most_pairs() -> None:
    assert experience.widest_gap([]) is None
