"""What `heedful import` says at the end."""

import argparse
from pathlib import Path

import pytest

from heedful.cli import import_

pytestmark = pytest.mark.django_db
MAP = """
source = "test"
[customer]
external = "id"
name = "name"
[[touchpoint]]
kind = "answered"
at = "at"
verbatim = "text"
"""
ROWS = "id;name;at;text\n1;Ada;2025-01-01;good\n2;Bo;1970-01-01;\n;Eve;2025-01-01;x\n"


def say(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    parser = argparse.ArgumentParser()
    import_.arguments(parser)
    import_.run(parser.parse_args(words))
    return capsys.readouterr().out


def test_an_import_is_counted_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, found = tmp_path / "file.csv", tmp_path / "map.toml"
    file.write_text(ROWS)
    found.write_text(MAP)
    dry = say(capsys, str(file), "--map", str(found), "--dry-run")
    assert "Customers: 2 would be new, 0 known already." in dry
    assert "For example external 1 (name Ada):" in dry
    told = say(capsys, str(file), "--map", str(found))
    for line in (
        "file.csv: CSV in UTF-8, separated by semicolons, 4 columns.",
        "3 rows read.",
        "Customers: 2 new, 0 known already.",
        "Touchpoints: 2 new, 0 were there already.",
        "Feedback: 1 touchpoints of the file carry a score or a comment.",
        "Times: 1 cannot be true, before 1990 or in the future (row 2: 1970-01-01); these touchpoints were kept",
        "Bad rows: 1, left out.",
        "row 3: The row names no customer",
        "The bad rows are in",
    ):
        assert line in told
    again = say(capsys, str(file), "--map", str(found))
    assert "Customers: 0 new, 2 known already." in again
    assert "Touchpoints: 0 new, 2 were there already." in again
    assert "This file came in by this map before; nothing has changed." in again
