"""How a promise felt: shares of those who answered, and of all the times that it was kept and broken."""

from datetime import timedelta
from typing import Any

import pytest

from heedful.associates.models import Associate
from heedful.promise import attainment, commitments
from heedful.promise.models import Promise
from heedful.promise.standards import StandardDraft
from heedful.prove import experience, scores
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
    attainments = attainment.attainments(since=PERIOD.since, until=PERIOD.until)
    return experience.by_outcome(promises=[promise], attainments=attainments, period=PERIOD)[promise.pk][0]


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
    none, three, five = (
        ExperienceByOutcome("ease", None, None, gap=scores.share_of(1, pairs) if pairs else None) for pairs in (0, 3, 5)
    )
    undecided = Promise(experience_question="")
    assert experience.widest_gap(undecided, [none, three, five, none]) is five
    assert experience.widest_gap(undecided, [five, three]) is five
    assert experience.widest_gap(undecided, [none]) is None
    assert experience.widest_gap(undecided, []) is None


def test_the_question_with_the_most_answers_is_first_and_what_is_not_of_promises_is_none(ada: Associate) -> None:
    promise = make(ada, StandardDraft(form="yes", from_kind="complaint", property="timely"))
    asked = [{"compared": 1}, {"satisfaction": 2, "helped": 1}, {"satisfaction": 4, "ease": 5, "helped": 0}]
    who = [
        tell(f"c{n}", "complaint", MONDAY, properties={"timely": "yes"}, subject=f"s{n}", scores=given)
        for n, given in enumerate(asked)
    ]
    commitments.evaluate_people(who, at=PERIOD.until)
    attainments = attainment.attainments(since=PERIOD.since, until=PERIOD.until)
    found = experience.by_outcome(promises=[promise], attainments=attainments, period=PERIOD)[promise.pk]
    assert [(one.question, one.n) for one in found] == [("satisfaction", 2), ("compared", 1), ("ease", 1)]


def test_breaking_makes_a_difference_where_both_are_known() -> None:
    low, high = scores.share_of(1, 4), scores.share_of(3, 4)
    assert low is not None
    assert high is not None
    found = ExperienceByOutcome("yes.disputed", kept=high, broken=low).difference
    assert found is not None
    assert (found.value, ExperienceByOutcome("yes.disputed", kept=high, broken=low).n) == (-0.5, 8)
    for kept, broken in ((high, None), (None, low), (None, None)):
        assert ExperienceByOutcome("yes.disputed", kept=kept, broken=broken).difference is None


@pytest.mark.parametrize(
    ("experience_question", "first"),
    [
        ("satisfaction.punctuality", "satisfaction.punctuality"),
        ("satisfaction.food", "satisfaction.food"),
        ("satisfaction.baggage_handling", "satisfaction.baggage_handling"),
        ("ease", None),
    ],
)
def test_a_promise_is_experience_question_the_question_that_its_owner_chose(
    ada: Associate, experience_question: str, first: str | None
) -> None:
    promise = make(
        ada, StandardDraft(form="yes", from_kind="landed", property="on_time"), experience_question=experience_question
    )
    given = {f"satisfaction.{topic}": 3 for topic in ("baggage_handling", "food", "punctuality")}
    who = [tell("ann", "landed", MONDAY, properties={"on_time": "yes"}, scores=given, subject="s1")]
    commitments.evaluate_people(who, at=PERIOD.until)
    counts = attainment.attainments(since=PERIOD.since, until=PERIOD.until)
    found = experience.by_outcome(promises=[promise], attainments=counts, period=PERIOD)[promise.pk]
    felt = experience.foremost(promise, found)
    assert (felt and felt.question) == first
    assert len(found) == 3
