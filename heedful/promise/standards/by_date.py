"""From one touchpoint to another by the date that the first one carries in a property."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from heedful.promise import property_values
from heedful.promise.standards import timed
from heedful.promise.standards.contract import (
    Blank,
    Evidence,
    Fields,
    Form,
    Fragment,
    SentenceNames,
    ShellWords,
    StandardSpec,
    Unreadable,
    Verdict,
)


def faults(standard: StandardSpec) -> Iterable[str]:
    """Why it cannot be measured."""
    yield from timed.faults(standard)
    if not standard.property:
        yield "Say which property of the touchpoint carries the date."


def limits(standard: StandardSpec) -> Iterable[str]:
    """Whatever can be measured can be promised."""
    del standard
    return ()


def evaluate(
    standard: StandardSpec, ordered: Sequence[Evidence], now: datetime
) -> tuple[list[Verdict], list[Unreadable]]:
    """How each clock stands; a touchpoint without a date promised none."""
    return timed.evaluate(standard, ordered, now, due_at=_due_at)


def _due_at(standard: StandardSpec, opener: Evidence) -> datetime | None:
    value = property_values.value_at(opener.properties, standard.property)
    if property_values.is_missing(value):
        return None
    zone = standard.calendar.time_zone if standard.calendar else standard.time_zone
    return property_values.time_of(value, time_zone=zone)


def sentence(standard: Any, names: SentenceNames) -> str:
    """Such as `After order placed, delivered by the date in “promised for”`."""
    del standard
    return f"After {names.start}, {names.end} by the date in “{names.property}”"


def from_shell(start: str, end: str, name: str) -> Fields:
    """The property of the first touchpoint."""
    return {"from_kind": start, "to_kind": end, "property": name}


FORM = Form(
    code="by_date",
    fields=timed.FIELDS | {"property"},
    faults=faults,
    limits=limits,
    evaluate=evaluate,
    sentence=sentence,
    fragment=Fragment(
        sentence="After {from}, {to} by the date in {property}",
        blanks=(
            *timed.BLANKS,
            Blank(
                name="property",
                label="the property with the date",
                fills="property",
                needed="Say which property carries the date.",
            ),
        ),
    ),
    shell=ShellWords(words=("FROM", "TO", "PROPERTY"), help="the date that FROM carries", read=from_shell),
)
