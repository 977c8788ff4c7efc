"""How a file writes its numbers, decided for each column by all of its rows: `2.345,50` says what `1.234` means."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from heedful.customers import question_kinds
from heedful.imports.schema import ImportMap, Number
from heedful.kit.files.tables import FileTable, RowError
from heedful.kit.reading import amounts, numbers
from heedful.kit.reading.numbers import DecimalMark, number_of

MARKS: tuple[DecimalMark, ...] = (",", ".")


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """A column of numbers that may have thousands, and the mark before their decimals where the map says it."""

    name: str
    decimal: str
    number: Callable[[str], str]
    """How the number is found in a cell."""


@dataclass(frozen=True, slots=True)
class NumberFormats:
    """The mark before the decimals of each column, and the columns of which nothing says it."""

    marks: Mapping[str, str]
    undecided: list[NumberColumn]


def formats(table: FileTable, mapping: ImportMap) -> NumberFormats:
    """Find out how each column of numbers is written; the file is read for those that the map does not settle."""
    columns = {column.name: column for column in number_columns(mapping)}
    marks = {name: column.decimal for name, column in columns.items() if column.decimal}
    open_columns = [column for column in columns.values() if not column.decimal]
    seen: dict[str, set[DecimalMark]] = {column.name: set() for column in open_columns}
    either: set[str] = set()
    for text, column in _texts(table, open_columns):
        if mark := numbers.decimal_mark(text):
            seen[column.name].add(mark)
        elif numbers.is_either(text):
            either.add(column.name)
    marks |= {name: next(iter(own)) for name, own in seen.items() if len(own) == 1}
    return NumberFormats(marks, [one for one in open_columns if one.name in either - marks.keys()])


def number_columns(mapping: ImportMap) -> Iterator[NumberColumn]:
    """The columns in which a map expects a number that is on no scale."""
    if value := mapping.customer.value:
        yield NumberColumn(value.amount, value.decimal or mapping.decimal, _amount)
    for touchpoint in mapping.touchpoint:
        for question, setting in touchpoint.scores.items():
            score = setting if isinstance(setting, Number) else Number(setting)
            if question_kinds.kind_of(question).input == "number":
                yield NumberColumn(score.column, score.decimal or mapping.decimal, numbers.plain)


def doubts(table: FileTable, undecided: list[NumberColumn]) -> list[str]:
    """A sentence for each column that may be read in two ways, with what it adds up to in either."""
    sums = {column.name: dict.fromkeys(MARKS, Decimal(0)) for column in undecided}
    example: dict[str, str] = {}
    for text, column in _texts(table, undecided):
        if numbers.is_either(text):
            example.setdefault(column.name, text)
        for mark, total in sums[column.name].items():
            sums[column.name][mark] = total + (number_of(text, decimal=mark) or 0)
    return [_doubt(column.name, example[column.name], sums[column.name]) for column in undecided]


def _doubt(name: str, example: str, sums: Mapping[DecimalMark, Decimal]) -> str:
    comma, point = (f"{sums[mark]:,f}" for mark in MARKS)
    return (
        f"Column {name!r}: nothing says whether a number such as {example} has a decimal comma or a decimal point. "
        f"With a comma the column adds up to {comma}, with a point to {point}. "
        'Write decimal = "," or decimal = "." in the map.'
    )


def _texts(table: FileTable, columns: list[NumberColumn]) -> Iterator[tuple[str, NumberColumn]]:
    """The number in each cell of some columns that is a text; one that a file keeps as a number needs no reading."""
    if not columns:
        return
    for _, row in table.rows():
        if isinstance(row, RowError):
            continue
        for column in columns:
            if isinstance(cell := row.get(column.name), str) and (text := column.number(cell)):
                yield text, column


def _amount(cell: str) -> str:
    amount = amounts.taken_apart(cell)
    return amount.number if amount else ""
