"""One row becomes what it says: who, what they are like, and what happened."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

import msgspec

from heedful.customers import identities, phones
from heedful.customers.identities import Name
from heedful.customers.slugs import RESERVED, slug
from heedful.customers.touchpoints import TouchpointDraft
from heedful.imports import cells, money, times
from heedful.imports.cells import text_of
from heedful.imports.schema import IDENTITIES, ImportMap, Time, TouchpointMap, Value, When, whens
from heedful.kit.files.tables import Row, RowError
from heedful.kit.reading import times as reading
from heedful.kit.reading.nothing import NOTHING, is_nothing
from heedful.kit.reading.yes_no import yes_of

LONGEST_VERBATIM = 100_000
LONGEST_PROPERTY = 10_000
NUMBER = "\0number"
"""Where a row carries its own number, for maps that ask for it."""

NO_MARKS: Mapping[str, str] = {}
NO_BRANDS: Mapping[str, int] = {}

type Get = Callable[[Row], str]


class Understood(msgspec.Struct, gc=False):
    """What one row says."""

    names: tuple[Name, ...]
    at: datetime
    drafts: list[TouchpointDraft]
    facts: dict[str, Any] = msgspec.field(default_factory=dict)
    consents: dict[str, bool] = msgspec.field(default_factory=dict)
    organisation: tuple[str, str] | None = None


class Reader:
    """Reads rows by a map. `now` dates what has no time; `zone`, `country` and `stages` are the company's.

    `decimals` is what stands before the decimals of each column of numbers, `brands` the number of each by its names.
    """

    def __init__(
        self,
        mapping: ImportMap,
        *,
        zone: str,
        country: str,
        currency: str,
        stages: Mapping[str, str],
        now: datetime,
        decimals: Mapping[str, str] = NO_MARKS,
        brands: Mapping[str, int] = NO_BRANDS,
    ):
        self._map = mapping
        self._now = now
        self._country = mapping.country.upper() or country
        self._stages = {slug(name): short for short, name in stages.items()} | {short: short for short in stages}
        self._zone = times.zone(mapping.time_zone or zone)
        own = mapping.time_zone if mapping.time_zone != zone else ""
        customer = mapping.customer
        self._names = [(kind, _get(getattr(customer, kind))) for kind in IDENTITIES if getattr(customer, kind)]
        texts = ("name", "first_name", "last_name", "language", "segment", "lifecycle_stage")
        self._texts = [(key, _get(getattr(customer, key))) for key in texts if getattr(customer, key)]
        self._attributes = _gets(customer.attributes, self._zone, mapping.language)
        self._consents = _gets(customer.consent, self._zone, mapping.language)
        value = customer.value
        self._worth = value and money.reader(value, decimal=decimals.get(value.amount, ""), home=currency)
        self._at = times.of(customer.at, self._zone, mapping.language) if customer.at else None
        self._touchpoints = [
            _Touchpoint(touchpoint, n, self._zone, mapping.language, decimals, brands, zone_of_map=own)
            for n, touchpoint in enumerate(mapping.touchpoint)
        ]
        self._id = [mapping.id] if isinstance(mapping.id, str) and mapping.id else list(mapping.id)

    def read(self, number: int, row: Row) -> Understood:
        """Understand a row, or raise RowError with what is wrong with it."""
        sent, row = row, {**row, NUMBER: _number(number, row)}
        names = self._identities(row)
        message = self._message(number, sent)
        drafts = [draft for touchpoint in self._touchpoints if (draft := touchpoint.draft(row, names, message))]
        for draft in drafts:
            draft.stage = self._stage(draft.stage)
        at = (self._at(row) if self._at else None) or max((draft.happened_at for draft in drafts), default=self._now)
        understood = Understood(names, at, drafts)
        self._describe(row, understood)
        return understood

    def _stage(self, stage: str) -> str:
        """The stage that a word means: its short name or its name."""
        if stage and (stage := self._stages.get(stage) or self._stages.get(slug(stage), f"?{stage}"))[0] == "?":
            raise RowError(f"There is no stage {stage[1:]!r}; translate it with `map`, or add it under [stages].")
        return stage

    def _identities(self, row: Row) -> tuple[Name, ...]:
        values = [(kind, get(row)) for kind, get in self._names]
        names = [
            name
            for kind, value in values
            if value.casefold() not in NOTHING and (name := identities.normal(kind, value, self._country))
        ]
        if not names:
            tried = ", ".join(f"{kind} {value[:60]!r}" for kind, value in values)
            raise RowError(f"The row names no customer that can be used ({tried}).")
        return identities.strongest_first(names)

    def _message(self, number: int, row: Row) -> str:
        if self._id:
            values = [text_of(row.get(column)) for column in self._id]
            if not any(values):
                raise RowError(f"The column {self._id[0]!r}, which identifies a row, is empty.")
            return "\x1f".join(values)
        content = "\x1f".join(f"{key}={text_of(value)}" for key, value in sorted(row.items()))
        return f"{number}:{hashlib.blake2b(content.encode(errors='replace'), digest_size=12).hexdigest()}"

    def _describe(self, row: Row, understood: Understood) -> None:
        customer = self._map.customer
        facts: dict[str, Any] = {key: said for key, get in self._texts if (said := get(row))}
        if stage := facts.get("lifecycle_stage"):
            facts["lifecycle_stage"] = self._stage(stage)
        facts |= {key: value[:LONGEST_PROPERTY] for key, get in self._attributes if (value := get(row))}
        if phone := next((get(row) for kind, get in self._names if kind == "phone"), ""):
            facts["phone"] = phones.attribute(phone, self._country)
        facts |= {kind: value for kind, value in reversed(understood.names) if kind in ("email", "phone")}
        if self._worth and (amount := self._worth(row)):
            facts["value"] = amount
        understood.facts = facts
        understood.consents = {
            key: _granted(key, said) for key, get in self._consents if not is_nothing(said := get(row))
        }
        if customer.organisation and (external := _get(customer.organisation.id)(row)):
            name = _get(customer.organisation.name)(row) if customer.organisation.name else ""
            understood.organisation = (external, name)


class _Touchpoint:
    """Makes one draft of a row."""

    def __init__(
        self,
        mapping: TouchpointMap,
        ordinal: int,
        zone: tzinfo,
        language: str,
        decimals: Mapping[str, str],
        brands: Mapping[str, int],
        *,
        zone_of_map: str,
    ):
        self._ordinal = ordinal
        self._kind = _get(mapping.kind, fixed=True)
        self._at = times.of(mapping.at, zone, language)
        self._at_column = times.name_of(mapping.at)
        self._unknown_at = times.unknown(mapping.at, zone)
        self._channel = _get(mapping.channel, fixed=True)
        self._stage = _get(mapping.stage, fixed=True)
        self._brand = _get(mapping.brand, fixed=True)
        self._brands = brands
        self._verbatim = _get(mapping.verbatim)
        self._scores = [(question, cells.score(question, said, decimals)) for question, said in mapping.scores.items()]
        self._properties = _zoned(mapping.properties, _gets(mapping.properties, zone, language), zone_of_map)
        self._whens = whens(mapping)
        self._id = _get(mapping.id) if mapping.id else None

    def draft(self, row: Row, names: tuple[Name, ...], message: str) -> TouchpointDraft | None:
        if not all(_holds(when, row) for when in self._whens):
            return None
        at = happened_at = self._at(row)
        kind = slug(self._kind(row))
        scores = {question: score for question, get in self._scores if (score := get(row)) is not None}
        verbatim = _words(self._verbatim(row))
        if at is None or not kind:
            if not scores and verbatim is None:
                return None
            at = self._untimed_at(kind)
        if kind.startswith(RESERVED):
            raise RowError(f"Kinds that begin with {RESERVED!r} are written by Heedful alone.")
        own = self._id(row) if self._id else ""
        return TouchpointDraft(
            kind,
            at,
            f"id:{own}" if own else f"{message}#{self._ordinal}",
            names,
            channel=self._channel(row)[:40],
            stage=self._stage(row)[:40],
            properties={key: value[:LONGEST_PROPERTY] for key, get in self._properties if (value := get(row))},
            scores=scores or None,
            verbatim=verbatim,
            clamped=happened_at is None,
            brand=self._brand_of(row),
        )

    def _brand_of(self, row: Row) -> int | None:
        """The brand that a word means: its name or its short name."""
        if not (said := self._brand(row)) or is_nothing(said):
            return None
        if (brand := self._brands.get(said.casefold())) is None:
            raise RowError(f"There is no brand {said[:60]!r}; translate it with `map`, or add it under Setup.")
        return brand

    def _untimed_at(self, kind: str) -> datetime:
        """The map's time for what has a score or words and no time; without one its row is a bad row, never gone."""
        if not kind:
            raise RowError("The row has a score or words, and no kind that says what happened.")
        if self._unknown_at is None:
            raise RowError(
                f"The row has a score or words, and no time in column {self._at_column!r}; fill it in, or let the map"
                ' give such rows a time, at = { column = ..., unknown = "2026-05-01" }.'
            )
        return self._unknown_at


@lru_cache(maxsize=1_000)
def _granted(purpose: str, text: str) -> bool:
    """Whether a customer allows something; a word that is neither a yes nor a no is not taken for one."""
    granted = yes_of(text)
    if granted is None:
        raise RowError(f"Consent {purpose!r}: {text[:60]!r} is neither a yes nor a no; translate it with `map`.")
    return granted


def _number(number: int, row: Row) -> str:
    """The number of a row; one that was left out before and comes again keeps the number that it had."""
    before = row.get("row") if "reason" in row else None
    return str(before) if str(before).isdigit() else str(number)


def _words(setting: str) -> str | None:
    """What somebody wrote, unless it is only a way of saying nothing."""
    return None if setting.casefold() in NOTHING else setting[:LONGEST_VERBATIM]


def _get(setting: str | Value, *, fixed: bool = False) -> Get:
    """Return how to read a value; a bare text names a column, or is the value itself where it is `fixed`."""
    if isinstance(setting, str):
        if fixed or not setting:
            return lambda _: setting
        return lambda row: text_of(row.get(setting))
    return _prefixed(setting, _translated(setting, _plain(setting)))


def _plain(setting: Value) -> Get:
    if setting.join:
        return lambda row: setting.separator.join(part for c in setting.join if (part := text_of(row.get(c))))
    column = NUMBER if setting.row else setting.column
    return (lambda row: text_of(row.get(column))) if column else lambda _: setting.text


def _translated(setting: Value, get: Get) -> Get:
    if not setting.map:
        return get if setting.default is None else lambda row: get(row) or setting.default or ""
    return lambda row: setting.map.get(value := get(row), value if setting.default is None else setting.default)


def _prefixed(setting: Value, get: Get) -> Get:
    if not setting.prefix:
        return get
    return lambda row: setting.prefix + value if (value := get(row)).casefold() not in NOTHING else ""


def _gets(settings: list[str] | Mapping[str, str | Value], zone: tzinfo, language: str) -> list[tuple[str, Get]]:
    if isinstance(settings, list):
        return [(slug(column), _get(column)) for column in settings]
    return [(key, _dated(value, zone, language)) for key, value in settings.items()]


def _zoned(
    settings: list[str] | Mapping[str, str | Value], gets: list[tuple[str, Get]], zone_of_map: str
) -> list[tuple[str, Get]]:
    """Properties whose days end in the zone of the property or of the map, where one is named: they say in which."""
    named = {} if isinstance(settings, list) else settings
    return [
        (key, _in_zone(get, zone) if (zone := _zone_of(named.get(key, "")) or zone_of_map) else get)
        for key, get in gets
    ]


def _zone_of(setting: str | Value) -> str:
    return "" if isinstance(setting, str) else setting.time_zone


def _in_zone(get: Get, zone: str) -> Get:
    return lambda row: reading.in_zone(get(row), zone)


def _dated(setting: str | Value, zone: tzinfo, language: str) -> Get:
    """Return how to read a value that may be a date: with a format it becomes ISO 8601, without a clock a bare date."""
    if isinstance(setting, str) or not setting.format:
        return _get(setting)
    time = Time(
        setting.column,
        setting.format,
        setting.time_zone,
        text=setting.text,
        join=setting.join,
        separator=setting.separator,
        prefix=setting.prefix,
    )
    get = times.of(time, zone, language)
    has_clock = any(part in setting.format for part in ("%H", "%I", "%T", "%X", "%c"))

    def dated(row: Row) -> str:
        at = get(row)
        return "" if at is None else at.isoformat() if has_clock else at.date().isoformat()

    return dated


def _holds(when: When, row: Row) -> bool:
    value = text_of(row.get(when.column))
    if when.filled is not None and bool(value) != when.filled:
        return False
    return (not when.is_ or value in when.is_) and value not in when.is_not
