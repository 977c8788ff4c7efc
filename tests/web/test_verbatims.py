"""Words of customers are shown in one way, with the words in which trouble was heard marked."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext

from heedful.associates.models import Associate
from heedful.customers.models import Customer, Feedback
from heedful.understand.models import Reading
from heedful.web.components.verbatims import pieces
from tests.architecture import reading

WORDS = "Too LATE, and late again. (late?)"


def read_as(*words: str) -> Reading:
    return Reading(signals=[{"signal": "no_show", "words": list(words)}])


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ((), []),
        (("",), []),
        (("late",), ["LATE", "late", "late"]),
        (("late", "too late"), ["Too LATE", "late", "late"]),
        (("(late?)",), ["(late?)"]),
        (("early",), []),
    ],
)
def test_every_word_that_fired_stands_alone_and_nothing_is_lost(words: tuple[str, ...], marked: list[str]) -> None:
    cut = pieces(WORDS, read_as(*words))
    assert [piece for piece, is_trigger in cut if is_trigger] == marked
    assert "".join(piece for piece, _ in cut) == WORDS


def test_words_that_nobody_read_are_shown_as_they_are() -> None:
    assert pieces(WORDS) == [(WORDS, False)]


def drawn(text: str, reading: Reading | None = None, style: str = "") -> str:
    ui: Any = engines["jinja2"].env.globals["ui"]  # type: ignore[attr-defined]
    return str(ui.verbatim(text, reading, style)).strip()


def test_the_component_says_words_as_they_were_written() -> None:
    assert drawn("") == ""
    assert drawn("Nice.", style="sub") == '<blockquote class="verbatim sub" dir="auto">Nice.</blockquote>'
    hostile = drawn("<b>late</b>\nagain", read_as("late"))
    assert hostile == (
        '<blockquote class="verbatim" dir="auto">&lt;b&gt;<mark>late</mark>&lt;/b&gt;\nagain</blockquote>'
    )


def test_no_page_draws_the_words_of_a_customer_by_itself() -> None:
    folder = reading.PACKAGE / "web" / "jinja2"
    by_hand: list[Path] = [
        file.relative_to(folder)
        for file in folder.rglob("*.html")
        if re.search(r"<blockquote|<mark|class=\"verbatim", file.read_text(encoding="utf-8"))
    ]
    assert by_hand == [Path("components/verbatim.html")]


@pytest.mark.django_db
def test_words_are_marked_wherever_they_are_shown(
    as_: Callable[[Associate], Client], mira: Associate, alice: Customer
) -> None:
    row = Feedback.objects.exclude(verbatim="").get(customer=alice)
    word = row.verbatim.split()[0]
    Reading.objects.filter(feedback=row).delete()
    Reading.objects.create(
        feedback=row, customer=alice, happened_at=row.happened_at, language="en", language_confidence=1,
        sentiment="negative", sentiment_confidence=1, signals=[{"signal": "no_show", "words": [word]}],
        read_at=row.happened_at,
    )  # fmt: skip
    client = as_(mira)
    for address, times in ((f"/customers/{alice.pk}", 2), (f"/customers/{alice.pk}/feedback", 2), ("/feedback", 1)):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        assert page.count(f"<mark>{word}</mark>") == times, address
        assert len([one for one in captured if "understand_reading" in one["sql"]]) <= 2
