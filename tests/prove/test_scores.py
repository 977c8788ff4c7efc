"""Scores against the published definitions, worked examples and brute force."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.customers.question_kinds import scale_of
from heedful.kit.errors import Refused
from heedful.prove import intervals, scores
from heedful.prove.scores import Estimate
from heedful.prove.tallies import AnswerTally, Sums


def promoters(ups: int, passives: int, downs: int) -> AnswerTally:
    return AnswerTally.of({10: ups, 8: passives, 3: downs})


def nps(ups: int, passives: int, downs: int) -> Estimate:
    return known(scores.score("recommend", promoters(ups, passives, downs)))


def known(figure: Estimate | None) -> Estimate:
    assert figure is not None
    return figure


def rounded(figure: Estimate, digits: int = 1) -> tuple[float, float, float]:
    return round(figure.value, digits), round(figure.low, digits), round(figure.high, digits)


def told_apart(a: Estimate, b: Estimate) -> bool:
    """Whether two figures alone, each on enough answers, differ by more than chance."""
    between = scores.difference(a, b)
    return between.enough and between.is_clear_of_zero


def test_every_answer_is_a_promoter_a_passive_or_a_detractor() -> None:
    each = {score: known(scores.score("recommend", AnswerTally.of({score: 1}))).value for score in range(11)}
    assert each == {**dict.fromkeys(range(7), -100), 7: 0, 8: 0, 9: 100, 10: 100}


@pytest.mark.parametrize(
    ("counts", "figure"),
    [
        ((200, 120, 80), (30.0, 22.3, 37.7)),  # p .5, d .2: 7.7 either way on 400
        ((200, 0, 200), (0.0, -9.8, 9.8)),  # the worst case: 9.8 on 400
        ((366, 204, 607), (-20.5, -25.5, -15.4)),  # a broadband company's 1,177
    ],
)
def test_the_net_promoter_score_has_its_published_interval(counts: tuple[int, int, int], figure: object) -> None:
    assert rounded(nps(*counts)) == figure


def test_few_answers_get_the_adjusted_interval() -> None:
    # 2.75 promoters, 2.5 passives, 12.75 detractors of 18
    share = (2.75 - 12.75) / 18
    error = sqrt((2.75 + 12.75) / 18 - share**2) / sqrt(18)
    figure = nps(2, 1, 12)
    assert figure.interval == pytest.approx((100 * (share - 1.959964 * error), 100 * (share + 1.959964 * error)))
    assert rounded(figure)[0] == -66.7


def test_answers_that_all_agree_still_leave_room_for_doubt() -> None:
    assert nps(400, 0, 0).low < 99
    assert nps(400, 0, 0).high == 100
    assert known(scores.score("satisfaction", AnswerTally.of({5: 50}))).low == pytest.approx(0.929, abs=0.001)
    sevens = known(scores.score("ease", AnswerTally.of({7: 40})))
    assert 6 < sevens.low < 7 == sevens.high


def test_satisfaction_is_the_share_of_four_and_five_with_wilsons_interval() -> None:
    figure = known(scores.score("satisfaction", AnswerTally.of({1: 5, 3: 14, 4: 41, 5: 40})))
    assert rounded(figure, 4) == (0.81, 0.7222, 0.8749)
    assert (figure.n, figure.unit, figure.enough) == (100, "share", True)


def test_a_share_that_was_never_or_always_reached_has_wilsons_interval() -> None:
    assert rounded(known(scores.share_of(0, 10)), 4) == (0, 0, 0.2775)
    assert rounded(known(scores.share_of(10, 10)), 4) == (1, 0.7225, 1)


def test_ease_is_a_mean_with_students_interval() -> None:
    answers = AnswerTally.of({1: 10, 4: 10, 5: 10, 7: 30})
    # mean 310/60, sample variance 278.33/59, t(59) = 2.001
    margin = 2.001 * sqrt((10 + 160 + 250 + 1470 - 310**2 / 60) / 59 / 60)
    assert known(scores.score("ease", answers)).interval == pytest.approx(
        (310 / 60 - margin, 310 / 60 + margin), abs=1e-3
    )


def test_compared_with_expectation_is_a_mean_around_zero() -> None:
    figure = known(scores.score("compared", AnswerTally.of({-2: 20, -1: 30, 0: 30, 1: 15, 2: 5})))
    assert (figure.value, figure.is_clear_of_zero) == (-0.45, True)


def test_the_gap_of_pairs_is_narrower_than_that_of_strangers() -> None:
    scale = scale_of("satisfaction")
    before, after = [3, 4, 5, 4, 5, 3, 4, 5] * 8, [2, 3, 4, 3, 4, 3, 4, 4] * 8
    pairs = AnswerTally.of(Counter(b - a for a, b in zip(before, after, strict=True)))
    paired = known(scores.gap(pairs, scale))
    found, hoped = (known(scores.mean(AnswerTally.of(Counter(said)), scale, unit="gap")) for said in (after, before))
    apart = scores.difference(found, hoped)
    assert paired.value == pytest.approx(apart.value) == pytest.approx(-0.75)
    assert apart.low < paired.low < paired.high < apart.high < 0
    assert (paired.unit, apart.unit, apart.n) == ("gap", "gap", 128)


def test_one_pair_could_have_any_gap_that_the_scale_allows() -> None:
    assert known(scores.gap(AnswerTally.of({1: 1}), scale_of("satisfaction"))).interval == (-4, 4)


def test_a_weighted_share_is_as_sure_as_the_equal_answers_that_would_vary_as_much() -> None:
    answers = AnswerTally.of_rows([(5, 60, 60, 60), (5, 10, 100, 1000), (1, 10, 100, 1000), (1, 40, 40, 40)])
    share = 160 / 300
    error = sqrt(1060 * (1 - share) ** 2 + 1040 * share**2) / 300
    equal = share * (1 - share) / error**2
    figure = known(scores.score("satisfaction", answers, weighted=True))
    assert figure.interval == pytest.approx(intervals.wilson(share, equal))
    assert figure.effective_n == pytest.approx(300**2 / 2100)


def test_nines_count_as_much_as_tens_for_the_interval_too() -> None:
    assert scores.score("recommend", AnswerTally.of({9: 200, 8: 120, 3: 80})) == nps(200, 120, 80)


def test_too_few_answers_are_told_apart_from_nothing() -> None:
    few, many = nps(25, 0, 0), nps(100, 100, 800)
    between = scores.difference(few, many)
    assert (between.n, between.effective_n, between.is_clear_of_zero, between.enough) == (1025, 1025, True, False)
    assert not told_apart(few, many)
    assert not told_apart(many, few)


def test_the_difference_of_two_waves_adds_their_errors_in_squares() -> None:
    a, b = nps(200, 120, 80), nps(150, 150, 200)
    errors = [sqrt(0.61 / 400), sqrt((0.7 - 0.01) / 500)]
    margin = 100 * 1.959964 * sqrt(errors[0] ** 2 + errors[1] ** 2)
    assert scores.difference(a, b).interval == pytest.approx((40 - margin, 40 + margin))
    assert told_apart(a, b)
    assert not told_apart(a, nps(210, 110, 80))


def test_the_difference_of_two_shares_has_newcombes_interval() -> None:
    # Newcombe 1998, the example 56/70 and 48/80: 0.2, from 0.0524 to 0.3339
    between = scores.difference(known(scores.share_of(56, 70)), known(scores.share_of(48, 80)))
    assert rounded(between, 4) == (0.2, 0.0524, 0.3339)


def test_a_change_needs_both_periods() -> None:
    this, last = nps(200, 120, 80), nps(150, 150, 100)
    assert scores.change(this, None) is None
    assert scores.change(None, last) is None
    moved = known(scores.change(this, last))
    assert moved.value == pytest.approx(17.5)
    assert moved.is_clear_of_zero


def test_figures_of_different_kinds_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same kind"):
        scores.difference(nps(1, 1, 1), known(scores.share_of(1, 2)))


def test_nobody_makes_no_figure() -> None:
    for question in ("recommend", "satisfaction", "ease", "compared"):
        assert scores.score(question, AnswerTally()) is None
        assert scores.score(question, AnswerTally.of_rows([(5, 3, 0, 0)]), weighted=True) is None
    assert scores.share_of(0, 0) is None


def test_a_question_names_its_figure() -> None:
    answers = AnswerTally.of({1: 20, 0: 20})
    assert known(scores.score("helped", answers)).value == 0.5
    assert known(scores.score("recommend", answers)).unit == "points"
    assert known(scores.score("expected.ease.returns", answers)) == scores.score("ease", answers)
    with pytest.raises(Refused):
        scores.score("mood", answers)


@pytest.mark.parametrize(("n", "minimum", "enough"), [(29, 30, False), (30, 30, True), (9, 10, False), (10, 10, True)])
def test_a_figure_says_whether_it_rests_on_enough_answers(n: int, minimum: int, enough: bool) -> None:
    for question in ("recommend", "satisfaction", "ease"):
        assert known(scores.score(question, AnswerTally.of({5: n}), minimum=minimum)).enough is enough


def test_one_customer_who_weighs_as_much_as_all_others_is_not_enough() -> None:
    answers = AnswerTally.of_rows([(10, 99, 99, 99), (0, 1, 99, 99**2)])
    figure = known(scores.score("recommend", answers, weighted=True))
    assert (figure.value, figure.n, figure.weighted, figure.enough) == (0, 100, True, False)
    assert figure.effective_n == pytest.approx(3.96)
    assert known(scores.score("recommend", answers)).value == 98


def test_sums_from_the_database_may_be_decimals() -> None:
    answers = AnswerTally.of_rows([(Decimal(10), 40, Decimal("4000.50"), Decimal(410000)), (3, 10, 900.0, 81000.0)])
    assert known(scores.score("recommend", answers, weighted=True)).value == pytest.approx(100 * 3100.5 / 4900.5)


@pytest.mark.parametrize("row", [(5, -1, 1, 1), (5, 1, -1, 1), (5, 1, float("nan"), 1), (5, 1, 1, float("inf"))])
def test_a_tally_of_nonsense_is_refused(row: tuple[float, int, float, float]) -> None:
    with pytest.raises(ValueError, match="numbers from 0 up"):
        AnswerTally.of_rows([row])


@pytest.mark.parametrize(("freedom", "table"), [(3, 3.182), (5, 2.571), (10, 2.228), (29, 2.045), (120, 1.980)])
def test_students_t_agrees_with_the_tables(freedom: int, table: float) -> None:
    assert intervals.student_t(freedom) == pytest.approx(table, abs=0.01)


def test_wilsons_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    for n, truth in ((30, 0.5), (40, 0.9), (60, 0.97), (200, 0.2)):
        covered = 0.0
        for hits in range(n + 1):
            low, high = intervals.wilson(hits / n, n)
            covered += comb(n, hits) * truth**hits * (1 - truth) ** (n - hits) * (low <= truth <= high)
        assert 0.92 < covered < 0.985


# Tiers


def test_stages_that_differ_are_ranked_and_the_one_with_few_answers_is_not() -> None:
    ranking = scores.rank(
        {
            "First Payment": nps(157, 90, 317),
            "Equipment": nps(16, 27, 73),
            "In use": nps(2, 1, 12),
            "Order": nps(191, 86, 205),
        }
    )
    assert ranking.tiers == (("Order",), ("First Payment",), ("Equipment",))
    assert ranking.ranks == {"Order": (1, 1), "First Payment": (2, 2), "Equipment": (3, 3)}
    assert ranking.too_few == ("In use",)


def test_what_cannot_be_told_apart_shares_a_tier_in_order_of_name() -> None:
    ranking = scores.rank({"phone": nps(51, 20, 29), "chat": nps(50, 20, 30), "shop": nps(500, 300, 50)})
    assert ranking.tiers == (("shop",), ("chat", "phone"))
    assert ranking.ranks == {"shop": (1, 1), "chat": (2, 3), "phone": (2, 3)}


def test_a_chain_in_which_only_the_ends_differ_is_one_tier() -> None:
    ranking = scores.rank({"a": nps(245, 80, 75), "b": nps(230, 80, 90), "c": nps(214, 80, 106)})
    assert ranking.tiers == (("a", "b", "c"),)
    assert ranking.ranks == {"a": (1, 2), "b": (1, 3), "c": (2, 3)}


def test_more_comparisons_ask_for_more_proof() -> None:
    two = {"a": nps(230, 90, 80), "b": nps(197, 90, 113)}
    many = two | {f"other {number}": nps(213, 90, 97) for number in range(10)}
    assert scores.rank(two).tiers == (("a",), ("b",))
    assert len(scores.rank(many).tiers) == 1


def test_chance_alone_seldom_makes_a_ranking() -> None:
    chance = random.Random(7)
    told_apart = 0
    for _ in range(200):
        draws = (Counter(chance.choices([10, 8, 3], [0.4, 0.3, 0.3], k=150)) for _ in range(8))
        figures = {
            str(number): known(scores.score("recommend", AnswerTally.of(draw))) for number, draw in enumerate(draws)
        }
        told_apart += any(ranks != (1, 8) for ranks in scores.rank(figures).ranks.values())
    assert told_apart <= 16  # 5 % of 200, and some luck


def test_no_figures_make_no_tiers() -> None:
    assert scores.rank({}).tiers == ()
    assert scores.rank({"few": nps(5, 0, 5)}).too_few == ("few",)


# Whatever the answers

answers_with_weights = st.lists(st.tuples(st.integers(0, 10), st.integers(1, 50).map(float)), min_size=1, max_size=60)


def tally(answers: Sequence[tuple[int, float]]) -> AnswerTally:
    return AnswerTally.of_rows((score, 1, weight, weight**2) for score, weight in answers)


FIGURES: list[tuple[Callable[..., Estimate | None], float, float]] = [
    (partial(scores.score, "recommend"), -100, 100),
    (partial(scores.score, "satisfaction"), 0, 1),
    (lambda answers, weighted: scores.mean(answers, scale_of("recommend"), weighted=weighted), 0, 10),
]


@given(answers_with_weights, st.sampled_from(FIGURES), st.booleans())
def test_an_interval_contains_its_value_and_stays_on_the_scale(
    answers: list[tuple[int, float]], measure: tuple[Callable[..., Estimate | None], float, float], weighted: bool
) -> None:
    figure = known(measure[0](tally(answers), weighted=weighted))
    assert measure[1] <= figure.low <= figure.value <= figure.high <= measure[2]
    assert figure.low < figure.high
    assert 1 <= figure.effective_n <= figure.n * (1 + 1e-9)
    assert not figure.enough or figure.n >= scores.MINIMUM


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.sampled_from(FIGURES), st.sampled_from([1, 7, 0.001]))
def test_equal_weights_change_nothing(
    values: list[int], measure: tuple[Callable[..., Estimate | None], float, float], weight: float
) -> None:
    answers = tally([(value, weight) for value in values])
    plain, weighted = known(measure[0](answers, weighted=False)), known(measure[0](answers, weighted=True))
    assert (weighted.value, *weighted.interval) == pytest.approx((plain.value, *plain.interval))
    assert weighted.enough == plain.enough


@given(answers_with_weights)
def test_the_standard_error_is_that_of_a_ratio_of_sums(answers: list[tuple[int, float]]) -> None:
    sums = tally(answers).sums(weighted=True)
    assert isinstance(sums, Sums)
    total = sum(weight for _, weight in answers)
    mean = sum(score * weight for score, weight in answers) / total
    error = sqrt(sum((weight * (score - mean)) ** 2 for score, weight in answers)) / total
    assert sums.mean == pytest.approx(mean)
    assert sums.standard_error == pytest.approx(error, abs=1e-4)


@given(answers_with_weights, st.integers(0, 60), st.booleans())
def test_tallies_of_parts_add_up_to_that_of_the_whole(
    answers: list[tuple[int, float]], cut: int, weighted: bool
) -> None:
    whole = tally(answers[:cut]) + tally(answers[cut:])
    assert whole == tally(answers)
    assert whole.n == len(answers)
    assert whole.sums(weighted=weighted) == tally(answers).sums(weighted=weighted)


counts = st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400)).filter(lambda each: sum(each) > 0)


@given(counts, counts)
def test_a_difference_turned_round_is_its_mirror(a: tuple[int, int, int], b: tuple[int, int, int]) -> None:
    there, back = scores.difference(nps(*a), nps(*b)), scores.difference(nps(*b), nps(*a))
    assert (there.low, there.value, there.high) == pytest.approx((-back.high, -back.value, -back.low))
    assert told_apart(nps(*a), nps(*b)) == told_apart(nps(*b), nps(*a))


@given(st.lists(counts, max_size=8), st.randoms())
def test_tiers_hold_everybody_once_and_do_not_depend_on_order(
    all_counts: list[tuple[int, int, int]], r: random.Random
) -> None:
    figures = {f"team {number}": nps(*each) for number, each in enumerate(all_counts)}
    ranking = scores.rank(figures)
    names = [name for tier in ranking.tiers for name in tier]
    assert sorted([*names, *ranking.too_few]) == sorted(figures)
    assert scores.rank(dict(r.sample(list(figures.items()), len(figures)))) == ranking
    for above, below in zip(ranking.tiers, ranking.tiers[1:], strict=False):
        assert min(figures[name].value for name in above) > max(figures[name].value for name in below)
        assert all(told_apart(figures[one], figures[other]) for one in above for other in below)
    for best, worst in ranking.ranks.values():
        assert 1 <= best <= worst <= len(names)
