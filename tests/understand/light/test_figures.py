"""How well the light tier reads, on labelled texts that it has not learned from."""

from collections.abc import Callable

import pytest

from bench import accuracy

type Rows = list[dict[str, str]]


@pytest.mark.parametrize(
    ("file", "measure", "least", "most"),
    [
        (accuracy.NPS, accuracy.detractors, {"detractor_auc": 0.91, "promoters_not_negative": 0.95}, {}),
        (accuracy.LANGUAGES, accuracy.languages, {"language": 0.98, "language_four_words": 0.93}, {}),
        (accuracy.BANKING, accuracy.intents, {"intent_names_only": 0.52, "intent_ten_examples": 0.74}, {}),
        (
            accuracy.LOUNGES,
            accuracy.lounges,
            {"lounge_accuracy": 0.61, "lounge_macro_f1": 0.47},
            {"lounge_happy_read_as_unhappy": 0.12, "lounge_happy_with_a_signal": 0.05},
        ),
        (
            accuracy.SEATS,
            accuracy.seats,
            {"seat_accuracy": 0.73, "seat_macro_f1": 0.55},
            {"seat_happy_read_as_unhappy": 0.1, "seat_happy_with_a_signal": 0.05},
        ),
        (
            accuracy.RESTAURANTS,
            accuracy.complaint_topics,
            {"complaints_with_a_topic": 0.9, "complaints_first_right": 0.6},
            {},
        ),
        (
            accuracy.ASPECTS,
            accuracy.restaurant_topics,
            {"restaurants_with_a_topic": 0.67, "restaurants_first_right": 0.72},
            {},
        ),
        (
            accuracy.OTHERS,
            accuracy.other_languages,
            {
                "german_macro_f1": 0.57,
                "french_macro_f1": 0.53,
                "spanish_macro_f1": 0.55,
                "italian_macro_f1": 0.57,
                "portuguese_macro_f1": 0.57,
                "mean_of_seven_macro_f1": 0.47,
            },
            {},
        ),
        (accuracy.RAILWAY, accuracy.railway, {"railway_macro_f1": 0.45}, {}),
    ],
)
def test_the_figures_hold(
    rows: Callable[[str], Rows],
    file: str,
    measure: Callable[[Rows], dict[str, float]],
    least: dict[str, float],
    most: dict[str, float],
) -> None:
    found = measure(rows(file))
    for name, value in least.items():
        assert found[name] >= value, found
    for name, value in most.items():
        assert found[name] <= value, found


@pytest.mark.parametrize(
    ("language", "precision", "recall"),
    [("english", 0.88, 0.85), ("english_check", 0.85, 0.6), ("german", 0.85, 0.68), ("german_check", 0.45, 0.6)],
)
def test_signals_are_right_and_seldom_missed(language: str, precision: float, recall: float) -> None:
    texts = accuracy.labelled(accuracy.DATA, language)
    if not texts:
        pytest.skip(f"LEFT OUT: no labelled files in {accuracy.DATA}; set HEEDFUL_TEST_DATA to where they are")
    found = accuracy.signal_figures(texts)
    assert found["all_precision"] >= precision, found
    assert found["all_recall"] >= recall, found


def test_service_talk_of_many_industries_is_read() -> None:
    assert accuracy.service_talk() >= 0.7
