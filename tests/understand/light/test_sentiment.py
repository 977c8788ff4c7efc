"""How service talk feels, in the languages that have a lexicon."""

import pytest

from bench import accuracy
from heedful.understand import light


def felt(text: str) -> str:
    return accuracy.likeliest(light.read([text])[0])


@pytest.mark.parametrize(
    "text",
    [
        "Appalling service, I have been on hold for an hour",
        "The router is faulty and nobody helps",
        "Not happy at all with this company",
        "WORST COMPANY EVER!!!",
        "Waited three weeks and the parcel still has not arrived",
        "I was told somebody would call. Nobody did.",
        "Not one of your people read my letter.",
        "They closed my ticket without solving anything.",
        "Great, another month without heating.",
        "Miserabler Service, nie wieder",
        "Service client catastrophique, une honte",
        "Pésimo servicio, una vergüenza",
        "Slechte service, ik ben erg teleurgesteld",
        "Servizio pessimo, una vergogna",
    ],
)
def test_a_complaint_is_negative(text: str) -> None:
    assert felt(text) == "negative"


@pytest.mark.parametrize(
    "text",
    [
        "Excellent service, quick and friendly",
        "The engineer was brilliant and very helpful",
        "Really pleased, no problems at all",
        "No trouble at all, they sorted it.",
        "Could not fault them.",
        "It arrived without a hitch.",
        "It is not bad.",
        "Never let me down in five years.",
        "The problem was solved in minutes.",
        "Not a single fault since we moved in.",
        "The flight was delayed but the crew looked after us wonderfully.",
        "So easy, I love it ❤️",
        "Hervorragender Service, sehr freundlich",
        "Service excellent, très rapide, merci",
        "Excelente servicio, muy amable",
        "Uitstekende service, heel vriendelijk",
        "Servizio ottimo, personale gentilissimo, grazie",
    ],
)
def test_praise_is_positive(text: str) -> None:
    assert felt(text) == "positive"


@pytest.mark.parametrize(
    "text",
    [
        "I would like to change the address on my account",
        "What time does the office open on Monday?",
        "My order number is 4711",
        "I need to book a seat for tomorrow",
    ],
)
def test_a_request_is_neutral(text: str) -> None:
    assert felt(text) == "neutral"


def test_what_follows_a_but_counts_for_more() -> None:
    first, second = light.read(["slow delivery but friendly staff", "friendly staff but slow delivery"])
    assert first.score > second.score


def test_an_english_word_of_feeling_does_not_count_where_it_means_something_else() -> None:
    bare, article = light.read(["Rechnung habe ich heute bekommen", "die Rechnung habe ich heute bekommen"])
    assert abs(bare.score - article.score) < 0.1
