"""A score is written in one way, and a period and a place in a list are asked for in one way, on every page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from heedful.kit import cursor
from heedful.prove import scores
from heedful.web import periods
from heedful.web.board import figures
from heedful.web.components.figures import score_words
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
    assert on_board.value == surveys._score_figure("recommend", found).value == "+31"


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("period=30&state=broken", "period=30&state=broken"),
        ("days=30&state=broken", "state=broken&period=30"),
        ("period=365&days=30", "period=365"),
        ("days=30&days=90", "period=90"),
        ("period=nonsense&state=broken", "state=broken"),
        ("days=31", ""),
        ("state=broken", "state=broken"),
    ],
)
def test_a_period_is_asked_for_by_one_name_and_old_addresses_go_on(address: str, normal: str) -> None:
    assert periods.normal(QueryDict(address)).urlencode() == normal


def test_a_period_that_is_chosen_stays_in_addresses_and_can_be_taken_away() -> None:
    request = RequestFactory().get("/promises", {"period": "30", "state": "broken"})
    period = periods.read(request, at=NOW)
    context = periods.context(request, period)
    assert (period.since, period.label, context["period_query"]) == (NOW - timedelta(days=30), "30 days", "?period=30")
    addresses = {one.value: QueryDict(one.query[1:]).dict() for one in context["period_choices"].choices}
    assert addresses["365"] == {"state": "broken", "period": "365"}
    assert addresses["30"] == {"state": "broken"}


@pytest.mark.parametrize(("days_ago", "choice"), [(89, "90"), (91, "all"), (None, "90")])
def test_where_no_period_is_chosen_it_is_one_in_which_something_happened(days_ago: int | None, choice: str) -> None:
    last = None if days_ago is None else NOW - timedelta(days=days_ago)
    request = RequestFactory().get("/promises")
    period = periods.read(request, at=NOW, last=lambda: last)
    context = periods.context(request, period)
    assert (period.choice, period.is_all, context["period_query"]) == (choice, choice == "all", "")
    assert context["period_choices"].chosen.value == choice


@pytest.mark.parametrize("values", [[0, "2026-03-02T12:00:00+00:00", 7], [50, 1.5, 'ü"', -3], []])
def test_a_place_in_a_list_is_read_as_it_was_written(values: list[Any]) -> None:
    assert cursor.decode(cursor.encode(values)) == values


def test_a_moment_is_a_place_too() -> None:
    assert cursor.decode(cursor.encode([NOW, 7])) == ["2026-03-02T12:00:00+00:00", 7]


@pytest.mark.parametrize("made_up", ["", "x", "é", "bnVsbA", "eyJhIjoxfQ", "WzFd" * 9, "W1tb" * 40_000])
def test_a_place_that_somebody_made_up_is_none(made_up: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        cursor.decode(made_up)
