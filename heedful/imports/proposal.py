"""Propose a map for a file by its columns and first rows, and say what of it is a guess."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import NamedTuple

from heedful.customers.slugs import slug
from heedful.imports.cells import text_of
from heedful.kit.files.tables import Row
from heedful.kit.reading import times
from heedful.kit.reading.nothing import is_nothing
from heedful.kit.reading.numbers import number_of


class ColumnWords(NamedTuple):
    """By what a column is recognised: its whole name without strokes, or a part of it."""

    whole: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()


def _whole(text: str) -> ColumnWords:
    return ColumnWords(frozenset(text.split()))


def _parts(text: str) -> ColumnWords:
    return ColumnWords(parts=tuple(text.split()))


NAMES = {
    "email": _whole("email mail emailaddress mailaddress customeremail"),
    "phone": _whole("phone telephone tel mobile telefon handy customerphone"),
    "first_name": _whole("firstname givenname vorname"),
    "last_name": _whole("lastname surname familyname nachname"),
    "name": _whole("name fullname customername kunde"),
    "external": _whole(
        "customer account customerid clientid accountid memberid userid customerno customernumber accountnumber"
        " kundennummer kundennr client passengerid guestid patientid"
    ),
    "segment": _whole("segment tier plan tariff tarif customersegment"),
    "language": _whole("language lang locale sprache"),
}
"""By what a column is called that describes a customer."""
ID = ColumnWords(
    frozenset(["id", "nr", "number", "row", "rowid", "uniqueid"]),
    ("order", "ticket", "complaint", "response_id", "answer_id", "survey_id", "invoice", "case_id", "booking", "_id"),
)
TIME = _parts("date time created submitted _at datum zeit day")
WORDS = _parts("comment text review verbatim feedback message note remark kommentar reason")
CONSENT = _parts("consent opt_in optin opt_out newsletter may_mail may_contact gdpr")
RATED = _parts("score rating stars satisf csat grade")
RATED_OR_NAMED = _parts("score rating stars satisf csat grade quality service")
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{2}|\d{4})(?:[ T](\d{1,2}:\d{2})(:\d{2})?)?")


@dataclass(slots=True)
class Proposal:
    """A map as it may be, and the sentences in which it is doubted."""

    text: str
    doubts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Column:
    name: str
    values: list[str]

    @property
    def key(self) -> str:
        return slug(self.name)

    def is_named(self, words: ColumnWords) -> bool:
        """Whether it is called one of these, or has one of those that may stand anywhere in it."""
        return self.key.replace("_", "") in words.whole or any(part in self.key for part in words.parts)

    @property
    def is_unique(self) -> bool:
        return bool(self.values) and len(set(self.values)) == len(self.values)

    @property
    def is_wordy(self) -> bool:
        return bool(self.values) and sum(value.count(" ") >= 3 for value in self.values) * 3 > len(self.values)

    def numbers(self) -> list[float]:
        """Its values, where all of them are numbers."""
        numbers = [number_of(value) for value in self.values]
        return [float(one) for one in numbers if one is not None] if None not in numbers else []


class _Draft:
    """The parts of a map while columns are given out, each once."""

    def __init__(self, columns: Sequence[_Column]):
        self.left = {column.name: column for column in columns}
        self.doubts: list[str] = []

    def take(self, words: ColumnWords, *, fits: Callable[[_Column], bool] = lambda _: True) -> _Column | None:
        """Give out the first column that is called so."""
        for column in self.left.values():
            if column.is_named(words) and fits(column):
                return self.left.pop(column.name)
        return None


def propose(name: str, columns: Sequence[str], rows: Iterable[Row]) -> Proposal:
    """Propose a map for the file of this name."""
    sample = list(rows)
    names = list(columns) or list(dict.fromkeys(key for row in sample for key in row))
    draft = _Draft([_Column(column, _values(sample, column)) for column in names])
    source = slug(PurePath(name).name.partition(".")[0]) or "file"
    at, how = _time(draft)
    customer = _customer(draft)
    row_id = draft.take(ID, fits=lambda column: column.is_unique)
    customer = customer or _anonymous(draft, row_id)
    words = draft.take(WORDS, fits=lambda column: column.is_wordy) or _wordy(draft)
    scores = _scores(draft)
    _consents(draft)
    kind = "survey_answered" if scores else source
    lines = [f"source = {_quoted(source)}"]
    if row_id:
        lines.append(f"id = {_quoted(row_id.name)}")
    else:
        draft.doubts.append("No column names a row, so a row is known by its number and content; name one as `id`.")
    lines += ["", "[customer]", *(f"{key} = {_quoted(value)}" for key, value in customer.items())]
    if at:
        lines += ["", "[[touchpoint]]", f"kind = {_quoted(kind)}", f"at = {how}"]
        lines += [f"verbatim = {_quoted(words.name)}"] if words else []
        lines += _properties(draft)
        lines += ["", "[touchpoint.scores]", *scores] if scores else []
        draft.doubts.append(f"Each row becomes a touchpoint of the kind {kind!r}; call it what happened.")
    else:
        draft.doubts.append("No column says when something happened, so rows describe customers alone.")
    return Proposal("\n".join(lines) + "\n", draft.doubts)


def _values(rows: Sequence[Row], column: str) -> list[str]:
    texts = (text_of(row.get(column)) for row in rows)
    return [text for text in texts if not is_nothing(text)]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _customer(draft: _Draft) -> dict[str, str]:
    columns: dict[str, str] = {}
    for key, words in NAMES.items():
        if column := draft.take(words):
            columns[key] = column.name
    if "email" not in columns and (column := next((one for one in draft.left.values() if _is_mail(one)), None)):
        columns["email"] = draft.left.pop(column.name).name
    return columns if columns.keys() & {"email", "phone", "external"} else {}


def _is_mail(column: _Column) -> bool:
    return bool(column.values) and sum("@" in value for value in column.values) * 2 > len(column.values)


def _anonymous(draft: _Draft, row_id: _Column | None) -> dict[str, str]:
    """Where no column names a customer, each row stands for one."""
    if row_id:
        draft.doubts.append(f"No column names a customer, so each {row_id.name!r} stands for one.")
        return {"external": row_id.name}
    draft.doubts.append("No column names a customer: say which does, or nothing can be read in.")
    return {"external": next(iter(draft.left), "")}


def _time(draft: _Draft) -> tuple[str, str]:
    named = [column for column in draft.left.values() if column.is_named(TIME)]
    for column in [*named, *draft.left.values()]:
        if how := _how(column, draft):
            others = [one.name for one in named if one is not column and _how(one, _Draft([]))]
            if others:
                draft.doubts.append(f"The time is {column.name!r}; {', '.join(map(repr, others))} might be it too.")
            draft.left.pop(column.name)
            return column.name, how
    return "", ""


def _how(column: _Column, draft: _Draft) -> str:
    """How the times of a column are read, or nothing where it holds none."""
    if not column.values or column.numbers():
        return ""
    if all(_is_plain(value) for value in column.values[:50]):
        return _quoted(column.name)
    matches = [SLASHED.fullmatch(value) for value in column.values]
    if not all(matches):
        return ""
    firsts = [int(match[1]) for match in matches if match]
    seconds = [int(match[2]) for match in matches if match]
    if max(firsts) <= 12 and max(seconds) <= 12:
        draft.doubts.append(
            f"{column.values[0]!r} in {column.name!r} is read as day, then month; change `%d` and `%m` if it is not so."
        )
    return f"{{ column = {_quoted(column.name)}, format = {_quoted(_format(column.values, max(seconds) > 12))} }}"


def _format(values: Sequence[str], month_first: bool) -> str:
    match = SLASHED.fullmatch(values[0])
    assert match
    mark = "/" if "/" in values[0][:3] else "-"
    day = ["%m", "%d"] if month_first else ["%d", "%m"]
    clock = "" if not match[4] else " %H:%M:%S" if match[5] else " %H:%M"
    return mark.join([*day, "%Y" if len(match[3]) == 4 else "%y"]) + clock


def _is_plain(value: str) -> bool:
    try:
        return isinstance(times.read(value), date)
    except (ValueError, TypeError):
        return False


def _wordy(draft: _Draft) -> _Column | None:
    wordy = [column for column in draft.left.values() if column.is_wordy]
    if not wordy:
        return None
    longest = max(wordy, key=lambda column: sum(map(len, column.values)))
    return draft.left.pop(longest.name)


SCALES = ((_parts("nps recommend"), "recommend", 0, 10), (_parts("effort ease easy"), "ease", 1, 7))


def _scores(draft: _Draft) -> list[str]:
    lines: list[str] = []
    for column in list(draft.left.values()):
        numbers = column.numbers()
        if numbers and all(number == int(number) for number in numbers) and (line := _score(column, numbers, draft)):
            lines.append(line)
            draft.left.pop(column.name)
    return lines


def _score(column: _Column, numbers: Sequence[float], draft: _Draft) -> str:
    for words, question, low, high in SCALES:
        if column.is_named(words) and low <= min(numbers) and max(numbers) <= high:
            return f"{question} = {_quoted(column.name)}"
    if not column.is_named(RATED_OR_NAMED) and column.is_unique:
        return ""
    if min(numbers) >= 1 and max(numbers) <= 5 and len(set(numbers)) > 1:
        draft.doubts.append(f"{column.name!r} is taken for a satisfaction from 1 to 5, where 5 is best.")
        return f"{_quoted(f'satisfaction.{column.key}')} = {_quoted(column.name)}"
    if min(numbers) >= 0 and 5 < max(numbers) <= 10 and column.is_named(RATED):
        low = 0 if min(numbers) == 0 else 1
        draft.doubts.append(f"{column.name!r} is taken for a satisfaction from {low} to 10, where 10 is best.")
        head = f"{_quoted(f'satisfaction.{column.key}')} = "
        return f"{head}{{ column = {_quoted(column.name)}, of = [{low}, 10] }}"
    return ""


def _consents(draft: _Draft) -> None:
    while column := draft.take(CONSENT):
        draft.doubts.append(f"{column.name!r} looks like a consent; it is left out until you say for what it is given.")


def _properties(draft: _Draft) -> list[str]:
    names = [_quoted(name) for name in draft.left]
    return [f"properties = [{', '.join(names)}]"] if names else []


def shown(rows: Iterable[Row], columns: Sequence[str]) -> list[Mapping[str, str]]:
    """Rows as a page shows them."""
    return [{column: text_of(row.get(column))[:80] for column in columns} for row in rows]
