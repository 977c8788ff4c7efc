"""Words are cut as the encoder's own tokenizer cuts them."""

import pytest

from heedful.understand.light import pieces, vectors, weights, words


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Router", ["route", "##r"]),
        ("buffering", ["buffer", "##ing"]),
        ("don't", ["don", "'", "t"]),
        ("Café", ["cafe"]),
        ("sautéed", ["sa", "##ute", "##ed"]),
        ("日本", ["日", "本"]),
        ("😀", []),
        ("https://example.org/refund", []),
        ("@company", []),
        ("x" * 101, []),
    ],
)
def test_a_word_falls_into_its_pieces(word: str, expected: list[str]) -> None:
    vocabulary = vectors.table().vocabulary
    names = {number: piece for piece, number in vocabulary.items()}
    assert [names[number] for number in pieces.of(word, vocabulary)] == expected


def test_a_special_piece_is_never_a_word() -> None:
    assert pieces.of("[UNK]", vectors.table().vocabulary) == pieces.of("[unk]", vectors.table().vocabulary)


def test_links_people_emoticons_and_marks_are_words() -> None:
    part = words.split([words.tidy("See https://a.org/b, @you or me@x.org :-) it’s 5!!! ok...")])
    assert part.unique == ["See", "https://a.org/b,", "@you", "or", "me@x.org", ":-)", "it's", "5", "!!!", "ok", "..."]


def test_the_shipped_data_stays_small() -> None:
    assert sum(file.stat().st_size for file in weights.DATA.iterdir()) < 12_000_000
