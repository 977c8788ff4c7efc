"""Pictures: numbers in, a drawing and the same numbers as a table out."""

import re
from xml.etree import ElementTree as ET

import pytest

from heedful.web.components import charts, drawing
from heedful.web.components.figures import Figure

BANDED = charts.ChartPoint("Jan", 3, 1, 5, 40)
PICTURES = {
    "lines": charts.lines(
        [
            charts.Series("Use <b>", [BANDED, charts.ChartPoint("Feb", None), charts.ChartPoint("Mar", 5)]),
            charts.Series("Onboarding", [charts.ChartPoint("Jan", 4, href="/x?a=1&b=2")]),
        ],
        label='A "label"',
        least=-10,
        most=10,
    ),
    "no lines": charts.lines([], label="Nothing", least=0, most=1),
    "parts": charts.parts([charts.Part("Late", 3), charts.Part("x" * 80, 0)], label="Causes"),
    "no parts": charts.parts([], label="Nothing"),
    "whiskers": charts.whiskers([charts.ScoreRow("Use", -3, -10, 4, 482)], label="Scores", least=-100, most=100),
    "journey": charts.journey(
        [charts.JourneyMoment("Order", 31, 210), charts.JourneyMoment("Delivery", None)],
        label="Journey",
        least=-60,
        most=60,
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_well_formed_and_carries_no_style(name: str) -> None:
    drawn = str(PICTURES[name])

    ET.fromstring(drawn)
    assert not re.search(r"style=|<script|\bnan\b|\binf\b", drawn)


def test_a_table_holds_the_numbers_of_the_picture() -> None:
    table = PICTURES["whiskers"].table

    assert re.findall(r"<td>(.*?)</td>", table) == ["−3", "−10", "4", "482"]


def test_a_line_breaks_where_nobody_answered() -> None:
    line = re.search(r'class="line stroke-1" d="([^"]*)"', PICTURES["lines"].wide)

    assert line is not None
    assert line[1].count("M") == 2


def test_a_mark_opens_the_rows_behind_it() -> None:
    assert '<a href="/x?a=1&amp;b=2">' in PICTURES["lines"].wide


def test_where_nobody_listens_the_moment_is_hollow() -> None:
    assert 'class="deaf"' in PICTURES["journey"].wide
    assert "Delivery: nobody listens" in PICTURES["journey"].wide


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (-20.49, "−20.5"), (97.61, "97.6"), (0.976, "0.98"), (14077, "14,077"), (-0.0001, "−0.0001"), (5, "5")],
)
def test_numbers_are_written_as_people_read_them(number: float, words: str) -> None:
    assert drawing.format_number(number) == words


def test_labels_move_apart_and_keep_their_order() -> None:
    assert drawing.apart([10, 12, 50], 14) == [10, 24, 50]
    assert drawing.apart([12, 10], 14) == [24, 10]


def test_a_figure_on_few_answers_says_so() -> None:
    assert Figure("Ease", "5.8", n=12).basis == "12 answers: too few to tell"
    assert Figure("Ease", "5.8", n=412).basis == "412 answers"


def test_a_change_within_chance_is_not_told_apart() -> None:
    figure = Figure("Ease", "5.8", n=412, change="+2", is_better=True)

    assert figure.change_words == "+2, cannot be told apart"
    assert figure.change_class == "soft"
