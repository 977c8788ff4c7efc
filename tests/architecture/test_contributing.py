"""The recipes for what is added most often: each is there, and so is each file that it names."""

import re
from collections.abc import Mapping

import pytest

from tests.architecture import reading

PAGE = reading.ROOT / "docs" / "CONTRIBUTING.md"
STEP = re.compile(r"^(\d+)\. `([^`]+)`: \S", re.MULTILINE)
EXPECTED = [
    "A channel", "A carrier", "A question kind", "A standard", "A score", "A trouble signal", "A role", "A setting",
    "An API noun", "A page",
]  # fmt: skip


def recipes() -> Mapping[str, list[tuple[str, str]]]:
    """The steps of each recipe: its number and its file."""
    parts = re.split(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {title: STEP.findall(text) for title, text in zip(parts[::2], parts[1::2], strict=True)}


def test_there_is_a_recipe_for_each_thing_that_is_added_often() -> None:
    assert list(recipes()) == EXPECTED


@pytest.mark.parametrize("title", EXPECTED)
def test_the_files_of_a_recipe_are_there(title: str) -> None:
    steps = recipes()[title]
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    assert [file for _, file in steps if not (reading.ROOT / file).exists()] == []
    assert steps[-1][1].startswith("tests/"), "a recipe ends with its test"


def test_each_step_is_a_file_and_a_reason() -> None:
    lines = re.findall(r"^\d+\. .*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [line for line in lines if not STEP.match(line)] == []
