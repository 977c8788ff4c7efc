"""A score is written in one way, and a period and a place in a list are asked for in one way, on every page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from heedful.kit import cursor
from heedful.prove import scores
from heedful.web.board import figures
from heedful.web.components.figures import score_words
from heedful.web.desk import periods
from heedful.web.desk.surveys import page as surveys

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def estimate(value: float, unit: scores.Unit) -> scores.Estimate:
    return scores.Estimate(value=value, low=value, high=value, n=100, effective_n=100, enough=True, unit=unit)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (31.0, "points", "+31"),
        (-4.6, "points", "−5"),
        (0.2, "points", "0"),
        (0.42, "share", "42 %"),
        (0.973, "share", "97.3 %"),
        (4.26, "mean", "4.3"),
        (-0.5, "mean", "−0.5"),
        (0.5, "gap", "+0.5"),
    ],
)
def test_a_score_is_written_in_its_unit(value: float, unit: scores.Unit, words: str) -> None:
    assert score_words(estimate(value, unit)) == words


def test_the_board_and_a_survey_write_the_same_score_alike() -> None:
    found = estimate(31.0, "points")
    on_board = figures.score("recommend", found, None, href="")
    assert on_board.value == surveys._felt("recommend", found).value == "+31"


@pytest.mark.parametrize("name", ["period", "days"])
def test_a_period_is_asked_for_by_one_name_and_old_addresses_go_on(name: str) -> None:
    request = RequestFactory().get("/promises", {name: "30", "state": "broken"})
    found = periods.period_of(request, last=lambda: None, at=NOW)
    assert (found.since, found.query, found.choices.label) == (NOW - timedelta(days=30), "?period=30", "Period")
    year = next(choice for choice in found.choices.choices if choice.value == "365")
    assert QueryDict(year.query[1:]).dict() == {"state": "broken", "period": "365"}


@pytest.mark.parametrize("values", [[0, "2026-03-02T12:00:00+00:00", 7], [50, 1.5, 'ü"', -3], []])
def test_a_place_in_a_list_is_read_as_it_was_written(values: list[Any]) -> None:
    assert cursor.decode(cursor.encode(values)) == values


def test_a_moment_is_a_place_too() -> None:
    assert cursor.decode(cursor.encode([NOW, 7])) == ["2026-03-02T12:00:00+00:00", 7]


@pytest.mark.parametrize("made_up", ["", "x", "é", "bnVsbA", "eyJhIjoxfQ", "WzFd" * 9, "W1tb" * 40_000])
def test_a_place_that_somebody_made_up_is_none(made_up: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        cursor.decode(made_up)
