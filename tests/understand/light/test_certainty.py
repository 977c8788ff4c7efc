"""What is not read, or not surely, is not shown as if it were."""

import pytest

from bench import accuracy
from heedful.understand import light
from heedful.understand.light import certainty


@pytest.mark.parametrize(
    "text",
    [
        "Paketet har inte kommit och ingen svarar i telefon, jag vill ha pengarna tillbaka",
        "Сервис ужасный, больше никогда не приду",
        "ホテルの部屋はとても汚かったです",
        "الخدمة سيئة جدا ولم يرد أحد على اتصالي",
        "Kargo üç haftadır gelmedi ve kimse telefona cevap vermiyor",
        "Serwis był okropny i nikt nie odbiera telefonu, to jest oszustwo",
    ],
)
def test_a_language_that_is_not_read_is_not_guessed_at(text: str) -> None:
    (found,) = light.read([text])
    assert not light.is_read(found.language)
    assert (found.sentiment, found.sentiment_confidence, found.score, found.signals) == ("", 0.0, 0.0, ())


@pytest.mark.parametrize("text", ["great service", "Der Techniker war sehr freundlich, vielen Dank", "ok"])
def test_what_is_read_is_read(text: str) -> None:
    assert light.is_read(light.read([text])[0].language)


def test_a_feeling_that_is_little_more_than_a_guess_is_not_shown() -> None:
    found = light.read(["Good service but a long wait", "Great service, thank you"])
    assert [one.sentiment for one in found] == ["", "positive"]
    assert found[0].sentiment_confidence < certainty.ENOUGH <= found[1].sentiment_confidence


@pytest.mark.parametrize(("code", "feeling"), [("fr", "neutral"), ("it", "neutral"), ("en", "neutral")])
def test_that_no_word_was_met_is_weaker_evidence_where_only_words_are_known(code: str, feeling: str) -> None:
    assert certainty.stated(code, feeling, 0.8, is_long=False) <= certainty.stated("en", "neutral", 0.8, is_long=False)


def test_the_surer_the_models_are_the_surer_it_is_said() -> None:
    for code in ("en", "de", "fr", "es", "nl", "it", "pt"):
        for feeling in ("negative", "neutral", "positive"):
            for is_long in (False, True):
                said = [certainty.stated(code, feeling, share / 20, is_long=is_long) for share in range(7, 21)]
                assert said == sorted(said)


def test_of_service_talk_whose_feeling_is_shown_far_more_than_two_of_three_are_right() -> None:
    texts = accuracy.labelled(accuracy.DATA, "english")
    if not texts:
        pytest.skip(f"LEFT OUT: no labelled files in {accuracy.DATA}; set HEEDFUL_TEST_DATA to where they are")
    found = accuracy.service_feelings(texts)
    assert found["service_shown_right"] >= 0.84, found
    assert found["service_shown"] >= 0.6, found
