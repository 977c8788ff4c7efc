"""The points of words, as the words around them change them."""

from typing import Any

import pytest

from heedful.understand.light import valence, words


def cues(*texts: str, language: str = "en") -> Any:
    part = words.split([words.tidy(text) for text in texts])
    by_word = valence.look_up(part, valence.lexicons()[language])
    return valence.cues(part, by_word, valence.denied(part, by_word))


def cue(name: str, text: str, language: str = "en") -> float:
    return float(cues(text, language=language)[0, valence.CUES.index(name)])


def denied(text: str) -> str:
    part = words.split([text])
    reached = valence.denied(part, valence.look_up(part, valence.lexicons()["en"]))
    return " ".join(part.unique[word] for word, is_denied in zip(part.ids, reached, strict=True) if is_denied)


@pytest.mark.parametrize(
    ("milder", "stronger"),
    [
        ("the staff were rude", "the staff were extremely rude"),
        ("i am slightly happy", "i am happy"),
        ("this is bad", "this is BAD"),
        ("it was good", "it was sooo good"),
        ("ein guter Service", "ein sehr guter Service"),
    ],
)
def test_boosters_and_capitals_make_a_word_stronger_and_dampers_weaker(milder: str, stronger: str) -> None:
    language = "de" if "Service" in milder else "en"
    assert abs(cue("compound", stronger, language)) > abs(cue("compound", milder, language)) > 0


@pytest.mark.parametrize(
    ("text", "language"),
    [("not good", "en"), ("it isn't very good", "en"), ("nicht gut", "de"), ("pas bon", "fr"), ("non buono", "it")],
)
def test_negation_turns_a_word(text: str, language: str) -> None:
    assert cue("compound", text, language) < 0


def test_a_negation_three_words_before_still_turns_and_one_farther_away_does_not() -> None:
    assert cue("compound", "not a very good phone") < 0
    assert cue("compound", "not what i had expected , good") > cue("compound", "not good")


def test_words_before_a_but_count_half() -> None:
    assert cue("compound", "friendly staff but slow") < 0 < cue("compound", "slow but friendly staff")


def test_stretched_words_are_known_by_their_plain_form() -> None:
    assert cue("good words", "goooood") > 0
    assert cue("stretched", "goooood") == 1


def test_emoticons_and_emoji_have_points() -> None:
    assert cue("compound", ":)") > 0 > cue("compound", ":(")
    assert cue("compound", "😀") > 0 > cue("compound", "😡")


def test_another_language_silences_english_words_that_mean_something_else() -> None:
    assert cue("compound", "die", "en") < 0
    assert cue("compound", "die", "de") == 0


def test_no_text_moves_the_cues_of_its_neighbour() -> None:
    beside = cues("not", "good", "")
    assert (beside[1] == cues("good")[0]).all()
    assert not beside[2].any()


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("no trouble at all", "trouble at all"),
        ("they did not let me down", "let me down"),
        ("it isn't worth the money", "worth the money"),
        ("no , it works", ""),
        ("not cheap but good", "cheap"),
        ("Never. Fine", ""),
        ("no no hope", "hope"),
        ("not :) today", ":) today"),
        ("all is well", ""),
    ],
)
def test_a_negation_reaches_three_words_of_its_own_clause(text: str, reached: str) -> None:
    assert denied(text) == reached


def test_a_bad_thing_that_is_denied_is_counted_apart() -> None:
    assert (cue("denied bad", "no problems and no complaints"), cue("denied good", "no problems")) == (2, 0)
    assert (cue("denied good", "not helpful"), cue("denied bad", "not helpful")) == (1, 0)
