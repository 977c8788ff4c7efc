"""A yes that a touchpoint carries in a property: a yes keeps and a no breaks, at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from heedful.promise import property_values
from heedful.promise.standards import contract
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
    yield from contract.kind_faults(standard)
    if not standard.property:
        yield "Say which property of the touchpoint carries the yes."


def limits(standard: StandardSpec) -> Iterable[str]:
    """Whatever can be measured can be promised."""
    del standard
    return ()


def evaluate(
    standard: StandardSpec, ordered: Sequence[Evidence], now: datetime
) -> tuple[list[Verdict], list[Unreadable]]:
    """Kept by a yes and broken by a no; what is neither is reported."""
    del now
    verdicts: list[Verdict] = []
    reports: list[Unreadable] = []
    for seen in contract.openers(standard, ordered):
        value = property_values.value_at(seen.properties, standard.property)
        if property_values.is_missing(value):
            continue
        is_yes = property_values.yes_of(value)
        if is_yes is None:
            reason = f"“{str(value)[:60]}” is neither a yes nor a no."
            reports.append(Unreadable(opened_by=seen.id, property=standard.property, reason=reason))
        else:
            verdicts.append(Verdict.immediate(seen, seen, is_kept=is_yes))
    return verdicts, reports


def sentence(standard: Any, names: SentenceNames) -> str:
    """Such as `At bill sent, a yes in “as quoted”`."""
    del standard
    return f"At {names.start}, a yes in “{names.property}”"


def from_shell(kind: str, name: str) -> Fields:
    """The property of the touchpoint."""
    return {"from_kind": kind, "property": name}


FORM = Form(
    code="yes",
    fields=frozenset({"property"}),
    faults=faults,
    limits=limits,
    evaluate=evaluate,
    sentence=sentence,
    fragment=Fragment(
        sentence="When {from} happens, there is a yes in {property}",
        blanks=(
            Blank(name="from", label="what happens", type="kind", fills="from_kind", needed="Say what happens."),
            Blank(
                name="property",
                label="the property with the yes",
                fills="property",
                needed="Say which property says yes or no.",
            ),
        ),
    ),
    shell=ShellWords(words=("KIND", "PROPERTY"), help="a yes that KIND carries", read=from_shell),
)
