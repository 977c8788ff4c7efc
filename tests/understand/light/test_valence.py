"""The points of words, as the words around them change them."""

import pytest

from heedful.understand.light import valence, words


def cue(name: str, text: str, language: str = "en") -> float:
    part = words.split([words.tidy(text)])
    return float(valence.cues(part, valence.lexicons()[language])[0, valence.CUES.index(name)])


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
    lexicon = valence.lexicons()["en"]
    part = words.split(["not", "good", ""])
    assert (valence.cues(part, lexicon)[1] == valence.cues(words.split(["good"]), lexicon)[0]).all()
    assert not valence.cues(part, lexicon)[2].any()
