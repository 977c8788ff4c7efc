"""Text of any language, in one form of writing."""

import time
import unicodedata

import pytest

from heedful.customers import identities, slugs
from heedful.kit import characters

MARKS = "\u0315\u0300\u0316\u0334"
OUT_OF_ORDER = 4_000


@pytest.mark.parametrize("form", ["NFC", "NFKC", "NFD"])
@pytest.mark.parametrize(
    "text", ["", "plain " * 200, "Größe", "Gro\u0308ße " * 100, "\u1100\u1161\u11a8" * 400, "ﬁ" * 600, "a" + MARKS * 7]
)
def test_text_is_brought_to_its_normal_form(form: str, text: str) -> None:
    assert characters.normalised(form, text) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


def test_more_accents_than_anybody_writes_are_left_out() -> None:
    made = characters.normalised("NFC", "a" + MARKS * 1_000 + "b")
    assert made == unicodedata.normalize("NFC", "a" + (MARKS * 8)[: characters.MOST_MARKS] + "b")


@pytest.mark.parametrize(
    "use",
    [
        lambda text: characters.normalised("NFC", text),
        slugs.slug.__wrapped__,
        lambda text: identities.normal.__wrapped__("user_id", text),
    ],
)
def test_accents_out_of_order_cost_no_more_than_their_number(use: object) -> None:
    def took_s(count: int) -> float:
        began = time.thread_time()
        use("a" + MARKS * count)  # type: ignore[operator]
        return time.thread_time() - began

    took_s(OUT_OF_ORDER)
    once, four = (min(took_s(OUT_OF_ORDER * times) for _ in range(2)) for times in (1, 4))
    assert four < 8 * once + 0.01
