"""Whether what a map says can be meant: zones, formats, questions and codes that there are."""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from heedful.customers import question_kinds
from heedful.customers.question_kinds import LARGEST_END
from heedful.customers.slugs import RESERVED
from heedful.imports import times
from heedful.imports.schema import (
    IDENTITIES,
    CustomerMap,
    FileMap,
    ImportMap,
    Money,
    Number,
    Time,
    TouchpointMap,
    Value,
    When,
)
from heedful.kit.errors import Refused
from heedful.kit.files.tables import FORMATS
from heedful.kit.reading import months
from heedful.kit.reading.currencies import CODES
from heedful.prove import directions

YEAR = frozenset("YyGcx")

type Faults = Iterator[tuple[str, str]]
"""(key, sentence) of a mistake; no key where the whole table is one."""


def wrong(struct: Any) -> Faults:
    """Yield what cannot be meant in one table of a map."""
    if check := CHECKS.get(type(struct)):
        yield from check(struct)


def _map(mapping: ImportMap) -> Faults:
    if not mapping.source.strip() or len(mapping.source) > 80:
        yield "source", "`source` says where the rows come from, in 1 to 80 characters."
    if mapping.country and mapping.country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        yield "country", f"There is no country {mapping.country[:20]!r}; write two letters, such as DE."
    yield from _zone_of(mapping.time_zone)
    yield from _decimal(mapping.decimal)
    if mapping.language and not months.is_known(mapping.language):
        yield (
            "language",
            f"Months in {mapping.language[:20]!r} are not known; there are {', '.join(months.languages())}.",
        )
    if isinstance(mapping.id, list) and not all(mapping.id):
        yield "id", "`id` names a column without a name."
    if long := next((slug for slug in mapping.stages if not re.fullmatch(r"[\w-]{1,40}", slug)), None):
        yield "stages", f"{long[:60]!r} is not the short name of a stage; write letters, digits and _, up to 40."
    if sentence := next(filter(None, map(_direction, mapping.more_is, mapping.more_is.values())), ""):
        yield "more_is", sentence


def _direction(question: str, more_is: str) -> str:
    """Why it cannot be said which way of a question's answers is better, where it cannot."""
    try:
        directions.check(question=question, more_is=more_is)
    except Refused as no:
        return f"{question[:60]!r} of [more_is]: {no.sentence}"
    return ""


def _customer(customer: CustomerMap) -> Faults:
    if not any(getattr(customer, kind) for kind in IDENTITIES):
        yield "", f"[customer] needs at least one of {', '.join(IDENTITIES)}; {{ row = true }} makes each row its own."


def _file(file: FileMap) -> Faults:
    if file.format and file.format not in FORMATS:
        yield "format", f"`format` of [file] is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {file.format[:40]!r}."
    if file.separator and len(file.separator) != 1:
        yield "separator", 'A separator is one character, such as ";" or "\\t" for a tab.'
    if file.skip < 0:
        yield "skip", "`skip` is the number of lines before the head, 0 or more."
    if file.encoding and not _is_encoding(file.encoding):
        yield (
            "encoding",
            f"There is no encoding called {file.encoding[:40]!r}; write utf-8, utf-16, cp1252 or the like.",
        )


def _value(value: Value) -> Faults:
    ways = [bool(value.column), bool(value.text), bool(value.join), value.row]
    if sum(ways) > 1:
        yield "", "A value comes from one place: `column`, `text`, `join` or `row`."
    elif not sum(ways) and value.default is None:
        yield "", "A value needs a `column`, columns to `join`, a `text`, or `row = true`."
    yield from _zone_of(value.time_zone)
    yield from _formats([value.format])


def _time(time: Time) -> Faults:
    if not (time.column or time.join or time.text):
        yield "", "A time needs a `column`, columns to `join`, or a `text`."
    yield from _zone_of(time.time_zone)
    formats = times.formats_of(time)
    yield from _formats(formats)
    if timeless := [
        form for form in formats if form != times.EXCEL and not YEAR.intersection(re.findall("%(.)", form))
    ]:
        sentence = f"The format {timeless[0]!r} says no year. Join the columns that say it, or give one date as `text`."
        yield "format", sentence
    if time.unknown and not _is_time(time.unknown, ()):
        yield "unknown", f"{time.unknown[:60]!r} cannot be read as a time; write it as 2026-05-01."
    if time.text and not _is_time(time.text, formats):
        yield "text", f"{time.text[:60]!r} cannot be read as a time."


def _formats(formats: Sequence[str]) -> Faults:
    for form in formats:
        if form and form != times.EXCEL and not times.is_format(form):
            parts = (
                "%d day, %m month, %Y year, %y its last two digits, %H hour, %I of twelve with %p, %M, %S, %z offset"
            )
            yield "format", f"The format {form[:60]!r} has a part that there is not. There are {parts}."


def _money(money: Money) -> Faults:
    if money.currency and money.currency.upper() not in CODES:
        yield "currency", f"{money.currency[:20]!r} is not a currency of three letters, such as EUR."
    yield from _decimal(money.decimal)
    if money.times <= 0:
        yield "times", "`times` makes a year of the figure, 12 for a month's; it is more than 0."


def _number(number: Number) -> Faults:
    yield from _decimal(number.decimal)


def _decimal(mark: str) -> Faults:
    if mark not in ("", ",", "."):
        yield "decimal", f'`decimal` is what stands before the decimals, "," or ".", not {mark[:20]!r}.'


def _when(when: When) -> Faults:
    if not (when.is_ or when.is_not or when.filled is not None):
        yield "", "`when` needs `is`, `is_not` or `filled`."


def _touchpoint(touchpoint: TouchpointMap) -> Faults:
    if isinstance(touchpoint.kind, str) and touchpoint.kind.startswith(RESERVED):
        yield "kind", f"Kinds that begin with {RESERVED!r} are written by Heedful alone."
    if isinstance(touchpoint.kind, str) and not touchpoint.kind.strip():
        yield "kind", "`kind` says what happened, such as order_placed; { column = ... } reads it from a column."
    yield from _scores(touchpoint)


def _scores(scores: TouchpointMap) -> Faults:
    for question, setting in scores.scores.items():
        try:
            question_kinds.must_be_score(question)
            scale = question_kinds.kind_of(question).scale
        except Refused as no:
            yield "scores", no.sentence
            continue
        if isinstance(setting, Number) and scale:
            off = [number for number in setting.map.values() if not scale.lowest <= number <= scale.highest]
            if off:
                yield "scores", f"{question} goes from {scale.lowest} to {scale.highest}, not {off[0]}."
            if setting.of and (
                len(setting.of) != 2 or setting.of[0] == setting.of[1] or max(map(abs, setting.of)) > LARGEST_END
            ):
                yield "scores", f"`of` of {question} is the worst and the best answer in the file, such as [1, 10]."


def _zone_of(name: str) -> Faults:
    try:
        times.zone(name or "UTC")
    except ValueError:
        yield "time_zone", f"There is no time zone {name[:60]!r}; write it as in Europe/London."


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False


def _is_time(text: str, formats: tuple[str, ...]) -> bool:
    try:
        times.parsed(text, formats, ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        return False
    return True


CHECKS: dict[type, Callable[[Any], Faults]] = {
    ImportMap: _map,
    CustomerMap: _customer,
    FileMap: _file,
    Value: _value,
    Time: _time,
    Money: _money,
    Number: _number,
    When: _when,
    TouchpointMap: _touchpoint,
}
