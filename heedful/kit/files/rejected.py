"""The file of bad rows: each as it was, with its number and the reason, to be mended and read again."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from heedful.kit.files.tables import FileTable, Row, RowError


class RejectedFile:
    """Made when the first bad row comes. `after` is the last row of a reading that goes on; what is there is kept."""

    def __init__(self, path: Path, table: FileTable, *, after: int = 0):
        self._path, self._table, self._after = path, table, after
        self._is_csv = table.format in ("csv", "xlsx")
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self._after and self._path.exists():
            self._keep()
            self._file = self._path.open("a", encoding="utf-8", newline="")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def write(self, number: int, row: Row | None, error: RowError) -> None:
        """Add a row; one that could not be taken apart is written as far as it could be read."""
        file = self._file or self._begin()
        if self._is_csv:
            values = [row[column] for column in self._table.columns] if row is not None else list(error.sent)
            csv.writer(file).writerow([number, str(error), *values])
        else:
            own = dict(row) if row is not None else {"sent": error.sent}
            file.write(json.dumps({**own, "row": number, "reason": str(error)}, default=str) + "\n")

    def flush(self) -> None:
        """Let what was written outlive this process."""
        if self._file:
            self._file.flush()

    def _begin(self) -> IO[str]:
        self._file = self._path.open("w", encoding="utf-8", newline="")
        if self._is_csv:
            csv.writer(self._file).writerow(["row", "reason", *self._table.columns])
        return self._file

    def _keep(self) -> None:
        """Take out what was written of rows that come again, because the reading was stopped before they were kept."""
        file = self._path.with_name(f"{self._path.name}.part")
        with self._path.open(encoding="utf-8", newline="") as old, file.open("w", encoding="utf-8", newline="") as new:
            if self._is_csv:
                csv.writer(new).writerows(self._earlier_rows(old))
            else:
                new.writelines(line for line in old if 0 < _number(line) <= self._after)
        file.replace(self._path)

    def _earlier_rows(self, old: IO[str]) -> Iterator[list[str]]:
        for place, row in enumerate(csv.reader(old)):
            if place == 0 or (row and row[0].isdigit() and int(row[0]) <= self._after):
                yield row


def _number(line: str) -> int:
    """The number of a row that was written as a line of JSON; 0 where the line was cut off."""
    try:
        return int(json.loads(line)["row"])
    except (ValueError, TypeError, KeyError):
        return 0
