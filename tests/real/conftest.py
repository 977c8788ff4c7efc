"""Real files, which are not part of the repository; without them these tests are left out, and say so."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("HEEDFUL_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def data() -> Path:
    """The folder of real files."""
    if not DATA.is_dir():
        pytest.skip(f"LEFT OUT: no real files in {DATA}; set HEEDFUL_TEST_DATA to where they are")
    return DATA
