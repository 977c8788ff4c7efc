"""Scores: what customers answered, each figure with its interval, and which of them can be told apart.

Recommend     net promoter score: 100 x (share of 9-10 less share of 0-6), in points from -100 to 100
Satisfaction  share of 4-5 on the scale of five
Ease          mean on the scale of seven, or on the scale that was asked
Compared      mean from -2 (much worse than expected) to +2
Gap           mean experience less mean expectation, on the scale that both were asked on

Each is also taken weighted by customer value. A figure on fewer than `MINIMUM` answers is shown as resting on too few:
it is never ranked, and three such make no headline. Net Promoter Score is a mark of Bain & Company, NICE Systems and
Fred Reichheld.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import inf
from typing import Literal

from heedful.customers import question_kinds
from heedful.customers.question_kinds.kind import Mean, NetPromoter, Scale, Share, nearest
from heedful.prove import intervals
from heedful.prove.tallies import AnswerTally, Sums

type Unit = Literal["points", "share", "mean", "gap"]

MINIMUM = 30


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A value with its 95 % interval and the number of answers it rests on.

    Shares run from 0 to 1. `effective_n` is below n when some answers weigh more than others; `enough` asks of both.
    """

    value: float
    low: float
    high: float
    n: int
    effective_n: float
    enough: bool
    unit: Unit
    weighted: bool = False
    scale: tuple[int, int] | None = None
    """Of a mean: the ends of the scale that was asked on, where it is not the question's own."""

    @property
    def interval(self) -> intervals.Interval:
        return self.low, self.high

    @property
    def is_clear_of_zero(self) -> bool:
        """Of a difference, change or gap: that it is up or down, and not by chance alone."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Ranking:
    """Names from best to worst in tiers: every one in a tier can be told apart from every one in the tiers below it.

    Those within a tier cannot all be told apart, and are in order of name. `ranks` is the best and the worst rank that
    each may truly have. `too_few` rest on too few answers to be ranked.

    `letters` says it of each pair: two names that share a letter cannot be told apart, two that share none can. They
    stand in the order of the figures. A tier may hold pairs that can be told apart, if others lie between them.
    """

    tiers: tuple[tuple[str, ...], ...]
    ranks: Mapping[str, tuple[int, int]]
    too_few: tuple[str, ...]
    letters: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_any_apart(self) -> bool:
        """Whether any two can be told apart."""
        return len(set(self.letters.values())) > 1


def score(question: str, answers: AnswerTally, *, weighted: bool = False, minimum: int = MINIMUM) -> Estimate | None:
    """The usual figure of a question by its code, such as `satisfaction.delivery` or `expected.ease`, as its kind says.

    None where nobody answered, as for every figure here, and for a kind that has none.
    """
    kind = question_kinds.kind_of(question)
    match kind.score:
        case NetPromoter() as net:
            return net_promoter(answers, net, weighted=weighted, minimum=minimum)
        case Share(at_least):
            return share(answers, lambda value: nearest(value) >= at_least, weighted=weighted, minimum=minimum)
        case Mean():
            return _mean_on_own_scale(answers, kind.scale, weighted=weighted, minimum=minimum)
    return None


def _mean_on_own_scale(answers: AnswerTally, usual: Scale | None, *, weighted: bool, minimum: int) -> Estimate | None:
    """A mean on the scale that all were asked on; on the question's own where they were asked on several."""
    figure = mean(answers, usual, weighted=weighted, minimum=minimum)
    return _rescaled(figure, usual, answers.scale) if figure and usual and answers.scale else figure


def _rescaled(figure: Estimate, old: Scale, ends: tuple[int, int]) -> Estimate:
    scale = Scale(*ends)
    value, low, high = (scale.place(number, old) for number in (figure.value, figure.low, figure.high))
    return replace(figure, value=value, low=low, high=high, scale=None if scale.ends == old.ends else ends)


def net_promoter(
    answers: AnswerTally, by: NetPromoter, *, weighted: bool = False, minimum: int = MINIMUM
) -> Estimate | None:
    """How many more are at the top than at the bottom, in points of a hundred."""

    def is_top(value: float) -> bool:
        return nearest(value) >= by.top

    def is_bottom(value: float) -> bool:
        return nearest(value) <= by.bottom

    ups, downs = (answers.sums(holds, weighted=weighted) for holds in (is_top, is_bottom))
    net = answers.sums(lambda value: is_top(value) - is_bottom(value), weighted=weighted)
    if not (ups and downs and net):
        return None
    interval = intervals.net_promoter(ups.mean, downs.mean, net.effective_n, net.standard_error)
    return _figure(100 * (ups.mean - downs.mean), interval, net, "points", weighted, minimum)


def share(
    answers: AnswerTally, holds: Callable[[float], bool] = bool, *, weighted: bool = False, minimum: int = MINIMUM
) -> Estimate | None:
    """The share of answers of which something holds, with Wilson's interval.

    Weighted, the interval is that of the number of equal answers which would give the design-based standard error (Korn
    and Graubard 1998).
    """
    sums = answers.sums(holds, weighted=weighted)
    if sums is None:
        return None
    value, error = min(1.0, sums.mean), sums.standard_error
    n = min(sums.n, value * (1 - value) / error**2) if error else sums.effective_n
    return _figure(value, intervals.wilson(value, n), sums, "share", weighted, minimum)


def share_of(hits: int, n: int, *, minimum: int = MINIMUM) -> Estimate | None:
    """The share of hits among n, such as promises kept of those due."""
    return share(AnswerTally.of({1: hits, 0: n - hits}), minimum=minimum)


def mean(
    answers: AnswerTally, scale: Scale | None, *, weighted: bool = False, minimum: int = MINIMUM, unit: Unit = "mean"
) -> Estimate | None:
    """The mean answer; of free numbers, which are on no scale, its interval has no width where all agree."""
    sums = answers.sums(weighted=weighted)
    if sums is None:
        return None
    if scale is None and (sums.effective_n <= 1 or sums.standard_error == 0):
        return _figure(sums.mean, (sums.mean, sums.mean), sums, unit, weighted, minimum)
    lowest, highest = scale.ends if scale else (-inf, inf)
    interval = intervals.mean(sums.mean, sums.effective_n, sums.standard_error, lowest, highest)
    return _figure(sums.mean, interval, sums, unit, weighted, minimum)


def gap(differences: AnswerTally, scale: Scale, *, weighted: bool = False, minimum: int = MINIMUM) -> Estimate | None:
    """The gap where the same customers were asked twice: the tally is of each one's experience less expectation."""
    span = scale.highest - scale.lowest
    return mean(differences, Scale(-span, span, "Gap"), weighted=weighted, minimum=minimum, unit="gap")


def difference(a: Estimate, b: Estimate) -> Estimate:
    """How much a is above b, taken as independent; its interval is rather too wide if the same people answered."""
    if a.unit != b.unit:
        raise ValueError("Only figures of the same kind can be compared.")
    low, high = intervals.difference(a.value, a.interval, b.value, b.interval)
    return Estimate(
        value=a.value - b.value,
        low=low,
        high=high,
        n=a.n + b.n,
        effective_n=a.effective_n + b.effective_n,
        enough=a.enough and b.enough,
        unit=a.unit,
        weighted=a.weighted or b.weighted,
        scale=a.scale,
    )


def change(this: Estimate | None, last: Estimate | None, *, question: str = "") -> Estimate | None:
    """The change against the last period, on the scale of this one; None where one of the two has no figure."""
    if not (this and last):
        return None
    if this.scale != last.scale:
        usual = question_kinds.scale_of(question)
        last = _rescaled(last, Scale(*last.scale) if last.scale else usual, this.scale or usual.ends)
    return difference(this, last)


def rank(figures: Mapping[str, Estimate], *, is_less_better: bool = False) -> Ranking:
    """Tiers instead of a ranking, since among many figures some always look best by luck alone.

    All pairs are compared, and Holm's step-down correction (1979) holds the chance that any one of them is wrongly told
    apart at 5 %. The ranks that a figure may have follow from the pairs (Mogstad, Romano, Shaikh and Wilhelm 2024).
    """
    sign = 1 if is_less_better else -1
    enough = (name for name in figures if figures[name].enough)
    ranked = sorted(enough, key=lambda name: (sign * figures[name].value, name))
    apart = _distinct(figures, ranked)
    tiers, tier = [], list[str]()
    for place, name in enumerate(ranked, start=1):
        tier.append(name)
        if all((above, below) in apart for above in ranked[:place] for below in ranked[place:]):
            tiers.append(tuple(sorted(tier)))
            tier = []
    return Ranking(
        tiers=tuple(tiers),
        ranks={name: _ranks(name, ranked, apart) for name in ranked},
        too_few=tuple(sorted(set(figures) - set(ranked))),
        letters=_letters(ranked, apart),
    )


def _distinct(figures: Mapping[str, Estimate], ranked: list[str]) -> set[tuple[str, str]]:
    pairs = sorted((_chance(figures[above], figures[below]), above, below) for above, below in combinations(ranked, 2))
    apart = set()
    for done, (chance, above, below) in enumerate(pairs):
        if chance > (1 - intervals.CONFIDENCE) / (len(pairs) - done):
            break
        apart.add((above, below))
    return apart


def _letters(ranked: list[str], apart: set[tuple[str, str]]) -> dict[str, str]:
    """A letter for each largest group of which no two can be told apart (insert and absorb, Piepho 2004)."""
    groups = [frozenset(ranked)] if ranked else []
    for above, below in sorted(apart):
        both = [group for group in groups if above in group and below in group]
        groups = [group for group in groups if group not in both]
        for group in {group - {one} for group in both for one in (above, below)}:
            if not any(group <= other for other in groups):
                groups = [other for other in groups if not other <= group] + [group]
    place = {name: number for number, name in enumerate(ranked)}
    groups.sort(key=lambda group: sorted(place[name] for name in group))
    letters = dict(zip(groups, map(_letter, range(len(groups))), strict=True))
    return {name: "".join(letter for group, letter in letters.items() if name in group) for name in ranked}


def _letter(number: int) -> str:
    """From A to Z, then A1 and so on."""
    return chr(ord("A") + number % 26) + (str(number // 26) if number > 25 else "")


def _chance(a: Estimate, b: Estimate) -> float:
    between = difference(a, b)
    return intervals.chance(between.value, between.interval)


def _ranks(name: str, ranked: list[str], apart: set[tuple[str, str]]) -> tuple[int, int]:
    above = sum((other, name) in apart for other in ranked)
    below = sum((name, other) in apart for other in ranked)
    return 1 + above, len(ranked) - below


def _figure(
    value: float, interval: intervals.Interval, sums: Sums, unit: Unit, weighted: bool, minimum: int
) -> Estimate:
    return Estimate(
        value=value,
        low=interval[0],
        high=interval[1],
        n=sums.n,
        effective_n=sums.effective_n,
        enough=min(sums.n, sums.effective_n * (1 + 1e-9)) >= minimum,
        unit=unit,
        weighted=weighted,
    )
