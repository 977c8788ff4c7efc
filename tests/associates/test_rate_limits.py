"""So many times within any stretch of that length, however many come at once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from heedful.associates import rate_limits
from heedful.associates.models import RateLimit
from heedful.associates.rate_limits import Rate
from tests.races import at_once

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
THREE = Rate(3, timedelta(minutes=5))


def take(seconds: float, *, name: str = "a", rate: Rate = THREE) -> bool:
    return rate_limits.take(name=name, rate=rate, at=NOON + timedelta(seconds=seconds))


@pytest.mark.django_db
def test_the_window_slides() -> None:
    assert [take(second) for second in (0, 100, 200, 299)] == [True, True, True, False]
    assert [take(second) for second in (300, 301, 400, 401)] == [True, False, True, False]


@pytest.mark.django_db
def test_what_was_refused_is_not_counted() -> None:
    assert [take(0), take(1), take(2)] == [True] * 3
    assert [take(second) for second in range(3, 300, 50)] == [False] * 6
    assert take(300) is True
    assert [len(times) for times in RateLimit.objects.values_list("times", flat=True)] == [3]


@pytest.mark.django_db
def test_names_are_counted_apart() -> None:
    assert [take(0, name=name) for name in "aaabbb"] == [True] * 6


@pytest.mark.django_db
def test_one_of_two_at_the_same_moment_is_given_back() -> None:
    take(0)
    take(0)
    take(1)

    rate_limits.give_back(name="a", at=NOON)

    assert RateLimit.objects.get().times == [NOON, NOON + timedelta(seconds=1)]
    rate_limits.give_back(name="a", at=NOON + timedelta(seconds=9))
    assert len(RateLimit.objects.get().times) == 2


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_at_once_no_more_are_let_through() -> None:
    assert sorted(map(bool, at_once(*[lambda: take(0)] * 20))) == [False] * 17 + [True] * 3


class Any300Seconds(TestCase):
    """Whatever the moments are, no stretch holds more than the rate."""

    @given(st.lists(st.integers(0, 1500), min_size=1, max_size=30))
    def test_no_stretch_holds_more(self, seconds: list[int]) -> None:
        RateLimit.objects.all().delete()
        let = [second for second in sorted(seconds) if take(second)]
        assert max(sum(start <= one < start + 300 for one in let) for start in let) <= THREE.amount
