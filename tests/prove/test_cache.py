"""What took long to count stands for a while; what is counted at once is counted each time."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from heedful.prove import cache as figures

pytestmark = pytest.mark.django_db


class Clock:
    """Time that passes only when something is counted, and how often that was."""

    def __init__(self, takes_s: float) -> None:
        self.now_s, self.takes_s, self.times = 0.0, takes_s, 0

    def count(self) -> int:
        self.now_s += self.takes_s
        self.times += 1
        return self.times


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """For how long each figure was kept."""
    lasting: list[float] = []
    put = cache.set

    def seen(name: str, value: object, timeout_s: float) -> None:
        lasting.append(timeout_s)
        put(name, value, timeout_s)

    monkeypatch.setattr(cache, "set", seen)
    cache.clear()
    yield lasting
    cache.clear()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Clock]:
    def running(takes_s: float) -> Clock:
        clock = Clock(takes_s)
        monkeypatch.setattr(figures, "monotonic", lambda: clock.now_s)
        return clock

    return running


def test_what_is_counted_at_once_is_counted_each_time(runs: Callable[[float], Clock], kept: list[float]) -> None:
    clock = runs(0.0625)
    assert [figures.recent("board", clock.count) for _ in range(3)] == [1, 2, 3]
    assert kept == []


def test_what_took_long_stands_two_hundred_times_as_long(runs: Callable[[float], Clock], kept: list[float]) -> None:
    clock = runs(0.125)
    assert [figures.recent("board", clock.count) for _ in range(3)] == [1, 1, 1]
    assert kept == [25.0]


def test_nothing_stands_for_more_than_a_minute(runs: Callable[[float], Clock], kept: list[float]) -> None:
    figures.recent("board", runs(2.0).count)
    assert kept == [60.0]


def test_figures_of_another_name_are_counted_for_themselves(runs: Callable[[float], Clock], kept: list[float]) -> None:
    clock = runs(1.0)
    assert [figures.recent(name, clock.count) for name in ("board", "promise", "board")] == [1, 2, 1]


def test_what_takes_exactly_a_tenth_of_a_second_is_kept(
    runs: Callable[[float], Clock], kept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "LONG_S", 0.125)
    figures.recent("board", runs(0.125).count)
    assert kept == [25.0]
