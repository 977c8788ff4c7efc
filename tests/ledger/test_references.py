"""References: what a row is about, written and read in one place."""

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, reverse
from hypothesis import given
from hypothesis import strategies as st

from heedful.ledger import references
from heedful.ledger.references import KINDS, Reference


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 2**59), st.text(max_size=20))
def test_what_is_written_is_read_again(kind: str, number: int, detail: str) -> None:
    one = Reference(kind, number, detail)
    assert Reference.read(str(one)) == one
    assert Reference.read(one.former) == one


@pytest.mark.parametrize(
    ("one", "written", "former"),
    [
        (Reference("feedback", 12), "feedback:12", "feedback:12"),
        (Reference("commitment", 7, "broken"), "commitment:7:broken", "instance:7:broken"),
        (Reference("invitation", 3, "open:2"), "invitation:3:open:2", "ask:3:open:2"),
    ],
)
def test_a_reference_is_a_kind_a_number_and_what_of_it(one: Reference, written: str, former: str) -> None:
    assert (str(one), one.former) == (written, former)


NOTHING = [
    "",
    "12",
    "feedback",
    "feedback:",
    "feedback:x",
    "feedback:²",
    "feedback:-1",
    "order:12",
    "feedback:1" + "0" * 18,
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_names_nothing_of_ours_is_no_reference(text: str) -> None:
    assert Reference.read(text) is None


def test_a_kind_that_nobody_knows_is_not_written() -> None:
    with pytest.raises(ValueError, match="no kind"):
        Reference("order", 12)


def test_numbers_are_of_one_kind_alone() -> None:
    texts = ["feedback:1", "ask:2", "invitation:3", "commitment:4", "order:5", "ask:x"]
    assert references.numbers("invitation", texts) == {"ask:2": 2, "invitation:3": 3}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_a_table_and_its_page_is_there(name: str) -> None:
    kind = KINDS[name]
    assert apps.get_model(kind.model)._meta.pk is not None
    try:
        assert not kind.page or reverse(kind.page, args=[1])
    except NoReverseMatch:  # pragma: no cover
        pytest.fail(f"{kind.page} is no page")


def test_no_two_kinds_are_called_the_same() -> None:
    assert len({kind.label for kind in KINDS.values()}) == len(KINDS)
    formers = [kind.former for kind in KINDS.values() if kind.former]
    assert len({*formers, *KINDS}) == len(formers) + len(KINDS)
