"""What is decided in one place is done nowhere else: who has a case, and how what people typed is cleaned."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from heedful.ledger.references import FORMER, KINDS
from tests.architecture import reading

OWNING = {"owner", "owner_id", "claimed_at"}
OWNERSHIP = reading.PACKAGE / "act" / "cases" / "ownership.py"
PLANS = {reading.PACKAGE / "demo" / "work.py"}
"""Where an `owner` is set that is no case's: of a story of a case that is still to be told."""
WRITES = {"update", "create", "update_or_create", "get_or_create", "Case"}
NOT_CASES = {"Promise", "PastCase", "Wording"}
"""What else may have an owner: whoever is named in the same call is not a case."""


def owners(tree: ast.Module) -> Iterator[ast.AST]:
    """Places that give an owner to a row, or take it."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=targets):
                yield from (one for target in targets for one in ast.walk(target) if _owns(one))
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target) if _owns(target):
                yield target
            case ast.Call(func=function, keywords=words) if reading.dotted(function).rpartition(".")[2] in WRITES:
                root = reading.dotted(function).partition(".")[0]
                yield from (word.value for word in words if word.arg in OWNING and root not in NOT_CASES)
            case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=name), *_]) if name in OWNING:
                yield node


def _owns(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in OWNING


def cleanings(tree: ast.Module) -> Iterator[ast.AST]:
    """Places that fold the spaces of a text by hand: `" ".join(text.split())`."""
    for call in reading.calls(tree):
        match call:
            case ast.Call(
                func=ast.Attribute(value=ast.Constant(value=" "), attr="join"),
                args=[ast.Call(func=ast.Attribute(attr="split"), args=[])],
            ):
                yield call


def slugs(tree: ast.Module) -> Iterator[ast.AST]:
    """Places that make addresses of names by themselves."""
    return (call for call in reading.calls(tree) if reading.dotted(call.func).rpartition(".")[2] == "slugify")


def references(tree: ast.Module) -> Iterator[ast.AST]:
    """Places that write a reference by hand, such as `f"feedback:{pk}"`, or name its kind with the colon."""
    named = tuple(f"{name}:" for name in {*KINDS, *FORMER})
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(before)), ast.FormattedValue(), *_]) if before in named:
                yield node
            case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value=str(before))]) if (
                before in named
            ):
                yield node


type Search = Callable[[ast.Module], Iterator[ast.AST]]


def places(search: Search, *, but_for: set[Path]) -> list[str]:
    return [
        reading.place(file, node)
        for file in reading.files()
        if file not in but_for
        for node in search(reading.tree(file))
    ]


def test_a_case_gets_and_loses_its_owner_in_one_place() -> None:
    assert places(owners, but_for={OWNERSHIP, *PLANS}) == []
    assert list(owners(reading.tree(OWNERSHIP)))


@pytest.mark.parametrize(
    "careless",
    [
        "row.owner, row.claimed_at = me, at",
        "row.owner = row.claimed_at = None",
        "row.owner_id = 7",
        "Case.objects.filter(pk=1).update(owner=me)",
        "Case(owner=me)",
        "setattr(row, 'owner', me)",
    ],
)
def test_another_place_that_gives_a_case_an_owner_is_found(careless: str) -> None:
    assert list(owners(ast.parse(careless)))


NAMES = reading.PACKAGE / "kit" / "names.py"


@pytest.mark.parametrize("search", [cleanings, slugs])
def test_what_people_typed_is_cleaned_in_one_place(search: Search) -> None:
    assert places(search, but_for={NAMES}) == []
    assert list(search(reading.tree(NAMES)))


@pytest.mark.parametrize(
    ("careless", "search"),
    [
        ("name = ' '.join(name.split())[:120]", cleanings),
        ("name = ' '.join(storable(design.name).split())", cleanings),
        ("slug = slugify(name[:200])[:60] or 'cause'", slugs),
    ],
)
def test_another_place_that_cleans_by_hand_is_found(careless: str, search: Search) -> None:
    assert list(search(ast.parse(careless)))


def test_references_are_written_and_read_in_one_place() -> None:
    assert places(references, but_for=set()) == []


@pytest.mark.parametrize(
    "careless", ['f"feedback:{row.pk}"', 'f"ask:{pk}:{question}"', 'because.startswith("touchpoint:")']
)
def test_a_reference_that_is_written_by_hand_is_found(careless: str) -> None:
    assert list(references(ast.parse(careless)))
