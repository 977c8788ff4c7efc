"""Parquet files as other programs write them, and what may not be one."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from heedful import imports
from heedful.kit.errors import Refused
from heedful.kit.files import parquet
from tests.imports import parquet_files

ARROW = Path(__file__).parent / "arrow.parquet"
"""Written by Apache Arrow, with a column of each kind."""


def test_columns_keep_their_names_and_those_of_the_fields_in_them() -> None:
    assert parquet.columns(ARROW) == [
        "Id", "id", "made", "at", "who.mail", "who.Home.town", "state", "scores", "raw", "worth", "day", "big",
        "nothing",
    ]  # fmt: skip


def test_what_arrow_wrote_is_read_as_it_was() -> None:
    first, second = parquet.rows(ARROW)
    assert first == {
        "Id": 1, "id": "a", "made": datetime(2025, 3, 1, 10, 1, 2, 123456),  # noqa: DTZ001 - the column has no zone
        "at": datetime(2025, 3, 1, 10, 1, 2, 123456, tzinfo=UTC), "who": {"mail": "a@x.org", "Home": {"town": "Leeds"}},
        "state": "up", "scores": [1, 2], "raw": b"ab", "worth": Decimal("12.50"), "day": date(2025, 3, 2),
        "big": 2**64 - 1, "nothing": None,
    }  # fmt: skip
    assert {name for name, value in second.items() if value is not None} == {"Id", "id", "state", "scores"}


def test_a_folder_that_looks_like_a_column_or_a_pattern_is_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "year=2025" / "it's [1]*"
    folder.mkdir(parents=True)
    parquet_files.write(tmp_path / "made.parquet", [{"id": 1}])
    (tmp_path / "made.parquet").rename(folder / "a?.parquet")
    assert imports.open_table(folder / "a?.parquet").columns == ["id"]
    assert list(parquet.rows(folder / "a?.parquet")) == [{"id": 1}]


def test_rows_keep_their_order_over_many_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_SIZE", 7)
    parquet_files.write(tmp_path / "made.parquet", [{"id": number} for number in range(100)])
    parquet_rows = parquet.rows(tmp_path / "made.parquet")
    assert [row["id"] for row in parquet_rows] == list(range(100))


def test_a_damaged_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cut.parquet").write_bytes(ARROW.read_bytes()[:-40])
    with pytest.raises(Refused, match=r"cut\.parquet is damaged, or not a Parquet file"):
        imports.open_table(tmp_path / "cut.parquet")


def test_a_file_that_is_damaged_within_is_refused_too(tmp_path: Path) -> None:
    whole = bytearray(ARROW.read_bytes())
    whole[4:200] = bytes(196)
    (tmp_path / "worn.parquet").write_bytes(whole)
    with pytest.raises(Refused, match=r"worn\.parquet is damaged"):
        list(imports.open_table(tmp_path / "worn.parquet").rows())


def test_the_reader_opens_no_other_file(tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    parquet_files.write(other, [{"id": 1}])
    with pytest.raises(Refused), parquet._open(ARROW) as file:
        file.execute("SELECT * FROM read_parquet(?)", [str(other)])
    with pytest.raises(Refused), parquet._open(ARROW) as file:
        file.execute("SET enable_external_access = true")


def test_without_a_package_for_the_machine_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(Refused, match="Save the file as CSV or JSON lines"):
        imports.open_table(ARROW)
