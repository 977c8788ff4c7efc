"""The figures that the product shows of its reading are of the reading that it does."""

from heedful.understand import light, quality


def test_the_figures_were_measured_with_the_model_that_reads() -> None:
    """After a change of the model, `python -m bench.reading --write` measures anew."""
    assert quality.figures()["model"] == light.MODEL


def test_each_language_that_is_read_has_a_figure() -> None:
    measured = quality.figures()
    assert {row["language"] for row in measured["feelings"] + measured["own_sentences"]} == light.read_languages()


def test_there_is_a_figure_for_each_language_length_signal_and_topic() -> None:
    measured = quality.figures()
    assert {(row["language"], row["length"]) for row in measured["feelings"]} >= {
        ("en", "short"),
        ("en", "long"),
        ("de", "short"),
        ("de", "long"),
    }
    assert {row["language"] for row in measured["signals"]} == {"en", "de"}
    assert {row["language"] for row in measured["signals_check"]} == {"en", "de"}
    assert len(measured["topics"]) == 2
    for name in ("feelings", "own_sentences", "signals", "signals_check", "topics", "languages"):
        for row in measured[name]:
            assert all(0 <= value <= 1 for value in row.values() if isinstance(value, float)), row
