"""Which two figures can be told apart, and how many of the answers weigh."""

import random

from heedful.prove import scores
from heedful.prove.tallies import AnswerTally
from tests.prove.test_scores import known, nps


def test_of_a_chain_each_pair_is_named_by_letters() -> None:
    ranking = scores.rank({"a": nps(245, 80, 75), "b": nps(230, 80, 90), "c": nps(214, 80, 106)})
    assert ranking.letters == {"a": "A", "b": "AB", "c": "B"}
    assert ranking.has_any_apart


def test_groups_whose_intervals_do_not_touch_share_no_letter_though_others_lie_between() -> None:
    figures = {"web": nps(290, 80, 30), "shop": nps(275, 80, 45), "phone": nps(258, 80, 62), "chat": nps(240, 80, 80)}
    ranking = scores.rank(figures)
    assert ranking.tiers == (("chat", "phone", "shop", "web"),)
    assert not set(ranking.letters["web"]) & set(ranking.letters["chat"])


def test_what_cannot_be_told_apart_at_all_has_one_letter() -> None:
    ranking = scores.rank({"phone": nps(51, 20, 29), "chat": nps(50, 20, 30)})
    assert ranking.letters == {"phone": "A", "chat": "A"}
    assert not ranking.has_any_apart


def test_letters_say_of_every_pair_what_its_comparison_says() -> None:
    chance = random.Random(3)
    figures = {str(n): nps(*(chance.randint(30, 120) for _ in range(3))) for n in range(14)}
    ranking = scores.rank(figures)
    apart = {
        (a, b) for a in figures for b in figures if a < b and not set(ranking.letters[a]) & set(ranking.letters[b])
    }
    order = list(ranking.letters)
    assert apart == {(min(pair), max(pair)) for pair in scores._distinct(figures, order)}
    assert 0 < len(apart) < 91


def test_the_lowest_stands_first_where_less_is_better() -> None:
    left = {"gold": AnswerTally.of({1: 10, 0: 290}), "basic": AnswerTally.of({1: 90, 0: 210})}
    figures = {name: known(scores.score("yes.left", tally)) for name, tally in left.items()}
    assert scores.rank(figures, is_less_better=True).tiers == (("gold",), ("basic",))
    assert scores.rank(figures).tiers == (("basic",), ("gold",))


def test_a_weighted_score_counts_those_who_weigh() -> None:
    tally = AnswerTally.of_rows([(10, 40, 4000.0, 400_000.0, 0), (3, 25, 500.0, 50_000.0, 20)])
    figure = known(scores.score("recommend", tally, weighted=True))
    assert (figure.n, round(figure.effective_n, 3)) == (45, 45.0)
    assert known(scores.score("recommend", tally)).n == 65


def test_those_who_weigh_may_be_too_few_where_all_together_are_enough() -> None:
    tally = AnswerTally.of_rows([(10, 20, 2000.0, 200_000.0, 0), (3, 60, 0.0, 0.0, 60)])
    assert not known(scores.score("recommend", tally, weighted=True)).enough
    assert known(scores.score("recommend", tally)).enough


def test_a_few_who_weigh_much_are_as_good_as_few() -> None:
    tally = AnswerTally.of_rows([(10, 1, 900.0, 810_000.0, 0), (3, 100, 100.0, 100.0, 0)])
    figure = known(scores.score("recommend", tally, weighted=True))
    assert (figure.n, round(figure.effective_n, 2)) == (101, 1.23)
