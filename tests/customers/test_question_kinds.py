"""A kind of question is one record that says everything of it; whoever adds one adds a file and its words."""

import pytest

from heedful.customers import question_kinds
from heedful.customers.question_kinds.kind import Kind
from heedful.kit.errors import Refused
from heedful.listen import wordings
from heedful.understand.models import TroubleRule

KINDS = question_kinds.kinds()
each = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)


@each
def test_a_kind_says_what_it_is_and_what_its_figure_means(kind: Kind) -> None:
    assert kind.code.isidentifier()
    assert kind.name
    assert kind.meaning
    assert question_kinds.kind_of(f"expected.{kind.code}.delivery") is kind
    assert bool(kind.scale) == (kind.input == "points")


@each
def test_a_kind_has_words_in_every_language_or_leaves_them_to_the_company(kind: Kind) -> None:
    for language in wordings.LANGUAGES:
        assert bool(wordings.question(kind.code, language)) == kind.has_words, language
        if kind.offer_before:
            assert wordings.question(f"expected.{kind.code}", language), language
        if kind.scale:
            assert all(wordings.ends(kind.code, language)), language


@each
def test_bands_points_and_rules_lie_on_the_scale(kind: Kind) -> None:
    if kind.scale is None:
        assert not (kind.band)
        assert not (kind.points)
        assert not (kind.rules)
        assert not (kind.is_trouble)
        return
    points = range(kind.scale.lowest, kind.scale.highest + 1)
    assert kind.points is None or list(kind.points) == list(points)
    assert kind.band is None or (kind.band.low in points and kind.band.high in points)
    assert all(rule.at_most in points and kind.is_trouble for rule in kind.rules)


def test_the_order_of_the_kinds_is_certain() -> None:
    assert len({kind.order for kind in KINDS}) == len(KINDS)


@pytest.mark.django_db
def test_a_new_company_starts_with_the_rules_of_the_kinds() -> None:
    rows = TroubleRule.objects.exclude(question="").values_list("question", "at_most", "severity")
    assert set(rows) == {(kind.code, rule.at_most, rule.severity) for kind in KINDS for rule in kind.rules}


def test_a_question_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Refused, match=r"There is no question 'mood'; a question starts with recommend, satisfaction"):
        question_kinds.kind_of("mood")
