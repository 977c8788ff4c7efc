"""What reading must reach is said row by row: whether it holds, and why where it was not measured."""

import sys

import pytest

from bench import reading_rows


def test_a_row_holds_where_each_figure_is_within_its_limit() -> None:
    found = reading_rows.row("a", {"right": 0.7004, "off": 0.05}, {"right": 0.7}, {"off": 0.05})
    assert found["measured"] == {"right": 0.7, "off": 0.05}
    assert found["holds"]


@pytest.mark.parametrize(("right", "off"), [(0.69, 0.05), (0.7, 0.06)])
def test_a_row_says_that_it_does_not_hold(right: float, off: float) -> None:
    assert not reading_rows.row("a", {"right": right, "off": off}, {"right": 0.7}, {"off": 0.05})["holds"]


def test_without_the_labelled_file_a_row_says_so() -> None:
    found = reading_rows.row("a", {}, {"right": 0.7})
    assert found == {"row": "a", "not measured": "the labelled file is not there"}


def test_without_the_peer_the_row_says_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    assert "PYTHONPATH" in reading_rows.speed(["ok"], len)["not measured"]
