"""Tallies: how often each answer was given, and with what weight; all that a score and its interval need.

The database adds up and Python finishes. One row for each value that was answered is enough:
`SELECT value, count(*), sum(weight), sum(weight * weight) ... GROUP BY value`. Tallies of months add up to the year's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite, sqrt
from typing import NamedTuple


class Cell(NamedTuple):
    """How many gave an answer, the sum of their weights, of the squares of their weights, and how many have none."""

    n: int
    weight: float
    weight_squared: float
    weightless: int = 0

    def added_to(self, other: "Cell") -> "Cell":
        """Both together."""
        return Cell(
            self.n + other.n,
            self.weight + other.weight,
            self.weight_squared + other.weight_squared,
            self.weightless + other.weightless,
        )


@dataclass(frozen=True)
class Sums:
    """The weighted sums of a number that each answer stands for: its mean, and how surely that is known."""

    n: int
    weight: float
    weight_squared: float
    total: float
    squared_total: float
    squared_square: float

    @property
    def mean(self) -> float:
        return self.total / self.weight

    @property
    def effective_n(self) -> float:
        """How many answers of equal weight would tell as much (Kish 1965); `n` where all weigh the same."""
        return self.weight**2 / self.weight_squared

    @property
    def standard_error(self) -> float:
        """Of the mean, as a ratio of two weighted sums by linearisation (design-based), n as the divisor.

        With equal weights it is the population's standard deviation over the root of n.
        """
        mean = self.mean
        square = self.squared_square - 2 * mean * self.squared_total + mean**2 * self.weight_squared
        noise = 1e-12 * (self.squared_square + mean**2 * self.weight_squared)  # what rounding leaves of a zero
        return sqrt(square) / self.weight if square > noise else 0.0


@dataclass(frozen=True)
class AnswerTally:
    """The answers to one question by their value."""

    cells: Mapping[float, Cell] = field(default_factory=dict)
    scale: tuple[int, int] | None = None
    """The ends of the scale that all were asked on, where it is not the question's own; values stand on its own."""

    @classmethod
    def of(cls, counts: Mapping[float, int] | Mapping[int, int]) -> "AnswerTally":
        """From how many gave each answer."""
        return cls.of_rows((value, n, n, n) for value, n in counts.items())

    @classmethod
    def of_rows(
        cls,
        rows: Iterable[
            tuple[float | Decimal, int, float | Decimal, float | Decimal]
            | tuple[float | Decimal, int, float | Decimal, float | Decimal, int]
        ],
        *,
        scale: tuple[int, int] | None = None,
    ) -> "AnswerTally":
        """From rows of value, count, sum of weights, sum of squared weights; a value may come more than once.

        A fifth column says how many of the count have no weight, and so say nothing where answers are weighed.
        """
        cells: dict[float, Cell] = {}
        for value, n, weight, weight_squared, *weightless in rows:
            added = Cell(n, float(weight), float(weight_squared), *weightless)
            _check(added)
            cells[float(value)] = added.added_to(cells.get(float(value), Cell(0, 0.0, 0.0)))
        return cls({value: cell for value, cell in cells.items() if cell.n}, scale)

    def __add__(self, other: "AnswerTally") -> "AnswerTally":
        rows = ((value, *cell) for tally in (self, other) for value, cell in tally.cells.items())
        return AnswerTally.of_rows(rows, scale=self.scale if self.scale == other.scale else None)

    @property
    def n(self) -> int:
        return sum(cell.n for cell in self.cells.values())

    def sums(self, code: Callable[[float], float] = float, *, weighted: bool = False) -> Sums | None:
        """The sums of what `code` makes of each answer; None where nobody answered, or nobody with a weight.

        Weighted, `n` counts those alone who weigh something.
        """
        n, weight, squared, total, squared_total, squared_square = 0, 0.0, 0.0, 0.0, 0.0, 0.0
        for value, cell in sorted(self.cells.items()):
            y, (w, w2) = code(value), (cell[1:3] if weighted else (cell.n, cell.n))
            n += cell.n - (cell.weightless if weighted else 0)
            weight, squared, total = weight + w, squared + w2, total + w * y
            squared_total, squared_square = squared_total + w2 * y, squared_square + w2 * y * y
        return Sums(n, weight, squared, total, squared_total, squared_square) if weight > 0 and squared > 0 else None


def _check(cell: Cell) -> None:
    if not all(isfinite(number) and number >= 0 for number in cell):
        raise ValueError("Counts and weights are numbers from 0 up.")
