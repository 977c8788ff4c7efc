"""Open a file of rows, whatever its separator, encoding or format."""

import codecs
import csv
import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from heedful.kit.errors import Refused

type Row = Mapping[str, Any]

SAMPLE = 1 << 18
LONGEST_FIELD = 16 << 20
SEPARATORS = ",;\t|"


class RowError(Exception):
    """What is wrong with one row, in a sentence; `sent` is the row as far as it could be read."""

    def __init__(self, sentence: str, sent: list[str] | str = ""):
        super().__init__(sentence)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Table:
    """A file as it was understood: how it is written, and a digest of its bytes."""

    path: Path
    format: str
    encoding: str
    separator: str
    columns: list[str]
    digest: str

    def rows(self) -> Iterator[tuple[int, Row | RowError]]:
        """Yield (row number from 1, row); a row that cannot be read is an error in its place."""
        return READERS[self.format](self)


def open_table(path: Path, *, form: str = "", encoding: str = "", separator: str = "") -> Table:
    """Find out how a file is written; what is given is believed."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        digest, is_utf8 = _digest(path)
        form = form or _format(path)
        if form == "parquet":
            return Table(path, form, "", "", _parquet_columns(path), digest)
        encoding = encoding or _encoding(path, is_utf8)
        codecs.lookup(encoding)
        if form == "jsonl":
            return Table(path, form, encoding, "", [], digest)
        separator = separator or _separator(path, encoding)
        with _text(path, encoding) as file:
            columns = [name.strip() for name in next(csv.reader(file, delimiter=separator), [])]
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from None
    except (EOFError, zlib.error):
        raise Refused(f"{path.name} is packed with gzip and damaged; a part of it may be missing.") from None
    except LookupError:
        raise Refused(f"There is no encoding called {encoding!r}.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path.name} cannot be read as {form} in {encoding}: {error}.") from None
    if not columns:
        raise Refused(f"{path.name} is empty.")
    if doubled := sorted({name for name in columns if columns.count(name) > 1}):
        raise Refused(f"{path.name} has two columns called {doubled[0]!r}; give each its own name.")
    return Table(path, "csv", encoding, separator, columns, digest)


def _digest(path: Path) -> tuple[str, bool]:
    """Read the file once: its digest, and whether it is UTF-8 to its end."""
    digest = hashlib.blake2b(digest_size=16)
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    with _plain(path) as file:
        while part := file.read(1 << 20):
            digest.update(part)
            if is_utf8:
                try:
                    decoder.decode(part)
                except UnicodeDecodeError:
                    is_utf8 = False
    return digest.hexdigest(), is_utf8


def _format(path: Path) -> str:
    with _plain(path) as file:
        start = file.read(SAMPLE).lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:4] == b"PAR1":
        return "parquet"
    return "jsonl" if start[:1] == b"{" else "csv"


def _encoding(path: Path, is_utf8: bool) -> str:
    with _plain(path) as file:
        start = file.read(4)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    return "utf-8-sig" if is_utf8 else "cp1252"


def _separator(path: Path, encoding: str) -> str:
    """The separator that cuts the first lines into the same number of pieces, the most pieces winning."""
    with _text(path, encoding) as file:
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


def _csv_rows(table: Table) -> Iterator[tuple[int, Row | RowError]]:
    columns, width = table.columns, len(table.columns)
    with _text(table.path, table.encoding) as file:
        reader = csv.reader(file, delimiter=table.separator)
        next(reader)
        number = 0
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                number += 1
                yield number, RowError(f"The row cannot be read: {error}.")
                continue
            if not fields:
                continue
            number += 1
            if len(fields) == width:
                yield number, dict(zip(columns, fields, strict=True))
            else:
                yield number, RowError(f"The row has {len(fields)} fields, the head has {width}.", fields)


def _json_rows(table: Table) -> Iterator[tuple[int, Row | RowError]]:
    with _text(table.path, table.encoding) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    yield number, RowError("The line is not JSON.", line.rstrip())
                    continue
                wrong = RowError("The line is not a JSON object.", line.rstrip())
                yield number, _flat(row) if isinstance(row, dict) else wrong


def _flat(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Name what is inside objects by its path: {"user": {"id": 1}} has the column `user.id`."""
    out: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            out |= _flat(value, f"{prefix}{key}.")
        else:
            out[prefix + key] = value
    return out


def _parquet_columns(path: Path) -> list[str]:
    from pyarrow import ArrowException, parquet

    try:
        return list(parquet.ParquetFile(path).schema_arrow.names)
    except ArrowException as error:
        raise Refused(f"{path.name} is not a Parquet file that can be read: {error}.") from None


def _parquet_rows(table: Table) -> Iterator[tuple[int, Row | RowError]]:
    from pyarrow import parquet

    number = 0
    for batch in parquet.ParquetFile(table.path).iter_batches(batch_size=2_000):
        for row in batch.to_pylist():
            number += 1
            yield number, row


READERS = {"csv": _csv_rows, "jsonl": _json_rows, "parquet": _parquet_rows}
