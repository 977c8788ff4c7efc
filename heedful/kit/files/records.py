"""The rows of a CSV file: one whose quote is never closed costs itself alone, not the rows after it."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import IO

MOST_LINES = 2_000
"""A row of more lines than this is taken for a quote that nobody closed."""

type Fields = list[str]


class Unclosed(Exception):
    """A row opens a quote that is not closed before the next rows; `fields` is its first line as far as it goes."""

    def __init__(self, fields: Fields):
        super().__init__("A quote is opened in this row and not closed; the rows after it were read by themselves.")
        self.fields = fields


class _Lines:
    """The lines of a file, which remember those of the row that is being read and can take some of them back."""

    def __init__(self, file: IO[str]):
        self._file = file
        self._again: deque[str] = deque()
        self.row: list[str] = []
        self.is_over = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row) >= MOST_LINES:
            raise csv.Error("too many lines")
        line = self._again.popleft() if self._again else next(self._file, None)
        if line is None:
            self.is_over = True
            raise StopIteration
        self.row.append(line)
        return line

    def put_back(self) -> None:
        """Let every line but the first of this row be read again."""
        self._again.extendleft(reversed(self.row[1:]))
        self.is_over = False


def read(file: IO[str], separator: str) -> Iterator[Fields | Unclosed | csv.Error]:
    """Yield the fields of each row, or what is wrong with it; empty lines are none."""
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=separator)
    while True:
        lines.row = []
        wrong: csv.Error | None = None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wrong, fields = error, []
        if (wrong or lines.is_over or len(lines.row) > 1) and not _is_whole(lines.row, separator):
            yield wrong if wrong and len(lines.row) == 1 else Unclosed(_first(lines.row[0], separator))
            lines.put_back()
            reader = csv.reader(lines, delimiter=separator)
        elif fields:
            yield fields


def _is_whole(lines: list[str], separator: str) -> bool:
    """Whether lines are one row whose quotes are closed, each at the end of its field."""
    try:
        return len(list(csv.reader(lines, delimiter=separator, strict=True))) == 1
    except csv.Error:
        return False


def _first(line: str, separator: str) -> Fields:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return [line]
