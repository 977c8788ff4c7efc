"""Excel workbooks: the first sheet, row by row, its dates as ISO 8601 and its numbers as they were typed."""

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

from heedful.kit.errors import Refused

MOST_BYTES = 1 << 30
"""Of one part of a workbook when it is unpacked; a larger one is a trick, or belongs in another kind of file."""
DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers under which Excel itself knows formats of dates and times."""
CLOSED_BY = {'"': '"', "[": "]"}
"""What of a format is no format: texts, and colours or conditions."""


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook that can be read."""
    return zipfile.is_zipfile(path) and "xl/workbook.xml" in zipfile.ZipFile(path).namelist()


def rows(path: Path) -> Iterator[list[str]]:
    """Yield the cells of each row of the first sheet that hold anything, as texts."""
    try:
        with zipfile.ZipFile(path) as book:
            texts, days, epoch = _texts(book), _days(book), _epoch(book)
            with _part(book, _first_sheet(book)) as sheet:
                for row in _elements(sheet, "row"):
                    cells = _cells(row, texts, days, epoch)
                    if any(cells):
                        yield cells
    except (zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, OSError) as error:
        raise Refused(f"{path.name} cannot be read as an Excel workbook: {error}.") from None


def _part(book: zipfile.ZipFile, name: str) -> IO[bytes]:
    if book.getinfo(name).file_size > MOST_BYTES:
        raise ValueError("a part of it is too large; save the sheet as CSV")
    return book.open(name)


def _elements(part: IO[bytes], tag: str) -> Iterator[ET.Element]:
    """The elements of a kind, each forgotten after it was used, so that memory stays flat."""
    root = None
    for event, element in ET.iterparse(part, events=("start", "end")):  # noqa: S314 - expat limits what grows
        if root is None:
            root = element
        if event == "end" and element.tag.rpartition("}")[2] == tag:
            yield element
            if tag in ("row", "si"):
                element.clear()


def _first_sheet(book: zipfile.ZipFile) -> str:
    """The part that holds the sheet that stands first."""
    with _part(book, "xl/workbook.xml") as part:
        sheet = next(_elements(part, "sheet"))
        name = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
    with _part(book, "xl/_rels/workbook.xml.rels") as part:
        target = next(one.attrib["Target"] for one in _elements(part, "Relationship") if one.attrib["Id"] == name)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _texts(book: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in book.namelist():
        return []
    with _part(book, "xl/sharedStrings.xml") as part:
        return [_text(one) for one in _elements(part, "si")]


def _text(element: ET.Element) -> str:
    """What is written in an element, without the reading aids of some scripts."""
    out = []
    for one in element:
        tag = one.tag.rpartition("}")[2]
        if tag == "t":
            out.append(one.text or "")
        elif tag == "r":
            out.append(_text(one))
    return "".join(out)


def _days(book: zipfile.ZipFile) -> list[bool]:
    """Whether cells of each style hold a date or a time."""
    if "xl/styles.xml" not in book.namelist():
        return []
    own: dict[int, str] = {}
    styles: list[int] = []
    with _part(book, "xl/styles.xml") as part:
        for _, element in ET.iterparse(part):  # noqa: S314
            tag = element.tag.rpartition("}")[2]
            if tag == "numFmt":
                own[int(element.attrib["numFmtId"])] = element.attrib["formatCode"]
            elif tag == "cellXfs":
                styles = [int(one.attrib.get("numFmtId", 0)) for one in element]
    return [number in DAY_FORMATS or _is_day(own.get(number, "")) for number in styles]


def _is_day(code: str) -> bool:
    """Whether a format writes a date: it has a letter of one outside quotes and brackets."""
    until, skip = "", False
    for letter in code.lower():
        if skip or until:
            until, skip = ("" if letter == until else until), False
        elif letter in CLOSED_BY:
            until = CLOSED_BY[letter]
        elif letter == "\\":
            skip = True
        elif letter in "ymdhs":
            return True
    return False


def _epoch(book: zipfile.ZipFile) -> datetime:
    """The day from which this workbook counts."""
    with _part(book, "xl/workbook.xml") as part:
        for one in _elements(part, "workbookPr"):
            if one.attrib.get("date1904") in ("1", "true"):
                return datetime(1904, 1, 1)  # noqa: DTZ001 - a workbook knows no zone
    return datetime(1899, 12, 30)  # noqa: DTZ001


def _cells(row: ET.Element, texts: list[str], days: list[bool], epoch: datetime) -> list[str]:
    cells: list[str] = []
    for cell in row:
        place = _place(cell.attrib.get("r", "")) if cell.attrib.get("r") else len(cells)
        cells += [""] * (place - len(cells))
        cells.append(_value(cell, texts, days, epoch))
    return cells


def _place(name: str) -> int:
    """The place of a column, from 0, of a cell such as AB12."""
    place = 0
    for letter in name.rstrip("0123456789"):
        place = place * 26 + ord(letter) - 64
    if not 0 < place <= 16_384:
        raise ValueError(f"there is no cell {name}")
    return place - 1


def _value(cell: ET.Element, texts: list[str], days: list[bool], epoch: datetime) -> str:
    kind, style = cell.attrib.get("t", "n"), int(cell.attrib.get("s", 0))
    parts = {one.tag.rpartition("}")[2]: one for one in cell}
    if kind == "inlineStr":
        return _text(parts["is"]) if "is" in parts else ""
    text = (parts["v"].text or "") if "v" in parts else ""
    if kind == "s":
        return texts[int(text)] if text else ""
    if kind == "b":
        return "true" if text == "1" else "false"
    if kind == "n" and text and style < len(days) and days[style]:
        return _day(float(text), epoch)
    return _number(text) if kind == "n" else text


def _day(number: float, epoch: datetime) -> str:
    at = epoch + timedelta(seconds=round(number * 86_400))
    if number < 1:
        return at.time().isoformat()
    return at.date().isoformat() if at.time() == epoch.time() else at.isoformat(sep=" ")


def _number(text: str) -> str:
    """A number as it was typed: workbooks keep 0.1 as 0.10000000000000001."""
    if not re.fullmatch(r"-?\d+\.\d{12,}|-?[\d.]+E[+-]?\d+", text):
        return text
    return f"{float(text):.15g}"
