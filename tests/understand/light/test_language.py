"""Languages are told apart, short texts too."""

import pytest

from heedful.understand.light import language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The engineer did not turn up", "en"),
        ("Der Techniker ist nicht gekommen", "de"),
        ("Le technicien n'est pas venu", "fr"),
        ("El técnico no vino", "es"),
        ("De monteur is niet gekomen", "nl"),
        ("Il tecnico non è venuto", "it"),
        ("Техник не пришёл", "ru"),
        ("技术员没有来", "zh"),
    ],
)
def test_a_sentence_is_told_by_its_language(text: str, code: str) -> None:
    found, confidence = language.identify(text)
    assert found == code
    assert 0 < confidence <= 1


@pytest.mark.parametrize("text", ["ok", "Good service", "great", "Very easy", "NOT HAPPY"])
def test_a_few_common_english_words_are_english(text: str) -> None:
    assert language.identify(text)[0] == "en"


def test_one_word_that_is_not_english_is_not_called_so() -> None:
    assert language.identify("Danke!")[0] == "de"


def test_a_company_may_limit_the_languages_that_are_thought_of() -> None:
    assert language.identify("la casa", among=("de", "it"))[0] == "it"
    assert language.identify("ok", among=("de", "fr"))[0] in ("de", "fr")


def test_the_limit_of_one_company_is_not_that_of_another() -> None:
    text = "Der Techniker ist nicht gekommen"
    language.identify(text, among=("fr", "es"))
    assert language.identify(text)[0] == "de"
