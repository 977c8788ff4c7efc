"""One reading is the same wherever it is made, and no text breaks it."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heedful.understand import light
from heedful.understand.light import certainty, words

TEXTS = [
    "I want to cancel my contract, nobody called me back!",
    "Very helpful lady on the phone, sorted in minutes. Thank you :)",
    "Could you tell me when the shop opens on Sunday?",
    "Seit drei Wochen kein Internet, ich kündige.",
    "Je n'ai toujours pas reçu ma commande, c'est inadmissible",
    "Muy contento con el servicio, gracias",
    "ok",
    "",
    "   \n\t ",
    "\x00\x00",
    "😡😡😡",
    "❤️ love it",
    "مرحبا، لم يصل الطلب بعد",
    "השירות שלכם מצוין",
    "我的订单还没有到",
    "!!!???...",
    "https://example.org/a?b=c @you #hash",
    "noooooo wayyyyy",
    "e\u0301te\u0301 a\u0300 la plage",
    "'" * 50,
    "\u200b\u202e\ufe0f",
    "9" * 300,
    "Great speed, but the engineer never showed up and I was charged twice. " * 8,
]


def test_a_text_is_read_the_same_alone_as_among_others() -> None:
    together = light.read(TEXTS)
    assert together == [light.read([text])[0] for text in TEXTS]
    assert light.read(TEXTS[::-1])[::-1] == together


def test_a_long_text_is_read_sentence_by_sentence() -> None:
    praise = (
        "The room was spotless. The staff at the desk could not have been kinder. Breakfast had everything we like. "
        "We slept very well. I would come back tomorrow. It is worth every penny. "
    )
    trouble = "The lift was broken and the wifi failed, and it was slow and dirty and cold and noisy by the lift."
    (whole,) = light.read([praise + trouble])
    assert whole.sentiment == "positive"
    parts = light.read([*praise.strip().replace(". ", ".|").split("|"), trouble])
    assert whole.positive == pytest.approx(sum(part.positive for part in parts) / len(parts), abs=0.001)


@pytest.mark.parametrize("count", [39, 40])
def test_a_text_of_forty_words_is_read_as_one(count: int) -> None:
    text = "Good. " + "bad " * (count - 1)
    (found,) = light.read([text])
    assert found.negative > 0.6


def test_a_vector_has_the_same_bytes_alone_as_among_others() -> None:
    together = light.embed(TEXTS * 40)
    for row, text in enumerate(TEXTS):
        assert light.embed([text]).tobytes() == together[row].tobytes()
        assert together[row].tobytes() == together[row + 30 * len(TEXTS)].tobytes()


@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_text_can_be_read_and_reads_the_same_in_any_company(texts: list[str]) -> None:
    together = light.read([*TEXTS[:6], *texts])[6:]
    assert together == [light.read([text])[0] for text in texts]
    for reading in together:
        assert reading.sentiment in ("", "negative", "neutral", "positive")
        total = reading.negative + reading.neutral + reading.positive
        assert abs(total - light.is_read(reading.language)) < 0.001
        assert bool(reading.sentiment) is (reading.sentiment_confidence >= certainty.ENOUGH)


def test_readings_come_in_the_order_of_the_texts() -> None:
    codes = [reading.language for reading in light.read([TEXTS[3], TEXTS[0], TEXTS[4], TEXTS[3], TEXTS[5], TEXTS[0]])]
    assert codes == ["de", "en", "fr", "de", "es", "en"]


def test_nothing_to_read_gives_nothing() -> None:
    assert light.read([]) == []
    assert light.embed([]).shape == (0, light.DIM)


@pytest.mark.parametrize("text", ["", " \n", "\x00", "....", "10", "🏠"])
def test_a_text_without_words_is_neither_good_nor_bad_and_has_no_language(text: str) -> None:
    (reading,) = light.read([text])
    assert (reading.language, reading.language_confidence) == ("und", 0.0)
    assert reading.sentiment == "neutral"
    assert reading.signals == ()


@pytest.mark.parametrize(
    "text",
    [
        "word " * 2_000_000,
        "a" * 10_000_000,
        "a.b-" * 2_500_000,
        "!" * 10_000_000,
        "é'" * 5_000_000,
        "cancel no " * 99_999,
    ],
)
def test_only_the_beginning_of_an_enormous_text_is_read(text: str) -> None:
    assert len(words.tidy(text)) == words.LONGEST_TEXT
    assert light.read([text]) == light.read([text[: words.LONGEST_TEXT]])


def test_many_threads_may_read_at_once() -> None:
    expected = light.read(TEXTS)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == expected for found in pool.map(light.read, [TEXTS] * 24))


def test_a_reading_is_not_changed_afterwards() -> None:
    (reading,) = light.read(["fine"])
    with pytest.raises(FrozenInstanceError):
        reading.sentiment = "positive"  # type: ignore[misc]


def test_the_score_is_positive_less_negative_and_a_little_less_for_the_length() -> None:
    found = light.read(["Awful, rude and slow. Never again.", "Great service, thank you."])
    for reading, length in zip(found, (9, 6), strict=True):
        taken_off = 0.1016 * math.log1p(length)
        assert reading.score == pytest.approx((reading.positive - reading.negative - taken_off) / 1.75, abs=0.001)
    assert found[0].score < -0.4 < 0.2 < found[1].score
    assert light.read(["bad " * 4_000])[0].score >= -1
