"""What the columns of a file mean: a map, written once for each shape of file and checked before a row is read."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from heedful.kit.errors import Refused

NO_ANSWER = ("", "-", "na", "n/a", "nan", "null", "none")


class Value(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a value comes from: a column, a fixed text, or several columns joined; then translated by `map`.

    With a `format` the value is a date or a time, and is kept as ISO 8601.
    """

    column: str = ""
    text: str = ""
    join: list[str] = []
    separator: str = " "
    map: dict[str, str] = {}
    default: str | None = None
    format: str = ""
    time_zone: str = ""


class Time(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a time comes from: a column, several joined, or one fixed text; how it is written, and by which clock."""

    column: str = ""
    format: str | list[str] = []
    time_zone: str = ""
    text: str = ""
    join: list[str] = []
    separator: str = " "

    def __post_init__(self) -> None:
        if not (self.column or self.join or self.text):
            raise ValueError("A time needs a `column`, columns to `join`, or a `text`.")


class Number(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A column that holds a score: `none` lists what means no answer, `map` gives words or other codes their number."""

    column: str
    none: list[str | int | float] = []
    map: dict[str, int] = {}


class Money(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A yearly amount: `times` makes a year of a month's figure."""

    amount: str
    currency: str = ""
    currency_column: str = ""
    times: float = 1
    source: str = "import"


class Organisation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The company that a customer belongs to."""

    id: str | Value
    name: str | Value = ""


class CustomerMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Which columns name a customer and describe it."""

    user_id: str | Value = ""
    external: str | Value = ""
    email: str | Value = ""
    phone: str | Value = ""
    anonymous_id: str | Value = ""
    device: str | Value = ""
    name: str | Value = ""
    first_name: str | Value = ""
    last_name: str | Value = ""
    language: str | Value = ""
    segment: str | Value = ""
    lifecycle_stage: str | Value = ""
    organisation: Organisation | None = None
    value: Money | None = None
    attributes: list[str] | dict[str, str | Value] = []
    consent: dict[str, str | Value] = {}
    at: str | Time = ""


class When(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Only rows whose column has (`is`) or has not (`is_not`) one of these values; `filled` asks for any value."""

    column: str
    is_: list[str] = msgspec.field(default=[], name="is")
    is_not: list[str] = []
    filled: bool | None = None


class TouchpointMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One touchpoint that a row may give."""

    kind: str | Value
    at: str | Time
    channel: str | Value = ""
    stage: str | Value = ""
    verbatim: str | Value = ""
    scores: dict[str, str | Number] = {}
    properties: list[str] | dict[str, str | Value] = []
    when: When | list[When] = []
    id: str | Value = ""


class FileMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How the file is written, where that should not be found out."""

    format: str = ""
    encoding: str = ""
    separator: str = ""


class ImportMap(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole map; see docs/import.md for an example of each shape."""

    source: str
    customer: CustomerMap
    touchpoint: list[TouchpointMap] = []
    id: str | list[str] = ""
    time_zone: str = ""
    country: str = ""
    stages: dict[str, str] = {}
    """Stages to add to the company's list: slug -> name."""
    file: FileMap = FileMap()


def read_map(path: Path) -> ImportMap:
    """Read and check a map, or refuse with the place that is wrong."""
    try:
        with path.open("rb") as file:
            said = tomllib.load(file)
        found = msgspec.convert(said, ImportMap)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused(f"{path.name} is not TOML: {error}.") from None
    except msgspec.ValidationError as error:
        raise Refused(f"{path.name}: {error}.") from None
    if not any(getattr(found.customer, kind) for kind in IDENTITIES):
        raise Refused(f"{path.name}: [customer] needs at least one of {', '.join(IDENTITIES)}.")
    return found


IDENTITIES = ("user_id", "external", "email", "phone", "anonymous_id", "device")


@dataclass(frozen=True, slots=True)
class Columns:
    """Every column that a map names."""

    names: set[str] = field(default_factory=set)

    def missing_from(self, columns: Sequence[str]) -> list[str]:
        return sorted(self.names - set(columns))


def columns_of(found: ImportMap) -> Columns:
    """Collect the columns that a map names, so that a misspelt one is told before the first row."""
    names: set[str] = set(found.id if isinstance(found.id, list) else [found.id] if found.id else [])
    customer = found.customer
    for kind in (*IDENTITIES, "name", "first_name", "last_name", "language", "segment", "lifecycle_stage", "at"):
        names |= _named(getattr(customer, kind))
    names |= _all_named(customer.attributes) | _all_named(customer.consent)
    if customer.organisation:
        names |= _named(customer.organisation.id) | _named(customer.organisation.name)
    if customer.value:
        names |= {customer.value.amount, customer.value.currency_column}
    for touchpoint in found.touchpoint:
        names |= _named(touchpoint.at) | _named(touchpoint.verbatim) | _named(touchpoint.id)
        for fixed in (touchpoint.kind, touchpoint.channel, touchpoint.stage):
            names |= _named(fixed) if isinstance(fixed, Value) else set()
        names |= _all_named(touchpoint.scores) | _all_named(touchpoint.properties)
        names |= {when.column for when in whens(touchpoint)}
    return Columns(names - {""})


def whens(touchpoint: TouchpointMap) -> list[When]:
    """The conditions of a touchpoint."""
    return touchpoint.when if isinstance(touchpoint.when, list) else [touchpoint.when]


def _named(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, Value | Time):
        return {value.column, *value.join}
    return {value.column} if isinstance(value, Number) else set()


def _all_named(values: list[str] | Mapping[str, Any]) -> set[str]:
    if isinstance(values, list):
        return set(values)
    return {name for value in values.values() for name in _named(value)}
