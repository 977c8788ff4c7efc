"""What the columns of a file mean: a map, written once for each shape of file and checked before a row is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from heedful.imports import diagnostics
from heedful.imports.schema import IDENTITIES, ImportMap, Number, Time, Value, whens
from heedful.kit.errors import Refused


def read_map(path: Path) -> ImportMap:
    """Read and check a map, or refuse with the place that is wrong and what may stand there."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Refused(f"{path.name} is not written in UTF-8; save it so.") from None
    return diagnostics.read(text, path.name)


@dataclass(frozen=True, slots=True)
class Columns:
    """Every column that a map names."""

    names: set[str] = field(default_factory=set)

    def missing_from(self, columns: Sequence[str]) -> list[str]:
        return sorted(self.names - set(columns))


def columns_of(mapping: ImportMap) -> Columns:
    """Collect the columns that a map names, so that a misspelt one is told before the first row."""
    names: set[str] = set(mapping.id if isinstance(mapping.id, list) else [mapping.id] if mapping.id else [])
    customer = mapping.customer
    for kind in (*IDENTITIES, "name", "first_name", "last_name", "language", "segment", "lifecycle_stage", "at"):
        names |= _named(getattr(customer, kind))
    names |= _all_named(customer.attributes) | _all_named(customer.consent)
    if customer.organisation:
        names |= _named(customer.organisation.id) | _named(customer.organisation.name)
    if customer.value:
        names |= {customer.value.amount, customer.value.currency_column}
    for touchpoint in mapping.touchpoint:
        names |= _named(touchpoint.at) | _named(touchpoint.verbatim) | _named(touchpoint.id)
        for fixed in (touchpoint.kind, touchpoint.channel, touchpoint.stage, touchpoint.brand):
            names |= _named(fixed) if isinstance(fixed, Value) else set()
        names |= _all_named(touchpoint.scores) | _all_named(touchpoint.properties)
        names |= {when.column for when in whens(touchpoint)}
    return Columns(names - {""})


def _named(value: object) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, Time):
        return {value.column, value.time_zone_column, *value.join}
    if isinstance(value, Value):
        return {value.column, *value.join}
    return {value.column} if isinstance(value, Number) else set()


def _all_named(values: list[str] | Mapping[str, Any]) -> set[str]:
    if isinstance(values, list):
        return set(values)
    return {name for value in values.values() for name in _named(value)}
