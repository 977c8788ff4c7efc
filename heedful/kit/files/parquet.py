"""Parquet files, read by DuckDB a few rows at a time; it may open this one file and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from heedful.kit.errors import Refused

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH_SIZE = 2_000
SELECT = "SELECT * FROM read_parquet(?, hive_partitioning = false)"
ALONE: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def columns(path: Path) -> list[str]:
    """The columns of a file; of one that holds fields, those of each."""
    with _open(path) as file:
        return [
            name for top, kind in zip(_names(file, path), _types(file, path), strict=True) for name in _parts(top, kind)
        ]


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file, each by the names of its columns."""
    with _open(path) as file:
        names = _names(file, path)
        file.execute(SELECT, [str(path)])
        while batch := file.fetchmany(BATCH_SIZE):
            yield from (dict(zip(names, row, strict=True)) for row in batch)


@contextmanager
def _open(path: Path) -> Iterator[DuckDBPyConnection]:
    try:
        import duckdb
    except ImportError:
        raise Refused(
            f"{path.name} is a Parquet file, which DuckDB reads, and it has no package for this machine. "
            "Save the file as CSV or JSON lines and import that."
        ) from None
    try:
        with duckdb.connect(config=ALONE) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("SET allowed_paths = [$path]", {"path": str(path)})
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
    except duckdb.Error:
        raise Refused(f"{path.name} is damaged, or not a Parquet file that can be read.") from None


def _names(file: DuckDBPyConnection, path: Path) -> list[str]:
    """The columns as the file writes them: DuckDB itself takes `Id` and `id` for one, and calls the second `id_1`."""
    schema = file.execute("SELECT name, num_children FROM parquet_schema(?)", [str(path)]).fetchall()
    names, inner = [], 0
    for name, children in schema[1:]:
        if not inner:
            names.append(name)
        inner += (children or 0) - (1 if inner else 0)
    return names


def _types(file: DuckDBPyConnection, path: Path) -> list[Any]:
    return [kind for _, kind, *_ in file.execute(SELECT + " LIMIT 0", [str(path)]).description or []]


def _parts(name: str, kind: Any) -> list[str]:
    if kind.id != "struct":
        return [name]
    return [part for field, inner in kind.children for part in _parts(f"{name}.{field}", inner)]
