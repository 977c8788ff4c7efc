"""How files write times: by formats, by themselves or as a workbook's days, on the clock of the map or of the row."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from heedful.imports.cells import text_of
from heedful.imports.schema import Time
from heedful.kit.files.tables import Row, RowError
from heedful.kit.reading import months
from heedful.kit.reading import times as reading
from heedful.kit.reading.nothing import NOTHING

EXCEL = "excel"
"""The format of a time that a workbook wrote as days since 1899-12-30."""
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook has no zone
NEVER = NOTHING | {"0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00/00/0000"}

PARTS = frozenset("aAbBcdfGHIjmMpSuUVwWxXyYzZ%")

type Moment = Callable[[Row], datetime | None]


def formats_of(setting: Time) -> tuple[str, ...]:
    """The formats of a time, in the order in which they are tried."""
    return tuple(form for form in ([setting.format] if isinstance(setting.format, str) else setting.format) if form)


@lru_cache(maxsize=1_000)
def zone(name: str) -> tzinfo:
    """Return a time zone, or raise ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(name) from None


def is_format(form: str) -> bool:
    """Whether every part of a format is one that there is, and stands there once."""
    parts = re.findall(r"%(.?)", form)
    named = [part for part in parts if part != "%"]
    return bool(parts) and set(parts) <= PARTS and len(named) == len(set(named))


def of(written: str | Time, zone_of_map: tzinfo, language: str = "") -> Moment:
    """Return how to read a time of a row; an empty cell means that it did not happen.

    `language` is that of the months' names, beside English.
    """
    setting_ = Time(written) if isinstance(written, str) else written
    formats = formats_of(setting_)
    own = zone(setting_.time_zone) if setting_.time_zone else zone_of_map
    if setting_.text:
        at = parsed(setting_.text, formats, own, language)
        return lambda _: at
    cell = _cell(setting_)
    name = name_of(setting_)
    clock = _clock(setting_.time_zone_column, own)

    def get(row: Row) -> datetime | None:
        value = cell(row)
        if isinstance(value, date):
            value = value if isinstance(value, datetime) else datetime.combine(value, time())
            return value if value.tzinfo else value.replace(tzinfo=clock(row))
        text = text_of(value)
        if text.casefold() in NEVER:
            return None
        try:
            return parsed(text, formats, clock(row), language)
        except (ValueError, OverflowError):
            raise RowError(f"Column {name!r}: {text[:60]!r} cannot be read as a time {_hint(formats)}.") from None

    return get


def unknown(written: str | Time, zone_of_map: tzinfo) -> datetime | None:
    """The time that a map gives to rows which have a score or words and no time."""
    if isinstance(written, str) or not written.unknown:
        return None
    return parsed(written.unknown, (), zone(written.time_zone) if written.time_zone else zone_of_map)


def name_of(written: str | Time) -> str:
    """The column or columns from which a time is read."""
    return written if isinstance(written, str) else written.column or ", ".join(written.join)


def _hint(formats: tuple[str, ...]) -> str:
    if formats:
        return f"as {' or '.join(formats)}"
    how = "the map says how it is written, such as format = '%d/%m/%Y %H:%M' or, for months by name, language = 'de'"
    return f"by itself; {how}"


def _cell(setting: Time) -> Callable[[Row], Any]:
    """Return how to find what a time is read from."""
    if setting.join:
        return lambda row: _with_prefix(
            setting, setting.separator.join(filter(None, (text_of(row.get(c)) for c in setting.join)))
        )
    if setting.prefix:
        return lambda row: _with_prefix(setting, text_of(row.get(setting.column)))
    return lambda row: row.get(setting.column)


def _with_prefix(setting: Time, text: str) -> str:
    return setting.prefix + text if text.casefold() not in NEVER else ""


def _clock(column: str, own: tzinfo) -> Callable[[Row], tzinfo]:
    """Return how to find the zone of a row: its own, where a column says one."""
    if not column:
        return lambda _: own

    def clock(row: Row) -> tzinfo:
        name = text_of(row.get(column))
        try:
            return zone(name) if name.casefold() not in NOTHING else own
        except ValueError:
            raise RowError(f"Column {column!r}: there is no time zone {name[:60]!r}.") from None

    return clock


@lru_cache(maxsize=20_000)
def parsed(text: str, formats: tuple[str, ...], clock: tzinfo, language: str = "") -> datetime:
    """Read a time by the first format that fits; without formats in whatever way can be read one way only."""
    for form in formats:
        try:
            at = _by(form, text, language)
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=clock)
    if formats:
        raise ValueError(text)
    moment = reading.moment(text, clock=clock, language=language)
    if moment is None:
        raise ValueError(text)
    return moment


def _by(form: str, text: str, language: str) -> datetime:
    if form == EXCEL:
        return EPOCH + timedelta(days=float(text.replace(",", ".")))
    if "%p" in form:
        text = re.sub(r"(?i)\b([ap])\.\s?m\b\.?", r"\1m", text)
    if language and (by_name := re.search("%[Bb]", form)):
        text = _in_english(text, language, len_of_name=3 if by_name[0] == "%b" else None)
    return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows


def _in_english(text: str, language: str, *, len_of_name: int | None) -> str:
    """A text whose months are named as formats name them, in full or by three letters."""

    def named(word: re.Match[str]) -> str:
        month = months.month_of(word[1], language)
        return word[0] if month is None else months.NAMES[month - 1][:len_of_name]

    return re.sub(r"([^\W\d_]{3,})(?:(?<=\w)\.(?=\W|$))?", named, text)
