"""One row becomes what it says: who, what they are like, and what happened."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from heedful.customers import identities, scales
from heedful.customers.identities import Name
from heedful.customers.imports.maps import (
    IDENTITIES,
    NO_ANSWER,
    ImportMap,
    Money,
    Number,
    Time,
    TouchpointMap,
    Value,
    When,
    whens,
)
from heedful.customers.imports.readers import Row, RowError
from heedful.customers.slugs import RESERVED, slug
from heedful.customers.touchpoints import Draft
from heedful.kit.errors import Refused

LONGEST_VERBATIM = 100_000
LONGEST_PROPERTY = 10_000
YEAR = frozenset("YyGcx")

type Get = Callable[[Row], str]


@dataclass(slots=True)
class Understood:
    """What one row says."""

    names: tuple[Name, ...]
    at: datetime
    drafts: list[Draft]
    facts: dict[str, Any] = field(default_factory=dict)
    consents: dict[str, bool] = field(default_factory=dict)
    organisation: tuple[str, str] | None = None


class Reader:
    """Reads rows by a map. `now` dates what has no time of its own; `zone` and `country` are the company's."""

    def __init__(self, found: ImportMap, *, zone: str, country: str, currency: str, stages: set[str], now: datetime):
        self._map = found
        self._now = now
        self._country = found.country or country
        self._currency = currency
        self._stages = stages
        self._zone = _zone(found.time_zone or zone)
        customer = found.customer
        self._names = [(kind, _get(getattr(customer, kind))) for kind in IDENTITIES if getattr(customer, kind)]
        texts = ("name", "first_name", "last_name", "language", "segment", "lifecycle_stage")
        self._texts = [(key, _get(getattr(customer, key))) for key in texts if getattr(customer, key)]
        self._attributes = _gets(customer.attributes, self._zone)
        self._consents = _gets(customer.consent, self._zone)
        self._at = _times(customer.at, self._zone) if customer.at else None
        self._touchpoints = [_Touchpoint(touchpoint, self._zone, n) for n, touchpoint in enumerate(found.touchpoint)]
        self._id = [found.id] if isinstance(found.id, str) and found.id else list(found.id)

    def read(self, number: int, row: Row) -> Understood:
        """Understand a row, or raise RowError with what is wrong with it."""
        names = self._identities(row)
        message = self._message(number, row)
        drafts = [draft for touchpoint in self._touchpoints if (draft := touchpoint.draft(row, names, message))]
        for draft in drafts:
            if draft.stage and draft.stage not in self._stages:
                raise RowError(f"There is no stage {draft.stage!r}; translate it with `map`, or add it under [stages].")
        at = (self._at(row) if self._at else None) or max((draft.happened_at for draft in drafts), default=self._now)
        understood = Understood(names, at, drafts)
        self._describe(row, understood)
        return understood

    def _identities(self, row: Row) -> tuple[Name, ...]:
        said = [(kind, get(row)) for kind, get in self._names]
        names = [name for kind, value in said if value and (name := identities.normal(kind, value, self._country))]
        if not names:
            tried = ", ".join(f"{kind} {value[:60]!r}" for kind, value in said)
            raise RowError(f"The row names no customer that can be used ({tried}).")
        return identities.strongest_first(names)

    def _message(self, number: int, row: Row) -> str:
        if self._id:
            values = [_text(row.get(column)) for column in self._id]
            if not any(values):
                raise RowError(f"The column {self._id[0]!r}, which identifies a row, is empty.")
            return "\x1f".join(values)
        content = "\x1f".join(f"{key}={_text(value)}" for key, value in sorted(row.items()))
        return f"{number}:{hashlib.blake2b(content.encode(errors='replace'), digest_size=12).hexdigest()}"

    def _describe(self, row: Row, understood: Understood) -> None:
        customer = self._map.customer
        facts: dict[str, Any] = {key: said for key, get in self._texts if (said := get(row))}
        if (stage := facts.get("lifecycle_stage")) and stage not in self._stages:
            raise RowError(f"There is no stage {stage!r}; translate it with `map`, or add it under [stages].")
        facts |= {key: value[:LONGEST_PROPERTY] for key, get in self._attributes if (value := get(row))}
        facts |= {kind: value for kind, value in reversed(understood.names) if kind in ("email", "phone")}
        if customer.value and (amount := _money(customer.value, row, self._currency)):
            facts["value"] = amount
        understood.facts = facts
        understood.consents = {key: yes(said) for key, get in self._consents if (said := get(row))}
        if customer.organisation and (external := _get(customer.organisation.id)(row)):
            name = _get(customer.organisation.name)(row) if customer.organisation.name else ""
            understood.organisation = (external, name)


class _Touchpoint:
    """Makes one draft of a row."""

    def __init__(self, found: TouchpointMap, zone: tzinfo, ordinal: int):
        self._ordinal = ordinal
        self._kind = _get(found.kind, fixed=True)
        self._at = _times(found.at, zone)
        self._channel = _get(found.channel, fixed=True)
        self._stage = _get(found.stage, fixed=True)
        self._verbatim = _get(found.verbatim)
        self._scores = [(question, _score(question, said)) for question, said in found.scores.items()]
        self._properties = _gets(found.properties, zone)
        self._whens = whens(found)
        self._id = _get(found.id) if found.id else None

    def draft(self, row: Row, names: tuple[Name, ...], message: str) -> Draft | None:
        if not all(_holds(when, row) for when in self._whens):
            return None
        happened_at = self._at(row)
        kind = slug(self._kind(row))
        if happened_at is None or not kind:
            return None
        if kind.startswith(RESERVED):
            raise RowError(f"Kinds that begin with {RESERVED!r} are written by Heedful alone.")
        own = self._id(row) if self._id else ""
        scores = {question: score for question, get in self._scores if (score := get(row)) is not None}
        return Draft(
            kind,
            happened_at,
            f"id:{own}" if own else f"{message}#{self._ordinal}",
            names,
            channel=self._channel(row)[:40],
            stage=self._stage(row)[:40],
            properties={key: value[:LONGEST_PROPERTY] for key, get in self._properties if (value := get(row))},
            scores=scores or None,
            verbatim=self._verbatim(row)[:LONGEST_VERBATIM] or None,
        )


def yes(said: str) -> bool:
    """Whether a word means yes."""
    return said.strip().casefold() in {"1", "1.0", "true", "t", "yes", "y", "on", "ja", "j", "oui", "si", "sí"}


def _get(said: str | Value, *, fixed: bool = False) -> Get:
    """Return how to read a value; a bare text names a column, or is the value itself where it is `fixed`."""
    if isinstance(said, str):
        if fixed or not said:
            return lambda _: said
        return lambda row: _text(row.get(said))
    if said.join:
        return _translated(
            said, lambda row: said.separator.join(part for c in said.join if (part := _text(row.get(c))))
        )
    if said.column:
        return _translated(said, lambda row: _text(row.get(said.column)))
    return lambda _: said.text


def _translated(said: Value, get: Get) -> Get:
    if not said.map:
        return get if said.default is None else lambda row: get(row) or said.default or ""
    return lambda row: said.map.get(value := get(row), value if said.default is None else said.default)


def _gets(said: list[str] | Mapping[str, str | Value], zone: tzinfo) -> list[tuple[str, Get]]:
    if isinstance(said, list):
        return [(slug(column), _get(column)) for column in said]
    return [(key, _dated(value, zone)) for key, value in said.items()]


def _dated(said: str | Value, zone: tzinfo) -> Get:
    """Return how to read a value that may be a date: with a format it becomes ISO 8601, without a clock a bare date."""
    if isinstance(said, str) or not said.format:
        return _get(said)
    get = _times(Time(said.column, said.format, said.time_zone, said.text, said.join, said.separator), zone)
    has_clock = any(part in said.format for part in ("%H", "%I", "%T", "%X", "%c"))

    def dated(row: Row) -> str:
        at = get(row)
        return "" if at is None else at.isoformat() if has_clock else at.date().isoformat()

    return dated


def _text(value: Any) -> str:
    """A cell as text: absent is empty, and a whole number that a file wrote as 3.0 is 3."""
    if isinstance(value, str):
        return value.strip()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _score(question: str, said: str | Number) -> Callable[[Row], int | None]:
    found = Number(said) if isinstance(said, str) else said
    scales.scale_of(question)
    none = {*NO_ANSWER, *(_text(code).casefold() for code in found.none)}

    @lru_cache(maxsize=1000)
    def number(text: str) -> int | None:
        if text in found.map:
            return found.map[text]
        folded = text.casefold()
        if folded in none or folded.removesuffix(".0") in none:
            return None
        try:
            return scales.check({question: text})[question]
        except Refused as no:
            raise RowError(f"Column {found.column!r}: {no.sentence}") from None

    return lambda row: number(_text(row.get(found.column)))


def _money(said: Money, row: Row, currency: str) -> dict[str, str] | None:
    text = re.sub(r"[^\d.,\-]", "", _text(row.get(said.amount)))
    if not text:
        return None
    if re.search(r",\d{1,2}$", text):
        text = text.replace(".", "").replace(",", ".")
    text = text.replace(",", "")
    try:
        amount = Decimal(text) * Decimal(str(said.times))
    except InvalidOperation:
        raise RowError(f"Column {said.amount!r}: {text!r} is not an amount of money.") from None
    named = _text(row.get(said.currency_column)) if said.currency_column else said.currency
    return {"amount": str(amount.quantize(Decimal("0.01"))), "currency": (named or currency)[:3], "source": said.source}


def _holds(when: When, row: Row) -> bool:
    value = _text(row.get(when.column))
    if when.filled is not None and bool(value) != when.filled:
        return False
    return (not when.is_ or value in when.is_) and value not in when.is_not


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Refused(f"There is no time zone {name!r}; write it as in Europe/London.") from None


def _times(said: str | Time, zone: tzinfo) -> Callable[[Row], datetime | None]:
    """Return how to read a time; an empty cell means that it did not happen."""
    found = Time(said) if isinstance(said, str) else said
    formats = tuple(form for form in ([found.format] if isinstance(found.format, str) else found.format) if form)
    if timeless := [form for form in formats if not YEAR.intersection(re.findall("%(.)", form))]:
        raise Refused(
            f"The format {timeless[0]!r} says no year. Join the columns that say it, or give one date as `text`."
        )
    zone = _zone(found.time_zone) if found.time_zone else zone
    if found.text:
        return _fixed(found.text, formats, zone)
    cell = _cell(found)
    name = found.column or ", ".join(found.join)

    def get(row: Row) -> datetime | None:
        value = cell(row)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=zone)
        text = _text(value)
        if text.casefold() in NO_ANSWER:
            return None
        try:
            return parsed(text, formats, zone)
        except (ValueError, OverflowError):
            hint = f"as {' or '.join(formats)}" if formats else "without a `format` in the map"
            raise RowError(f"Column {name!r}: {text[:60]!r} cannot be read as a time {hint}.") from None

    return get


def _fixed(text: str, formats: tuple[str, ...], zone: tzinfo) -> Callable[[Row], datetime | None]:
    """Return the one time that every row has."""
    try:
        at = parsed(text, formats, zone)
    except (ValueError, OverflowError):
        raise Refused(f"{text[:60]!r} cannot be read as a time.") from None
    return lambda _: at


def _cell(found: Time) -> Callable[[Row], Any]:
    """Return how to find what a time is read from."""
    if found.join:
        return lambda row: found.separator.join(part for c in found.join if (part := _text(row.get(c))))
    return lambda row: row.get(found.column)


@lru_cache(maxsize=100_000)
def parsed(text: str, formats: tuple[str, ...], zone: tzinfo) -> datetime:
    """Read a time by the first format that fits; without formats ISO 8601 or Unix seconds or milliseconds."""
    for form in formats:
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return at if at.tzinfo else at.replace(tzinfo=zone)
    if formats:
        raise ValueError(text)
    if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=zone)
