"""Operations: what doors call to change something is keyword-only, atomic, and told who does it and when."""

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.module_loading import import_string

from tests.architecture import reading
from tests.architecture.reading import Function

SEVERAL_TRANSACTIONS = {
    "heedful.associates.disclosures.show": "one statement, and none where nobody new is shown",
    "heedful.imports.run": "a part at a time, so that it can be stopped and goes on",
    "heedful.imports.undo.work": "as above",
    "heedful.imports.uploads.receive": "a file is no row; its last piece is looked at",
    "heedful.customers.messages.record": "begins again where two batches met, and splits one that cannot be kept whole",
    "heedful.customers.group_commit.record": "of one batch for what several senders brought",
}
"""Operations that make their own transactions, and why."""

LONGEST_VIEW = 15


def bound(file: Path) -> dict[str, str]:
    """Local name -> the whole name of what a module imports from the product."""
    return {
        alias.asname or alias.name: f"{part.module}.{alias.name}"
        for part in ast.walk(reading.tree(file))
        if isinstance(part, ast.ImportFrom) and (part.module or "").startswith("heedful")
        for alias in part.names
    }


def called(file: Path) -> Iterator[str]:
    """The operations that a module calls, by their whole names: whatever it tells who does it and when."""
    names = bound(file)
    for call in reading.calls(reading.tree(file)):
        root, _, rest = reading.dotted(call.func).partition(".")
        if root in names and rest and {"by", "at"} <= {word.arg for word in call.keywords}:
            yield f"{names[root]}.{rest}"


OPERATIONS = sorted({name for file in reading.files("web", "api", "cli") for name in called(file)})


def faults(operation: Callable[..., Any]) -> list[str]:
    """What keeps a function from being an operation."""
    parameters = inspect.signature(operation).parameters.values()
    found = [f"{one.name} is not keyword-only" for one in parameters if one.kind is not one.KEYWORD_ONLY]
    found += [f"does not take {name}=" for name in ("by", "at") if name not in {one.name for one in parameters}]
    if not inspect.getsource(operation).startswith("@transaction.atomic"):
        found.append("is not atomic")
    return found


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_a_door_calls_to_change_something_is_an_operation(name: str) -> None:
    expected = ["is not atomic"] if name in SEVERAL_TRANSACTIONS else []
    assert faults(import_string(name)) == expected


def test_operations_are_found() -> None:
    assert {"heedful.act.cases.close", "heedful.listen.surveys.make", "heedful.customers.people.merge"} <= set(
        OPERATIONS
    )
    assert set(OPERATIONS) >= set(SEVERAL_TRANSACTIONS)


def careless(case: int, *, by: str) -> None:
    """An operation as none may be."""


def test_what_is_no_operation_is_found() -> None:
    assert faults(careless) == ["case is not keyword-only", "does not take at=", "is not atomic"]


def views(file: Path) -> Iterator[Function]:
    """The functions of a door that are asked."""
    for function in reading.functions(reading.tree(file)):
        if [argument.arg for argument in function.args.args[:1]] == ["request"]:
            yield function


def test_views_are_short() -> None:
    """Bind, call one operation, show: what needs more statements holds a rule that belongs below."""
    long = [
        f"{reading.place(file, view)} {view.name}"
        for file in reading.files("web", "api")
        for view in views(file)
        if sum(isinstance(part, ast.stmt) for part in ast.walk(view)) - 1 > LONGEST_VIEW
    ]
    assert long == []


def test_doors_open_no_transaction() -> None:
    """One request is one operation, which is whole by itself; two in one transaction would be a rule of the door's."""
    opened = [
        reading.place(file, part)
        for file in reading.files("web", "api")
        for part in ast.walk(reading.tree(file))
        if isinstance(part, ast.Attribute) and reading.dotted(part) == "transaction.atomic"
    ]
    assert opened == []
