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
        "Péssimo atendimento, uma vergonha",
        "L'attente est interminable et c'est d'une lenteur insupportable, quelle horreur",
        "Schon wieder ein Rechnungsfehler und danach ein Systemausfall",
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
        "Excelente atendimento, muito rápido",
        "C'est l'excellence, j'adore",
        "Un'ottima esperienza, dell'ottimo cibo",
        "Die Störung ist behoben, vielen Dank",
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


@pytest.mark.parametrize(
    "text",
    [
        "Ho chiamato con il mio telefono, mi ha detto di dire il numero",
        "El paquete ha llegado con el cartero por la tarde",
        "Mein Kind hat die Kinderkarte bestellt, die Rechnung besteht aus zwei Seiten",
        "Je vais prendre le vol de demain, est-ce que tout est dans le contrat",
    ],
)
def test_words_that_are_plain_in_their_language_feel_like_nothing(text: str) -> None:
    assert felt(text) == "neutral"


def test_a_word_and_the_same_with_its_accent_are_two() -> None:
    already, lovely = light.read(["Das ist schon", "Das ist schön"])
    assert lovely.score > already.score + 0.1


def test_what_stands_beside_a_link_or_a_name_feels_as_it_does_without() -> None:
    bare, linked = light.read(
        ["Service catastrophique", "@boutique Service catastrophique #colis https://example.org/a"]
    )
    assert linked.negative > 0.5
    assert abs(bare.negative - linked.negative) < 0.25


def test_of_two_who_say_the_same_the_one_who_writes_more_is_ranked_as_less_content() -> None:
    short, long = light.read(["the parcel", "the parcel " * 30])
    assert short.score > long.score


def test_an_english_word_of_feeling_does_not_count_where_it_means_something_else() -> None:
    bare, article = light.read(["Rechnung habe ich heute bekommen", "die Rechnung habe ich heute bekommen"])
    assert abs(bare.score - article.score) < 0.1
