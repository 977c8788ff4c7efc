"""Labelled texts, which are not part of the repository; without them the tests of accuracy are left out, and say so."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest

DATA = Path(os.environ.get("HEEDFUL_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))

type Rows = list[dict[str, str]]


@pytest.fixture
def rows() -> Callable[[str], Rows]:
    """The rows of a labelled file by its path in the data folder."""

    def read(name: str) -> Rows:
        if not (DATA / name).is_file():
            pytest.skip(f"LEFT OUT: no {name} in {DATA}; set HEEDFUL_TEST_DATA to where the labelled files are")
        with (DATA / name).open(encoding="utf-8", errors="replace", newline="") as lines:
            return list(csv.DictReader(lines))

    return read
