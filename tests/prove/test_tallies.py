"""Tallies add up: weights and their squares, and what has no weight says nothing."""

import pytest

from heedful.prove.tallies import AnswerTally, Cell


def test_a_value_that_comes_in_several_rows_is_added_up_with_its_weights() -> None:
    tally = AnswerTally.of_rows([(9, 1, 2.0, 4.0), (9, 2, 3.0, 5.0), (3, 1, 1.0, 1.0)])
    assert dict(tally.cells) == {9.0: Cell(3, 5.0, 9.0), 3.0: Cell(1, 1.0, 1.0)}
    assert tally.n == 4


def test_tallies_of_months_add_up_to_that_of_the_year() -> None:
    january, february = AnswerTally.of_rows([(9, 1, 2.0, 4.0)]), AnswerTally.of_rows([(9, 1, 3.0, 9.0), (1, 1, 1, 1)])
    assert dict((january + february).cells) == {9.0: Cell(2, 5.0, 13.0), 1.0: Cell(1, 1.0, 1.0)}


def test_a_value_that_nobody_gave_is_not_there() -> None:
    assert AnswerTally.of({5: 0, 4: 1}).cells.keys() == {4.0}


def test_answers_of_customers_without_a_value_weigh_nothing_and_give_no_weighted_sums() -> None:
    tally = AnswerTally.of_rows([(9, 2, 0.0, 0.0)])
    assert tally.sums(weighted=True) is None
    plain = tally.sums()
    assert plain is not None
    assert (plain.n, plain.mean) == (2, 9.0)


def test_weighted_sums_are_of_the_weights_and_not_of_the_count() -> None:
    sums = AnswerTally.of_rows([(10, 1, 3.0, 9.0), (2, 3, 1.0, 0.5)]).sums(weighted=True)
    assert sums is not None
    assert (sums.n, sums.weight, sums.mean) == (4, 4.0, 8.0)
    assert sums.effective_n == pytest.approx(16 / 9.5)
    assert sums.standard_error == pytest.approx(((9 * 100 + 0.5 * 4 - 16 * (90 + 1) + 64 * 9.5) ** 0.5) / 4)


def test_answers_that_all_agree_have_no_error_whatever_rounding_leaves() -> None:
    sums = AnswerTally.of_rows([(0.1, 7, 0.7, 0.07), (0.1, 3, 0.3, 0.03)]).sums(weighted=True)
    assert sums is not None
    assert sums.standard_error == 0.0


@pytest.mark.parametrize(
    "row", [(9, -1, 1.0, 1.0), (9, 1, -0.1, 1.0), (9, 1, 1.0, float("nan")), (9, 1, float("inf"), 1)]
)
def test_counts_and_weights_that_are_none_are_a_mistake(row: tuple[float, int, float, float]) -> None:
    with pytest.raises(ValueError, match="from 0 up"):
        AnswerTally.of_rows([row])
