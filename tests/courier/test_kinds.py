"""The kinds of event that the outside may hear of."""

import pytest

from heedful.courier import kinds
from heedful.kit.errors import Refused


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("CaseOpened", "case.opened"),
        ("CaseHandedOver", "case.handed_over"),
        ("TouchpointsRecorded", "touchpoints.recorded"),
        ("SurveyAnswered", "survey.answered"),
    ],
)
def test_events_are_told_under_two_words(name: str, kind: str) -> None:
    assert kinds.kind_of(name) == kind


def test_kinds_that_there_are_come_back_sorted_and_once() -> None:
    assert kinds.check(["promise.broken", "case.closed", "promise.broken"]) == ["case.closed", "promise.broken"]
    assert kinds.check([]) == []


@pytest.mark.parametrize("kind", ["case.open", "case.handed_over", "endpoint.pinged", "nonsense", "Case.Opened"])
def test_a_kind_that_is_never_told_is_refused_and_those_that_are_get_named(kind: str) -> None:
    with pytest.raises(Refused, match=r"There is no kind of event '.*'\. There are case\.closed, .*trouble\.heard\."):
        kinds.check(["case.closed", kind])
