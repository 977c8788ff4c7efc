"""Open a file of rows, whatever its separator, encoding or format."""

import codecs
import csv
import gzip
import hashlib
import io
import itertools
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from heedful.kit.errors import Refused
from heedful.kit.files import parquet, records, workbook

type Row = Mapping[str, Any]

SAMPLE = 1 << 18
LONGEST_FIELD = 16 << 20
SEPARATORS = ",;\t|"
FORMATS = ("csv", "jsonl", "parquet", "xlsx")
DEEPEST = 64
"""So many objects and lists may stand inside each other in a JSON line."""
MOST_PLACES = 100
"""Of a list inside a JSON line so many values get a name of their own; the whole list has one anyway."""


class RowError(Exception):
    """What is wrong with one row, in a sentence; `sent` is the row as far as it could be read."""

    def __init__(self, sentence: str, sent: list[str] | str = ""):
        super().__init__(sentence)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file as it was understood: how it is written, and a digest of its bytes."""

    path: Path
    format: str
    encoding: str
    separator: str
    columns: list[str]
    digest: str
    skip: int = 0
    """Lines before the head of a CSV file."""
    damaged: int = 0
    """Bytes of a UTF-8 file that are none; they are read as a replacement character."""

    def rows(self) -> Iterator[tuple[int, Row | RowError]]:
        """Yield (row number from 1, row); a row that cannot be read is an error in its place."""
        return READERS[self.format](self)


def open_table(path: Path, *, form: str = "", encoding: str = "", separator: str = "", skip: int = 0) -> FileTable:
    """Find out how a file is written; what is given is believed."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        digest, is_utf8, damaged = _digest(path)
        form = form or _format(path)
        if form == "parquet":
            return FileTable(path, form, "", "", parquet.columns(path), digest)
        if form == "xlsx":
            return FileTable(path, form, "", "", _named(_head(path, skip)), digest, skip)
        encoding = encoding or _encoding(path, is_utf8)
        codecs.lookup(encoding)
        damaged = damaged if encoding == "utf-8-sig" else 0
        if form == "jsonl":
            return FileTable(path, form, encoding, "", [], digest, damaged=damaged)
        return _open_csv(path, encoding, separator, skip, digest, damaged)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None
    except (EOFError, zlib.error):
        raise Refused(f"{path.name} is packed with gzip and damaged; a part of it may be missing.") from None
    except LookupError:
        raise Refused(f"There is no encoding called {encoding!r}.") from None
    except (UnicodeError, csv.Error):
        raise Refused(f"{path.name} cannot be read as {form} in {encoding}.") from None


def _head(path: Path, skip: int) -> list[str]:
    head = next(itertools.islice(workbook.rows(path), skip, None), None)
    if not head:
        raise Refused(f"{path.name} is empty.")
    return head


def _open_csv(path: Path, encoding: str, separator: str, skip: int, digest: str, damaged: int) -> FileTable:
    with _text(path, encoding) as file:
        first = file.readline(1000)
    if match := re.fullmatch(r'"?sep=(.)"?', first.strip("\r\n"), re.IGNORECASE):
        skip, separator = max(skip, 1), separator or match[1]
    separator = separator or _separator(path, encoding, skip)
    with _rows_of(path, encoding, skip) as file:
        head = next(records.read(file, separator), None)
    if isinstance(head, Exception):
        raise Refused(f"The head of {path.name} cannot be read: a quote in it is not closed.")
    if not head:
        raise Refused(f"{path.name} is empty.")
    return FileTable(path, "csv", encoding, separator, _named(head), digest, skip, damaged)


def _named(head: list[str]) -> list[str]:
    """A name for each column: an empty one is `column 3`, the second `name` is `name (2)`."""
    names: list[str] = []
    for place, title in enumerate(head, 1):
        name = title.strip() or f"column {place}"
        again = next(count for count in itertools.count(1) if _times(name, count) not in names)
        names.append(_times(name, again))
    return names


def _times(name: str, count: int) -> str:
    return name if count == 1 else f"{name} ({count})"


def _digest(path: Path) -> tuple[str, bool, int]:
    """Read the file once: its digest, whether it is UTF-8 but for a few bytes, and how many these are."""
    digest = hashlib.blake2b(digest_size=16)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = damaged = 0
    with _plain(path) as file:
        while part := file.read(1 << 20):
            digest.update(part)
            text = decoder.decode(part)
            if not text.isascii():
                bad = max(0, text.count("\ufffd") - part.count(b"\xef\xbf\xbd"))
                damaged += bad
                good += len(text) - len(text.encode("ascii", "ignore")) - bad
    damaged += decoder.decode(b"", final=True).count("\ufffd")
    return digest.hexdigest(), good > 3 * damaged or not damaged, damaged


def _format(path: Path) -> str:
    with _plain(path) as file:
        start = file.read(SAMPLE).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:4] == b"PAR1":
        return "parquet"
    if start[:4] == b"PK\x03\x04" and workbook.is_workbook(path):
        return "xlsx"
    if start[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Refused(
            f"{path.name} is an old workbook or a zip file. Save the sheet as CSV, or unpack it, and import that."
        )
    if start[:1] == b"[" and re.match(rb"\[\s*[{\[\]]", start):
        raise Refused(f"{path.name} is one JSON list. Write one object a line (jq -c '.[]') and import that.")
    return "jsonl" if start[:1] == b"{" else "csv"


def _encoding(path: Path, is_utf8: bool) -> str:
    with _plain(path) as file:
        start = file.read(2_000)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if start[1::2].count(0) > len(start) / 3:
        return "utf-16-le"
    if start[::2].count(0) > len(start) / 3:
        return "utf-16-be"
    return "utf-8-sig" if is_utf8 else "cp1252"


def _separator(path: Path, encoding: str, skip: int) -> str:
    """The separator that cuts the first lines into the same number of pieces, the most pieces winning."""
    with _rows_of(path, encoding, skip) as file:
        lines = (
            io.StringIO(file.read(SAMPLE).rpartition("\n")[0] or path.name).getvalue().splitlines(keepends=True)[:200]
        )
    best, best_rank = ",", (0.0, 0)
    for separator in SEPARATORS:
        widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        if widths and widths[0] > 1:
            rank = (sum(width == widths[0] for width in widths) / len(widths), widths[0])
            best, best_rank = max((best, best_rank), (separator, rank), key=lambda found: found[1])
    return best


def _plain(path: Path) -> IO[bytes]:
    """The file's bytes; a gzip file's contents."""
    with path.open("rb") as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if is_gzip else path.open("rb")  # type: ignore[return-value]


def _text(path: Path, encoding: str) -> IO[str]:
    return io.TextIOWrapper(_plain(path), encoding=encoding, errors="replace", newline="")


def _rows_of(path: Path, encoding: str, skip: int) -> IO[str]:
    """The file as text, at its head."""
    file = _text(path, encoding)
    for _ in range(skip):
        file.readline()
    return file


def _csv_rows(table: FileTable) -> Iterator[tuple[int, Row | RowError]]:
    columns, width = table.columns, len(table.columns)
    with _rows_of(table.path, table.encoding, table.skip) as file:
        rows = records.read(file, table.separator)
        head = next(rows)
        for number, fields in enumerate(rows, 1):
            if isinstance(fields, records.Unclosed):
                yield number, RowError(str(fields), fields.fields)
            elif isinstance(fields, csv.Error):
                yield number, RowError("The row cannot be read: a field of it is endless.")
            elif len(fields) != width:
                yield number, RowError(f"The row has {len(fields)} fields, the head has {width}.", fields)
            elif fields == head:
                yield number, RowError("The row repeats the head.", fields)
            else:
                yield number, dict(zip(columns, fields, strict=True))


def _json_rows(table: FileTable) -> Iterator[tuple[int, Row | RowError]]:
    with _text(table.path, table.encoding) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, _json_row(line)


def _json_row(line: str) -> Row | RowError:
    try:
        row = json.loads(line)
        return _flat(row) if isinstance(row, dict) else RowError("The line is not a JSON object.", line.rstrip())
    except json.JSONDecodeError as error:
        return RowError(f"The line is not JSON: {error.msg} at character {error.pos + 1}.", line.rstrip())
    except ValueError:
        return RowError("The line holds a number that is endless.", line.rstrip())
    except RecursionError:
        return RowError("The line is nested too deeply.", line.rstrip())


def _flat(row: Mapping[str, Any], prefix: str = "", level: int = 0) -> dict[str, Any]:
    """Name what is inside objects and lists by its path: {"who": {"id": 1}} has `who.id`, {"tags": ["a"]} `tags.0`."""
    if level > DEEPEST:
        raise RecursionError
    out: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            out |= _flat(value, f"{prefix}{key}.", level + 1)
            continue
        out[prefix + key] = value
        if isinstance(value, list):
            places = {str(place): one for place, one in enumerate(value[:MOST_PLACES])}
            out |= _flat(places, f"{prefix}{key}.", level + 1)
    return out


def _parquet_rows(table: FileTable) -> Iterator[tuple[int, Row | RowError]]:
    for number, row in enumerate(parquet.rows(table.path), 1):
        yield number, _flat(row)


def _xlsx_rows(table: FileTable) -> Iterator[tuple[int, Row | RowError]]:
    columns, width = table.columns, len(table.columns)
    for number, cells in enumerate(itertools.islice(workbook.rows(table.path), table.skip + 1, None), 1):
        if any(cells[width:]):
            yield number, RowError(f"The row has {len(cells)} fields, the head has {width}.", cells)
        else:
            yield number, dict(zip(columns, [*cells, *[""] * (width - len(cells))][:width], strict=True))


READERS = {"csv": _csv_rows, "jsonl": _json_rows, "parquet": _parquet_rows, "xlsx": _xlsx_rows}
