"""Times as people say them."""

from datetime import timedelta

import pytest

from heedful.web import wording

H = timedelta(hours=1)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        (timedelta(seconds=44), "now"),
        (timedelta(minutes=59), "59 min ago"),
        (-1 * H, "in 1 h"),
        (-1.5 * H, "in 1 h 30 min"),
        (23 * H + timedelta(minutes=59, seconds=59), "23 h 59 min ago"),
        (-24 * H, "in 1 d"),
        (-27 * H, "in 1 d 3 h"),
        (71.9 * H, "2 d 23 h ago"),
        (-72 * H, "in 3 d"),
        (-400 * H, "in 16 d"),
    ],
)
def test_what_somebody_waits_for_is_said_closely_enough_to_plan_by(gone: timedelta, said: str) -> None:
    assert wording.due(gone) == said


@pytest.mark.parametrize(
    ("sent", "said"),
    [("2026-11-08", "8 Nov 2026"), ("2026-13-40", "2026-13-40"), (["a", True], "a, yes"), ({"a_b": 1}, "a b 1")],
)
def test_a_value_is_said_as_one_line(sent: object, said: str) -> None:
    assert wording.value(sent) == said


@pytest.mark.parametrize(
    ("sentiment", "language", "said"),
    [
        ("negative", "en", "Unhappy"),
        ("", "en", "No clear feeling"),
        ("", "sv", "Not read"),
        ("positive", "de", "Happy"),
    ],
)
def test_where_there_is_no_feeling_it_is_said_why(sentiment: str, language: str, said: str) -> None:
    assert wording.feeling(sentiment, language=language) == said


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox on Android"),
        ("curl/8.14", "curl/8.14"),
        ("", "A browser without a name"),
    ],
)
def test_a_browser_is_called_as_people_call_it(agent: str, said: str) -> None:
    assert wording.browser(agent) == said


@pytest.mark.parametrize(("code", "said"), [("2026-08", "Aug\N{NO-BREAK SPACE}2026"), ("2026-13", "2026-13"), ("", "")])
def test_a_month_is_called_as_people_call_it(code: str, said: str) -> None:
    assert wording.month(code) == said
