"""A survey as it is laid out: each question in a language, with what was answered already."""

from typing import Any

import pytest

from heedful.listen import forms
from heedful.listen.forms import AnswerChoice, Question
from heedful.listen.models import Survey

WHY = {
    "code": "choice.why",
    "text": {"en": "Why?", "de": "Warum?"},
    "options": [{"code": "price", "label": {"en": "Price", "de": "Preis"}}, {"label": {"en": "Quality"}}],
}


def lay_out(question: dict[str, Any], *, language: str = "en", **given: Any) -> Question:
    survey = Survey(languages=["en", "de"], questions=[{"text": {}} | question])
    (laid,) = forms.lay_out(survey, company="Acme", language=language, given=given).questions
    return laid


def points(question: Question) -> list[tuple[int | str, str, bool]]:
    return [(point.value, point.words, point.is_chosen) for point in question.points]


@pytest.mark.parametrize(
    ("texts", "language", "shown"),
    [
        ({"de": "Wie war es?", "de-AT": "Wia woar’s?"}, "de-AT", "Wia woar’s?"),
        ({"de": "Wie war es?"}, "de-AT", "Wie war es?"),
        ({"en": "How was it?"}, "de", "Wie zufrieden sind Sie?"),
        ({"en": "How was it?"}, "en", "How was it?"),
        ({}, "en", "How satisfied are you?"),
        ({"en": "How was {company}?"}, "en", "How was Acme?"),
    ],
)
def test_a_question_is_shown_as_it_was_written_else_in_our_words_else_in_the_first_language(
    texts: dict[str, str], language: str, shown: str
) -> None:
    assert lay_out({"code": "satisfaction", "text": texts}, language=language).text == shown


def test_a_question_of_the_company_s_own_is_shown_in_a_language_that_it_was_written_in() -> None:
    question = {"code": "satisfaction.van", "text": {"en": "How was the van?"}}
    assert lay_out(question, language="de").text == "How was the van?"


def test_every_point_of_a_scale_is_named_and_the_one_that_was_given_is_chosen() -> None:
    laid = lay_out({"code": "satisfaction"}, satisfaction=4)
    assert points(laid) == [
        (1, "Very dissatisfied", False),
        (2, "Dissatisfied", False),
        (3, "Neither", False),
        (4, "Satisfied", True),
        (5, "Very satisfied", False),
    ]
    assert (laid.input, laid.has_words, laid.is_open, laid.is_number) == ("points", True, False, False)
    assert not any(point.is_chosen for point in lay_out({"code": "satisfaction"}).points)


def test_a_scale_of_the_company_s_own_has_numbers_and_its_ends_in_words() -> None:
    laid = lay_out({"code": "satisfaction", "scale": [1, 3], "low": {"en": "Bad"}, "high": {"en": "Good"}})
    assert points(laid) == [(1, "1", False), (2, "2", False), (3, "3", False)]
    assert (laid.has_words, laid.low, laid.high) == (False, "Bad", "Good")


def test_stars_are_counted() -> None:
    laid = lay_out({"code": "satisfaction", "scale": [1, 3], "stars": True}, satisfaction=1)
    assert points(laid) == [(1, "1 ★", True), (2, "2 ★", False), (3, "3 ★", False)]
    assert laid.has_words


def test_of_a_scale_of_two_both_ends_are_named() -> None:
    assert points(lay_out({"code": "yes.again", "low": {"en": "Never"}, "high": {"en": "Gladly"}})) == [
        (0, "No", False),
        (1, "Yes", False),
    ]
    own = {"code": "satisfaction", "scale": [1, 2], "low": {"en": "Never"}, "high": {"en": "Gladly"}}
    assert points(lay_out(own)) == [(1, "Never", False), (2, "Gladly", False)]


def test_options_are_named_in_the_language_else_in_english_and_are_known_by_their_code() -> None:
    laid = lay_out(WHY, language="de", **{"choice.why": "price"})
    assert laid == Question(
        "choice.why",
        "Warum?",
        "options",
        [AnswerChoice("price", "Preis", True), AnswerChoice("Quality", "Quality", False)],
        has_words=True,
    )


@pytest.mark.parametrize(("given", "shown"), [({}, ""), ({"number.people": 0}, "0"), ({"number.people": 2.5}, "2.5")])
def test_a_number_is_shown_as_it_was_given_with_its_limits(given: dict[str, Any], shown: str) -> None:
    laid = lay_out({"code": "number.people", "text": {"en": "How many?"}, "at_least": 0, "at_most": 9}, **given)
    assert (laid.words, laid.at_least, laid.at_most, laid.is_number, laid.points) == (shown, 0, 9, True, ())


def test_words_are_shown_as_they_were_written() -> None:
    laid = lay_out({"code": "open"}, open="Lovely")
    assert (laid.words, laid.is_open, laid.at_least) == ("Lovely", True, None)
