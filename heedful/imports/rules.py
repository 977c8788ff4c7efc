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

YEAR = frozenset("YyGcx")

type Faults = Iterator[tuple[str, str]]
"""(key, sentence) of a mistake; no key where the whole table is one."""


def wrong(struct: Any) -> Faults:
    """Yield what cannot be meant in one table of a map."""
    if check := CHECKS.get(type(struct)):
        yield from check(struct)


def _map(said: ImportMap) -> Faults:
    if not said.source.strip() or len(said.source) > 80:
        yield "source", "`source` says where the rows come from, in 1 to 80 characters."
    if said.country and said.country.upper() not in phonenumbers.SUPPORTED_REGIONS:
        yield "country", f"There is no country {said.country[:20]!r}; write two letters, such as DE."
    yield from _zone_of(said.time_zone)
    if isinstance(said.id, list) and not all(said.id):
        yield "id", "`id` names a column without a name."
    if long := next((slug for slug in said.stages if not re.fullmatch(r"[\w-]{1,40}", slug)), None):
        yield "stages", f"{long[:60]!r} is not the short name of a stage; write letters, digits and _, up to 40."


def _customer(said: CustomerMap) -> Faults:
    if not any(getattr(said, kind) for kind in IDENTITIES):
        yield "", f"[customer] needs at least one of {', '.join(IDENTITIES)}; {{ row = true }} makes each row its own."


def _file(said: FileMap) -> Faults:
    if said.format and said.format not in FORMATS:
        yield "format", f"`format` of [file] is {', '.join(FORMATS[:-1])} or {FORMATS[-1]}, not {said.format[:40]!r}."
    if said.separator and len(said.separator) != 1:
        yield "separator", 'A separator is one character, such as ";" or "\\t" for a tab.'
    if said.skip < 0:
        yield "skip", "`skip` is the number of lines before the head, 0 or more."
    if said.encoding and not _is_encoding(said.encoding):
        yield (
            "encoding",
            f"There is no encoding called {said.encoding[:40]!r}; write utf-8, utf-16, cp1252 or the like.",
        )


def _value(said: Value) -> Faults:
    ways = [bool(said.column), bool(said.text), bool(said.join), said.row]
    if sum(ways) > 1:
        yield "", "A value comes from one place: `column`, `text`, `join` or `row`."
    elif not sum(ways) and said.default is None:
        yield "", "A value needs a `column`, columns to `join`, a `text`, or `row = true`."
    yield from _zone_of(said.time_zone)
    yield from _formats([said.format])


def _time(said: Time) -> Faults:
    if not (said.column or said.join or said.text):
        yield "", "A time needs a `column`, columns to `join`, or a `text`."
    yield from _zone_of(said.time_zone)
    formats = times.formats_of(said)
    yield from _formats(formats)
    if timeless := [
        form for form in formats if form != times.EXCEL and not YEAR.intersection(re.findall("%(.)", form))
    ]:
        sentence = f"The format {timeless[0]!r} says no year. Join the columns that say it, or give one date as `text`."
        yield "format", sentence
    if said.text and not _is_time(said.text, formats):
        yield "text", f"{said.text[:60]!r} cannot be read as a time."


def _formats(formats: Sequence[str]) -> Faults:
    for form in formats:
        if form and form != times.EXCEL and not times.is_format(form):
            known = (
                "%d day, %m month, %Y year, %y its last two digits, %H hour, %I of twelve with %p, %M, %S, %z offset"
            )
            yield "format", f"The format {form[:60]!r} has a part that there is not. There are {known}."


def _money(said: Money) -> Faults:
    if said.currency and not re.fullmatch(r"[A-Za-z]{3}", said.currency):
        yield "currency", f"{said.currency[:20]!r} is not a currency of three letters, such as EUR."
    if said.times <= 0:
        yield "times", "`times` makes a year of the figure, 12 for a month's; it is more than 0."


def _when(said: When) -> Faults:
    if not (said.is_ or said.is_not or said.filled is not None):
        yield "", "`when` needs `is`, `is_not` or `filled`."


def _touchpoint(said: TouchpointMap) -> Faults:
    if isinstance(said.kind, str) and said.kind.startswith(RESERVED):
        yield "kind", f"Kinds that begin with {RESERVED!r} are written by Heedful alone."
    if isinstance(said.kind, str) and not said.kind.strip():
        yield "kind", "`kind` says what happened, such as order_placed; { column = ... } reads it from a column."
    yield from _scores(said)


def _scores(said: TouchpointMap) -> Faults:
    for question, told in said.scores.items():
        try:
            question_kinds.must_be_score(question)
            scale = question_kinds.kind_of(question).scale
        except Refused as no:
            yield "scores", no.sentence
            continue
        if isinstance(told, Number) and scale:
            off = [number for number in told.map.values() if not scale.lowest <= number <= scale.highest]
            if off:
                yield "scores", f"{question} goes from {scale.lowest} to {scale.highest}, not {off[0]}."
            if told.of and (len(told.of) != 2 or told.of[0] == told.of[1] or max(map(abs, told.of)) > LARGEST_END):
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
    When: _when,
    TouchpointMap: _touchpoint,
}
