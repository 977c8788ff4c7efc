"""Languages are told apart, short texts too."""

import sys
from collections.abc import Callable, Iterator

import pytest

from bench import accuracy
from heedful.understand.light import detectors, language

type Rows = list[dict[str, str]]


@pytest.fixture
def without_the_fast_one(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine for which there is no package of the fast detector."""
    monkeypatch.setitem(sys.modules, "eldc", None)
    detectors._started.cache_clear()
    yield
    detectors._started.cache_clear()


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


@pytest.mark.usefixtures("without_the_fast_one")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The engineer did not turn up and nobody called", "en"),
        ("Der Techniker ist nicht gekommen", "de"),
        ("Le technicien n'est pas venu", "fr"),
        ("De monteur is niet gekomen", "nl"),
        ("Техник не пришёл", "ru"),
        ("技术员没有来", "zh"),
        ("ok", "en"),
        ("12 !", "und"),
        ("", "und"),
    ],
)
def test_without_the_fast_detector_a_language_is_told_all_the_same(text: str, code: str) -> None:
    found, confidence = language.identify(text)
    assert found == code
    assert (confidence > 0) == (code != "und")
    assert language.identify("la casa", among=("de", "it"))[0] == "it"


@pytest.mark.usefixtures("without_the_fast_one")
def test_how_often_it_is_right_without_the_fast_detector(rows: Callable[[str], Rows]) -> None:
    """The figures that docs/operating.md gives."""
    found = accuracy.languages(rows(accuracy.LANGUAGES))
    assert found["language"] >= 0.98, found
    assert found["language_four_words"] >= 0.92, found


def test_both_detectors_know_the_same_languages() -> None:
    eldc = pytest.importorskip("eldc", reason="LEFT OUT: there is no package of the fast detector for this machine")
    assert set(eldc.LANGUAGES) == detectors.LANGUAGES
