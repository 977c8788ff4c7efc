"""Parquet files for tests, written by DuckDB from rows as Python has them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = ", ".join(f'? AS "{name}"' for name in rows[0])
    selects = " UNION ALL ".join([f"SELECT {columns}"] * len(rows))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE made AS {selects}", [value for row in rows for value in row.values()])
        connection.table("made").write_parquet(str(path))
